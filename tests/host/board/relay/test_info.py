"""`modemflash info`: port, board, ESP32, card, modem and what to type next; nothing is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from modemflash.errors import Problem
from modemflash_host.cli import app
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.links.usb_ids import DEVICES
from modemflash_host.reporters.plain import Plain
from modemflash_sim.board.drives import CARD_BYTES
from modemflash_sim.board.fat import FatImage
from support.consoles import old_board
from support.desk import RUNS, Build, Desk

FT23X = DEVICES[(0x0403, 0x6015)]


def screen(table: Desk, via: str = "relay") -> str:
    """What a person reads; the problem's code at the end, where there was one."""
    paper = io.StringIO()
    console = Console(file=paper, width=200)
    sink = Plain(console, console)
    sink.use_vocabulary(WORDS)
    code = ""
    try:
        table.info(via)
    except Problem as problem:
        code = problem.code
    for event in table.heard.events:
        sink.report(event, event["at_s"])
    return paper.getvalue() + code


def row(shown: str, label: str) -> str:
    """The value behind a label."""
    return next((line[11:] for line in shown.splitlines() if line.startswith(label + " ")), "")


@pytest.mark.parametrize("kind", ["fresh", "deployed"])
def test_board(desk: Build, flash: Path, fresh_flash: Path, kind: str) -> None:
    """The same report on a board with the updater and on one without, and not one write to either."""
    with desk(flash if kind == "deployed" else fresh_flash, autostart=True) as table:
        hardware = table.board.hardware
        before = (table.board.flash.writes, dict(hardware.nvs), dict(hardware.flags))
        shown = screen(table)
        assert row(shown, "Port") == "simulated"
        assert row(shown, "Board") == "GPy with ESP32 (240ac4010203)"
        assert "1.20.0.rc13" in row(shown, "ESP32")
        assert row(shown, "Card") == "none in the board's slot"
        assert "build 38638" in row(shown, "Firmware")
        assert (table.board.flash.writes, hardware.nvs, hardware.flags) == before
        assert RUNS in table.shows()


@pytest.mark.parametrize("profile", ["gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2"])
def test_card(desk: Build, fresh_flash: Path, interpreter: Path, tmp_path: Path, profile: str) -> None:
    """The firmware on the card is named; the card is only read, and given back."""
    card = FatImage(tmp_path / "card", interpreter).make(CARD_BYTES)
    card.put({"/CATM1-41065.dup": b"x", "/photo.jpg": b"y"})
    with desk(fresh_flash, profile=profile, card=card.path) as table:
        assert row(screen(table), "Card") == "in the slot, with CATM1-41065.dup"
        assert table.board.card is not None
        assert table.board.card.writes == 0


def test_card_that_cannot_be_read(desk: Build, fresh_flash: Path, tmp_path: Path) -> None:
    """A card without a file system is told from no card."""
    path = tmp_path / "card"
    path.write_bytes(bytes(CARD_BYTES))
    with desk(fresh_flash, card=path) as table:
        assert "cannot be read" in row(screen(table), "Card")


def test_mirror_mode(desk: Build) -> None:
    """A board in mirror mode is named as that, and its modem is asked through it."""
    with desk() as table:
        table.command("mirror", dry_run=True)
        table.device = FT23X
        table.heard.events.clear()
        shown = screen(table, "auto")
        assert "mirror mode" in row(shown, "Board")
        assert "build 38638" in row(shown, "Firmware")


def test_silent_modem(desk: Build, fresh_flash: Path) -> None:
    """A modem that does not answer does not hide the board."""
    with desk(fresh_flash) as table:
        table.board.cut_power(board=False)
        shown = screen(table)
        assert row(shown, "Board") and row(shown, "Card")
        assert shown.endswith("modem-silent")
        assert RUNS in table.shows()


def test_direct(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At a direct link no board is claimed, and the next command is there."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    assert app.run(["info", "-p", "sim://pycom-catm1"]) == 0
    shown = capsys.readouterr().out
    assert row(shown, "Port") == "sim://pycom-catm1"
    assert "talking to the modem directly" in row(shown, "Board")
    assert row(shown, "Next") == "modemflash update FIRMWARE.dup -p sim://pycom-catm1"


@pytest.mark.referee
def test_board_of_somebody_else(
    tool: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A micro:bit is named, and that it has no modem for us is a sentence and no failure."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    with old_board(tool) as served:
        assert app.run(["info", "-p", served.url, "--via", "relay"]) == 0
    shown = capfd.readouterr()
    assert "micro:bit" in row(shown.out, "Board")
    assert "No modem was asked. This is no Pycom GPy, FiPy or G01" in " ".join(shown.out.split())
    assert "The board was asked, nothing was written" in shown.out
