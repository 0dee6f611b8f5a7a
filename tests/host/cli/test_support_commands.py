"""history, report, config and completion: what they print, and what they end with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from modemflash_host.capture.runs import begin_run
from modemflash_host.cli.completion import completion
from modemflash_host.cli.config import config
from modemflash_host.cli.history import history
from modemflash_host.cli.report import report
from modemflash_host.run import exit_codes


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    return tmp_path


def called(command: click.Command, *words: str) -> int:
    return int(command.main(list(words), standalone_mode=False))


def one_run() -> Path:
    recorder, path = begin_run(["update", "a.dup"], "COM5", pytest.fail)
    recorder.report(
        {
            "event": "result",
            "status": "updated",
            "from_version": "38638",
            "to_version": "41065",
            "seconds": 5,
        },
        0,
    )
    recorder.close()
    return path


def test_history_lists_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a run, for people and as JSON Lines."""
    path = one_run()
    assert called(history) == 0
    assert "38638" in capsys.readouterr().out
    assert called(history, "--json") == 0
    event = json.loads(capsys.readouterr().out)
    assert (event["name"], event["to_version"]) == (path.stem, "41065")


def test_report_prints_its_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The path of the zip is all that is printed; without a run it is refused by its code."""
    assert called(report) == exit_codes.REFUSED
    assert "no-such-run" in capsys.readouterr().err
    one_run()
    assert called(report, "1", "-o", str(tmp_path / "r.zip")) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "r.zip")
    assert (tmp_path / "r.zip").is_file()


def test_config_shows_value_source_and_files(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """Each setting with who gave it, the files that are read, and what is not known."""
    (home / "config.toml").write_text('port = "COM5"\nprot = 1\n')
    assert called(config) == 0
    said = capsys.readouterr()
    line = next(line for line in said.out.splitlines() if line.startswith("port"))
    assert line.split() == ["port", "COM5", str(home / "config.toml")]
    assert "prot is no setting; port is one" in said.err
    assert called(config, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"event": "setting", "name": "via", "value": "auto", "source": "default"} in lines


def test_broken_config_is_refused(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """A config file that cannot be used is named, with its code."""
    (home / "config.toml").write_text("port = 5")
    assert called(config) == exit_codes.REFUSED
    assert "config-broken" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets a script that asks our program."""
    assert called(completion, shell) == 0
    script = capsys.readouterr().out
    assert "_MODEMFLASH_COMPLETE" in script
    assert "modemflash" in script


def test_completion_answers_in_time() -> None:
    """The program answers what the script of bash asks it."""
    environment = {**os.environ, "COMP_WORDS": "modemflash upd", "COMP_CWORD": "1"}
    environment["_MODEMFLASH_COMPLETE"] = "bash_complete"
    done = subprocess.run(
        [sys.executable, "-c", "from modemflash_host.cli import main; main()"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout.strip() == "plain,update"
