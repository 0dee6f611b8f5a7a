"""Runs are remembered whatever the clock says, whatever lies beside them, however many go on at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modemflash_host.capture import runs
from modemflash_host.capture.runs import KEPT, begin_run, find_run, forget_old
from modemflash_host.store.state_folder import state_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(word: str) -> Path:
    recorder, path = begin_run([word], "COM5", pytest.fail)
    recorder.close()
    return path


@pytest.mark.parametrize("first_s", [0.0, 4_300_000_000.0])
def test_the_last_run_is_the_last_that_began(monkeypatch: pytest.MonkeyPatch, first_s: float) -> None:
    """A computer without a clock begins in 1970; one whose clock was wrong once was in 2106."""
    monkeypatch.setattr(time, "strftime", lambda wanted, *_: _stamp(wanted, first_s))
    run("first")
    monkeypatch.setattr(time, "strftime", lambda wanted, *_: _stamp(wanted, 1_800_000_000.0))
    run("second")
    assert [each.header["command"] for each in runs.runs()] == [["second"], ["first"]]
    assert find_run().header["command"] == ["second"]


def _stamp(wanted: str, at_s: float) -> str:
    gone = time.gmtime(at_s)
    digits = f"{gone.tm_year:04}{gone.tm_mon:02}{gone.tm_mday:02}-{gone.tm_hour:02}0000"
    return digits if wanted.startswith("%Y%m") else f"{gone.tm_year}-01-01"


@pytest.mark.parametrize("clock_s", [0.0, 4_300_000_000.0])
def test_old_runs_are_forgotten_whatever_the_clock_says(
    monkeypatch: pytest.MonkeyPatch, clock_s: float
) -> None:
    monkeypatch.setattr(time, "strftime", lambda wanted, *_: _stamp(wanted, clock_s))
    for number in range(KEPT + 5):
        run(str(number))
    assert [each.header["command"][0] for each in runs.runs()] == [str(n) for n in range(KEPT + 4, 4, -1)]


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.timeout(10)
def test_what_is_no_run_is_neither_read_nor_removed(tmp_path: Path) -> None:
    """Not a file of another name, not a pipe, a link or a folder with the name of a run."""
    folder = state_folder("runs")
    (tmp_path / "mine").write_text('{"capture":1}\n')
    others = [folder / name for name in ("2026-notes.jsonl", "20261130-011234-567-89.jsonl", "x")]
    for path in others:
        path.write_text("mine")
    stamp = "20000101-000000"
    os.mkfifo(folder / f"000001-{stamp}-1.jsonl")
    (folder / f"000002-{stamp}-1.jsonl").symlink_to(tmp_path / "mine")
    (folder / f"000003-{stamp}-1.jsonl").mkdir()
    before = set(folder.iterdir())
    run("one")
    assert find_run().header["command"] == ["one"]
    forget_old(folder, 0)
    assert set(folder.iterdir()) == before
    assert (tmp_path / "mine").exists()


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed there")
def test_a_run_that_goes_on_is_never_forgotten() -> None:
    going_on, path = begin_run(["long"], "COM5", pytest.fail)
    for number in range(KEPT + 2):
        run(str(number))
    assert path.exists()
    going_on.close()
    run("last")
    assert not path.exists()


CHILD = """
import json, sys
from modemflash_host.capture.runs import begin_run, run_at
recorder, path = begin_run([sys.argv[1]], sys.argv[1], print)
print("begun", flush=True)
sys.stdin.readline()
recorder.report({"event": "result", "code": sys.argv[1]}, 0.0)
recorder.close()
own = run_at(path)
print(json.dumps([own.header["port"], own.result["code"]]))
"""


def test_of_twenty_at_once_each_knows_itself() -> None:
    """Each is kept, and each finds its own run and no other, though all began in the same moment."""
    names = [f"port-{number}" for number in range(20)]
    command = [sys.executable, "-c", CHILD]
    children = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
    for name, child in zip(names, children, strict=True):
        said, _ = child.communicate("\n", timeout=60)
        assert json.loads(said) == [name, name]
    assert sorted(each.header["port"] for each in runs.runs()) == sorted(names)
