"""What is done to a simulated board at its cable: power, reset, loader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_sim.board.drives import FLASH_BYTES
from modemflash_sim.board.fat import FatImage
from modemflash_sim.board.usb_board import UsbBoard
from support.card_board import quick_modem

MAIN = b"import time\nwhile True:\n    time.sleep(1)\n    print('the user program runs')\n"


@pytest.fixture
def board(interpreter: Path, tmp_path: Path) -> Iterator[UsbBoard]:
    """A board with a user's program, two seconds after it was switched on."""
    flash = FatImage(tmp_path / "flash", interpreter).make(FLASH_BYTES)
    flash.put({"/main.py": MAIN, "/boot.py": b""})
    board = UsbBoard("gpy-1.20.0", quick_modem(), interpreter=interpreter, flash=flash.path, heap="5120k")
    board.switch_on()
    board.pass_s(2)
    yield board
    board.close()


def shown(board: UsbBoard, seconds: float) -> str:
    """What the console prints in that time."""
    board.pc.drop_input()
    board.pass_s(seconds)
    buf = bytearray(65536)
    return buf[: board.pc.readinto(buf, len(buf), 0)].decode("latin-1")


def test_two_actions_in_a_row_are_both_felt(board: UsbBoard) -> None:
    """What is done first is not lost to what is done next."""
    board.switch_on()
    board.press_reset()
    assert board.repl.resets == ["plain", "plain"]
    board.cut_power()
    board.switch_on()
    assert board.repl.resets == ["plain"] * 3
    assert board.powered


def test_the_loader_is_left_by_a_reset_alone(board: UsbBoard) -> None:
    """With P2 at GND a reset starts the ESP32's ROM instead of Python; the next reset starts Python."""
    assert "the user program runs" in shown(board, 4)
    board.start_loader()
    assert "waiting for download" in shown(board, 1)
    board.pc.write(b"\r\x03\x06", 0, 3)
    assert shown(board, 2) == ""
    board.press_reset()
    assert "the user program runs" in shown(board, 4)
