"""Rules of the simulated PIC: commands, pins, power; what is assumed is a switch."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash_host.board.pic import Pic
from modemflash_host.links.usb_ids import DEVICES, PIC_VENDOR
from modemflash_sim.board.pic import PORTC, RESET_BIT, TRISC, PicAdapter

PYSENSE, EXPANSION_3 = 0xF012, 0xEF98


class CountingBoard:
    """A board that counts what is done to it."""

    def __init__(self) -> None:
        self.now_us = 0
        self.done: list[str] = []

    def press_reset(self) -> None:
        self.done.append("reset")

    def start_loader(self) -> None:
        self.done.append("loader")

    def cut_power(self) -> None:
        self.done.append("off")

    def switch_on(self) -> None:
        self.done.append("on")


class Channel:
    """The command channel, without a wire between."""

    max_burst = 0

    def __init__(self, pic: PicAdapter) -> None:
        self._pic = pic
        self._heard = b""

    def write(self, buf: bytes, off: int, n: int) -> None:
        self._heard += self._pic.command(buf[off : off + n])

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        piece, self._heard = self._heard[:n], self._heard[n:]
        buf[: len(piece)] = piece
        return len(piece)

    def drain(self, timeout_ms: int) -> bool:
        return True

    def drop_input(self) -> None:
        self._heard = b""

    def set_baud(self, rate: int) -> bool:
        return False

    def close(self) -> None: ...

    def ticks_ms(self) -> int:
        return 0

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None: ...


def made(product: int = PYSENSE, **switches: Any) -> tuple[PicAdapter, CountingBoard, Pic]:
    board = CountingBoard()
    pic = PicAdapter(board, product, cuts_power=DEVICES[PIC_VENDOR, product].cuts_power, **switches)
    channel = Channel(pic)
    return pic, board, Pic(channel, channel)


@pytest.mark.parametrize("magic_answers", [False, True])
def test_the_hosts_reset_is_one_pulse(magic_answers: bool) -> None:
    """Whether MAGIC answers or not, one reset is one pulse, and the pin is an input again."""
    pic, board, host = made(magic_answers=magic_answers)
    host.reset_board()
    host.reset_board()
    assert board.done == ["reset", "reset"]
    assert pic.registers[TRISC] >> RESET_BIT & 1


def test_download_mode_and_out_of_it() -> None:
    """P2 held low at the pulse starts the loader; let go, the next pulse starts Python."""
    _, board, host = made()
    host.enter_download_mode()
    host.leave_download_mode()
    assert board.done == ["loader", "reset"]


def test_a_pin_that_is_an_input_does_nothing() -> None:
    """Only an output that was low and is not any more resets the board."""
    pic, board, _ = made()
    for value in (0xFF, 0x00, 0xFF):
        pic.command(bytes([0x01, PORTC, 0, value]))
    assert board.done == []
    assert pic.command(bytes([0x00, PORTC, 0])) == b"\xff\x00"


def test_commands_in_pieces_and_unknown_ones() -> None:
    """A command may come byte by byte; what is none is passed over; an answer is two bytes, low first."""
    pic, _, _ = made()
    assert b"".join(pic.command(bytes([byte])) for byte in b"\x7f\x11\x12") == b"\x08\x00\x12\xf0"
    assert pic.commands == [b"\x11", b"\x12"]


def test_sleep_cuts_the_power_for_its_time() -> None:
    """The module is off for as long as was set, and not a moment less."""
    pic, board, host = made()
    host.cut_power(10)
    board.now_us = 9_999_999
    pic.advance()
    assert board.done == ["off"]
    board.now_us += 1
    pic.advance()
    pic.advance()
    assert board.done == ["off", "on"]


def test_an_expansion_board_switches_no_power() -> None:
    """Expansion Board 3 has no switch: sleeping and its own reset leave the module on."""
    pic, board, host = made(EXPANSION_3)
    host.cut_power(10)
    pic.command(b"\x40")
    assert board.done == []
    shield, board, _ = made()
    shield.command(b"\x40")
    assert board.done == ["off"]


def test_a_rate_that_is_too_high() -> None:
    """It is refused, or swallowed: then the line stays where it was."""
    for refuses in (True, False):
        pic, _, _ = made(refuses=refuses)
        assert pic.rate(115_200) == 115_200
        if refuses:
            with pytest.raises(ValueError, match="921600"):
                pic.rate(921_600)
        else:
            assert pic.rate(921_600) == 115_200
        assert pic.rates == [115_200]
