"""What a newcomer tries with nothing in hand: firmware is made, a card laid out, a board started with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modemflash_host.cli import simulate, simulate_firmware
from modemflash_host.cli.app import modemflash_group
from modemflash_host.run import exit_codes
from modemflash_sim.board import interactive
from modemflash_sim.board.interactive import InteractiveBoard


def run(*words: object) -> Result:
    return CliRunner().invoke(modemflash_group, list(map(str, words)), prog_name="modemflash")


class Person:
    """Who types at a simulated board: looks at the light, and at nothing else."""

    def __init__(self, board: InteractiveBoard, until: str) -> None:
        self._board = board
        self._until = until
        self._left: Iterator[str] = iter(("card out", "quit"))

    def next(self) -> str | None:
        if self._board.light != self._until:
            return None
        return next(self._left)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The card, made as README says."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(simulate_firmware, "_BYTES", 60_000)  # it is about the way, not about megabytes
    made = tmp_path / "fw"
    assert run("simulate", "firmware", made, "CATM1-41065.dup", "updater.elf").exit_code == 0
    folder = tmp_path / "card"
    folder.mkdir()
    assert run("card", "prepare", made, "--to", folder, "--accept-unknown-file").exit_code == 0
    return folder


def test_firmware_card_board(card: Path, interpreter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board starts from the card by itself and gets over a fault; light, folder and table say so."""
    boards: list[InteractiveBoard] = []

    def make(*words: object, **named: object) -> InteractiveBoard:
        boards.append(InteractiveBoard(*words, paced=False, **named))  # type: ignore[arg-type]
        return boards[0]

    monkeypatch.setattr(interactive, "InteractiveBoard", make)
    monkeypatch.setattr(simulate, "TypedLines", lambda stream: Person(boards[0], "green"))
    words = ["simulate", "board", "--card", card, "--micropython", interpreter, "--fault", "die:1:10"]
    ended = run(*words)
    assert ended.exit_code == 0, ended.output
    assert "Build      41065" in ended.output and "Violation" not in ended.output
    assert (card / "modemflash.log").exists()
    told = run("card", "results", card)
    assert told.exit_code == exit_codes.DONE
    assert "1 of 1 updated" in told.output and "38638 → 41065" in told.output
