"""A modem that says what no modem says: it stays text everywhere, and is no file's name."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from host.cli.test_commands import Desk
from modemflash_sim.sequans import profiles

BIDI = "\u202e".encode().decode("latin-1")
EVIL = [
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "../../../../owned",
    "$(touch owned)`touch owned`;touch owned",
    BIDI + "kcab",
    "=cmd|' /C calc'!A0",
    "\xff\xfe\x00\x7f",
    "[bold red]markup[/]",
    "x" * 3000,
]
QUICK = profiles.Timing(boot_us=profiles.SECOND_US, stalls=(), install_us=2 * profiles.SECOND_US)
NEVER = ("\x1b[2J", "\x1b]0", "\x07", "\x9b", "\u202e", "\x7f")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, monkeypatch, capsys)


def every_file(folder: Path) -> dict[str, bytes]:
    """What is below a folder, zips unpacked."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                found |= {name: packed.read(name) for name in packed.namelist()}
        if path.is_file():
            found[path.name] = b"" if path.suffix == ".zip" else path.read_bytes()
    return found


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_what_a_hostile_modem_says_of_itself_stays_text(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, evil: str
) -> None:
    """In a terminal, plain, as JSON, in capture, journal, history, report, and the line to copy."""
    good = profiles.find("pycom-catm1")
    hostile = replace(
        good, timing=QUICK, product=evil, chip=evil, maker=evil, extra_lines=(evil, *good.extra_lines)
    )
    monkeypatch.setitem(profiles.PROFILES, "pycom-catm1", hostile)
    port = "sim://pycom-catm1?fault=install-fails:9"
    said = []
    for words in (
        ["info", "-p", port, "-v"],
        ["info", "-p", port, "--color", "always"],
        ["info", "-p", port, "--json"],
        ["update", desk.new, "--updater", desk.updater, "-p", port, "-y", "-v"],
        ["update", desk.new, "--updater", desk.updater, "-p", port, "-y", "--json"],
        ["history"],
        ["history", "--json"],
        ["report"],
    ):
        ended = desk.type(*words)
        said.append(ended.out + ended.err)
        assert ended.code != 1, said[-1]
    for text in said:
        assert "Traceback" not in text
        for bad in NEVER:
            assert bad not in text, repr(text)
    files = every_file(desk.folder / "home")
    assert len(files) > 5
    for name, content in files.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name
        assert b"\x1b" not in content
        assert b"\x07" not in content
    assert not list(desk.folder.rglob("owned*"))


def test_a_hostile_file_name_stays_a_word(desk: Desk) -> None:
    """In the plan, in the command to copy, which still names the file, and in the report."""
    name = "a\x1b[2J'$(touch owned)\u202e.dup"
    path = desk.folder / name
    path.write_bytes(Path(desk.new).read_bytes())
    ended = desk.type("update", str(path), "-p", "sim://pycom-catm1", "--dry-run", "-y")
    text = ended.out + ended.err
    for bad in NEVER:
        assert bad not in text, repr(text)
    assert "$'" in text
    assert "\\033[2J" in text
