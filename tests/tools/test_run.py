"""The task list: what counts as a failure, and what the table says."""

import sys
from pathlib import Path

import pytest

import run
from run import Count, Stage
from tools import fetch
from tools.cache import Unavailable


def absent(extra: list[str]) -> Count:
    raise Unavailable("no apt here")


@pytest.mark.parametrize(("ci", "failed", "skipped"), [("true", 1, 0), ("", 0, 1)])
def test_what_did_not_run_fails_under_ci_only(
    monkeypatch: pytest.MonkeyPatch, ci: str, failed: int, skipped: int
) -> None:
    """A stage that this machine cannot provide is a skip for a person and a failure for CI."""
    monkeypatch.setenv("CI", ci)
    count, _ = run.run_stage(Stage("x", "title", absent), [])
    assert (count.passed, count.failed, count.skipped) == (0, failed, skipped)
    assert count.note == "did not run: no apt here"


def test_the_last_line_counts_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure in one stage stops none of the others and decides the exit code."""
    stages = (
        Stage("one", "", lambda extra: Count(1, 2, 3)),
        Stage("two", "", lambda extra: Count(10, 0, 0)),
        Stage("lint", "", lambda extra: Count(100), linter=True),
    )
    monkeypatch.setattr(run, "STAGES", stages)
    monkeypatch.setattr(run, "python", lambda: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["run.py"])
    assert run.main() == 1
    assert capsys.readouterr().out.endswith("\n11 passed, 2 failed, 3 skipped\n")
    monkeypatch.setattr(sys, "argv", ["run.py", "--only", "lint", "--only", "two", "--", "-k", "x"])
    assert run.main() == 0
    assert capsys.readouterr().out.endswith("\n110 passed, 0 failed, 0 skipped\n")


INTERPRETERS = {  # what the "MicroPython" prints and returns -> passed, failed
    "echo '3 passed, 0 failed'": (3, 0),
    "echo '3 passed, 2 failed'; exit 1": (3, 2),
    "echo '3 passed, 0 failed'; exit 1": (3, 1),
    "echo MemoryError; exit 1": (0, 1),
    "true": (0, 1),
}


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the interpreter")
@pytest.mark.parametrize("script", INTERPRETERS)
def test_a_module_that_did_not_count_has_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    """A crash on MicroPython, or no last line, is a failure."""
    interpreter = tmp_path / "micropython"
    interpreter.write_text("#!/bin/sh\n" + script + "\n")
    interpreter.chmod(0o755)
    (tmp_path / "test_one.py").touch()
    monkeypatch.setattr(run, "ENGINE_TESTS", tmp_path)
    monkeypatch.setattr(fetch, "get", lambda name: interpreter)
    count = run.run_micropython("micropython", "1m")
    assert (count.passed, count.failed) == INTERPRETERS[script]
