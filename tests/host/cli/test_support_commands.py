"""history, report, config and completion: what they print, and what they end with."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modemflash_host.capture.runs import begin_run
from modemflash_host.cli import app
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.fleet_run import write_output
from modemflash_host.cli.options import Talk
from modemflash_host.reporters import Reporter
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    return tmp_path


def called(*words: str) -> int:
    return app.run([*words])


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
    assert called("history") == 0
    assert "38638" in capsys.readouterr().out
    assert called("history", "--json") == 0
    event, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert (event["name"], event["to_version"]) == (path.stem, "41065")
    assert result["event"] == "result"


def test_report_prints_its_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The path of the zip is all that is printed; without a run it is refused by its code."""
    assert called("report") == exit_codes.REFUSED
    assert "no-such-run" in capsys.readouterr().err
    one_run()
    assert called("report", "1", "-o", str(tmp_path / "r.zip")) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "r.zip")
    assert (tmp_path / "r.zip").is_file()


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["report", "-o", "-"], b"PK"),
        (["report", "--html", "-o", "-"], b"<!doctype html>"),
        (["history", "--html", "-o", "-"], b"<!doctype html>"),
        (["history", "-o", "-"], b"<!doctype html>"),
        (["capture", "export", "--pcapng", "-"], b"\x0a\x0d\x0d\x0a"),
    ],
)
def test_a_dash_is_standard_output(
    words: list[str],
    begins: bytes,
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file and no word more; none is made that is called so."""
    one_run()
    monkeypatch.chdir(tmp_path)
    assert app.run(words) == 0
    out = capfdbinary.readouterr().out
    assert out.startswith(begins) and not out.endswith(b"\n-\n")
    assert not Path("-").exists()


def test_a_dash_is_standard_output_for_what_a_fleet_writes_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_output(Path("-"), "name,port\n")
    assert capsys.readouterr().out == "name,port\n" and not Path("-").exists()


@pytest.mark.parametrize(
    "words", [["report", "-o", "-"], ["capture", "export", "--pcapng", "-"]], ids=" ".join
)
def test_no_bytes_go_to_a_screen(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be a mess there, and may command it."""
    one_run()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert app.run(words) == exit_codes.USAGE
    heard = capsys.readouterr()
    assert not heard.out and "pipe it on" in heard.err


def test_a_capture_of_somebody_else_is_exported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The one in a report, by its name; what is none is called so."""
    sent = tmp_path / "capture.jsonl"
    one_run().rename(sent)
    assert app.run(["capture", "export", str(sent), "--pcapng", str(tmp_path / "run.pcapng")]) == 0
    assert (tmp_path / "run.pcapng").read_bytes().startswith(b"\x0a\x0d\x0d\x0a")
    sent.write_text("no capture")
    assert app.run(["capture", "export", str(sent), "--pcapng", str(tmp_path / "2")]) == exit_codes.REFUSED
    assert "not-a-capture" in capsys.readouterr().err


def test_config_shows_value_source_and_files(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """Each setting with who gave it, the files that are read, and what is not known."""
    (home / "config.toml").write_text('port = "COM5"\nprot = 1\n')
    assert called("config") == 0
    said = capsys.readouterr()
    line = next(line for line in said.out.splitlines() if line.startswith("port"))
    assert line.split() == ["port", "COM5", str(home / "config.toml")]
    assert "prot is no setting; port is one" in said.err
    assert called("config", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    via = next(line for line in lines if line.get("name") == "via")
    assert (via["event"], via["value"], via["source"]) == ("setting", "auto", "default")


def test_broken_config_is_refused(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """A config file that cannot be used is named, with its code."""
    (home / "config.toml").write_text("port = 5")
    assert called("config") == exit_codes.REFUSED
    assert "config-broken" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets a script that asks our program."""
    assert called("completion", shell) == 0
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


def test_a_failed_run_reports_itself(home: Path) -> None:
    """Not the run that began beside it and is newer; its result is in the zip."""

    def work(reporter: Reporter) -> Result:
        begin_run(["info"], "COM9", pytest.fail)[0].close()
        return Result("failed", "no-answer")

    carry_out(work, Talk(as_json=True), "COM5")
    [path] = (home / "reports").iterdir()
    with zipfile.ZipFile(path) as bundle:
        assert "COM5" in bundle.read("report.txt").decode()
        assert '"no-answer"' in bundle.read("events.jsonl").decode().splitlines()[-1]


def test_report_overwrites_nothing_but_a_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Not a text, not a zip of somebody else's, not what a link leads to; its own it makes anew."""
    one_run()
    mine, theirs, link = tmp_path / "thesis.txt", tmp_path / "a.zip", tmp_path / "b.zip"
    mine.write_text("mine")
    with zipfile.ZipFile(theirs, "w") as bundle:
        bundle.writestr("a", "a")
    link.symlink_to(mine)
    before = theirs.read_bytes()
    for path in (mine, theirs, link):
        assert called("report", "-o", str(path)) == exit_codes.REFUSED
        assert "report-not-written" in capsys.readouterr().err
    assert (mine.read_text(), theirs.read_bytes()) == ("mine", before)
    for _ in range(2):
        assert called("report", "-o", str(tmp_path / "r.zip")) == 0


def test_what_is_printed_is_no_control_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one_run()
    assert called("report", "-o", str(tmp_path / "r\x1b[2J.zip")) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "modem", "--state", "{folder}/\x1b[2J/x"),
        ("simulate", "modem", "--state", "{folder}/rubbish\x1b[2J"),
        ("simulate", "modem", "--from-capture", "{folder}/no\x1b[2J"),
        ("simulate", "modem", "--from-capture", "{folder}/rubbish\x1b[2J"),
        ("simulate", "module", "--from-capture", "{folder}/no\x1b[2J"),
        ("simulate", "module", "--from-capture", "{folder}/rubbish\x1b[2J"),
        ("report", "\x1b[2J", "-o", "{folder}/\x1b[2J/x"),
        ("no-such\x1b[2J",),
        ("info", "--no-such\x1b[2J"),
        ("update", "{folder}/no\x1b[2J.dup", "-p", "sim://pycom-catm1"),
    ],
)
def test_no_word_of_the_command_line_is_a_control_code_on_the_screen(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Whatever is said of it: an error of its form, too."""
    (tmp_path / "rubbish\x1b[2J").write_text("rubbish")
    one_run()
    code = app.run([word.format(folder=tmp_path) for word in words])
    said = capsys.readouterr()
    assert "\x1b[2J" not in said.out + said.err
    assert code not in (exit_codes.DONE, exit_codes.UNEXPECTED)
