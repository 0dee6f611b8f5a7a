"""docs/lg290p.md: the commands that it says to try, in their order, in virtual time."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modemflash_host.cli import app
from modemflash_host.errors.gnss import GNSS_CATALOGUE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lg290p.md"
_RUN = re.compile(r"<!-- run -->\n```\n(.*?)```", re.DOTALL)


def test_every_command_to_try_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    [block] = _RUN.findall(PAGE.read_text(encoding="utf-8"))
    commands = [shlex.split(line)[1:] for line in block.splitlines()]
    assert [words[0] for words in commands] == ["identify", "info", "update", "update"]
    for words in commands:
        assert app.run(words) == 0, words
    out = capsys.readouterr().out
    for said in ("LG290P03AANR01A06S", "The plan was shown", "Now press RESET", "Updated: "):
        assert said in out


def test_every_error_of_the_family_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(gnss-[a-z-]+)`", PAGE.read_text(encoding="utf-8")))
    assert named and named <= set(GNSS_CATALOGUE)
