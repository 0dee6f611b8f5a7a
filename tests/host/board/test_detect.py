"""Whether a board is at a port: heard first, asked without harm, and never taken for one blindly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.board.console.connect import connect
from modemflash_host.board.detect import ANSWERS_FAST, BOARD, MODEM, NOBODY, detect
from modemflash_sim.endpoints.virtual import VirtualLine
from support.table_modem import CRASHED, GM02SP, TableModem
from support.virtual_board import BehavingPython, VirtualBoard

Line = tuple[float, float, bytes]
CTRL_F, RAW = 0x06, 0x01
TEMPERATURE = b"temperature 21.5\r\n"


def port_of(device: Any) -> tuple[Callable[[int], tuple[Any, Any]], list[bytes]]:
    """Opens a port with that device at its other end, and what was sent there."""
    sent: list[bytes] = []
    feed = device.feed

    def keep(now_us: int, data: bytes, baud: int) -> None:
        sent.append(bytes(data))
        feed(now_us, data, baud)

    device.feed = keep

    def open_port(data_bits: int) -> tuple[Any, Any]:
        line = VirtualLine(device)
        line.set_baud(115_200)
        return line, line

    return open_port, sent


def on_for_long(python: BehavingPython) -> VirtualBoard:
    """A board whose words at its start nobody heard."""
    board = VirtualBoard(python)
    board.drop_input()
    return board


@pytest.mark.parametrize("main", ["", "polite"])
@pytest.mark.parametrize(
    "chatter", [b"", TEMPERATURE, b"a.json: not found\r\n", b"Unknown command: stop\r\n"]
)
def test_a_board_says_that_it_is_one(main: str, chatter: bytes) -> None:
    """At its prompt, with a program, silent or talking; nothing is reset, no raw REPL is entered."""
    board = on_for_long(BehavingPython(main, chatter=chatter if main else b""))
    assert detect(board.open) == BOARD
    assert not {CTRL_F, RAW} & set(board.sent)
    assert board.console.resets == ["plain"] and not board._is_open


def test_a_raw_repl_that_a_terminal_left() -> None:
    """It echoes nothing, and shows its prompt at Ctrl-B."""
    board = on_for_long(BehavingPython(""))
    board.open(8)[0].write(b"\r\x01", 0, 2)
    board.close()
    assert detect(board.open) == BOARD


@pytest.mark.parametrize(
    ("heard", "means"),
    [
        (b"\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\n", BOARD),
        (b"modemflash: card, transfer 12 %\r\n", BOARD),
        (b"$GNGGA,120000.00,,,,,0,,,,,,,*54\r\n", "other-device"),
        (b"\r\nraspberrypi login: ", "other-device"),
        (bytes(range(128, 256)), NOBODY),
    ],
)
def test_what_is_heard_first_counts(heard: bytes, means: str) -> None:
    """Words that came unasked decide, and nothing is sent."""
    open_port, sent = port_of(TableModem({}, 115_200, unasked=((0.1, 0.5, heard),)))
    if means == "other-device":
        with pytest.raises(Problem, match=means):
            detect(open_port)
    else:
        assert detect(open_port) == means
    assert not sent


@pytest.mark.parametrize(("baud", "means"), [(115_200, MODEM), (921_600, ANSWERS_FAST)])
def test_a_modem_is_none(baud: int, means: str) -> None:
    """It has answered before any key that it might not know."""
    modem = TableModem(GM02SP, baud)
    open_port, sent = port_of(modem)
    assert detect(open_port) == means
    assert set(modem.asked) == {"AT"} and b"\x03" not in b"".join(sent)


def test_a_silent_port_is_nobodys() -> None:
    assert detect(port_of(TableModem({}, 9_600))[0]) == NOBODY


@pytest.mark.parametrize("main", ["deaf", "stubborn"])
def test_what_prints_and_does_not_react(main: str) -> None:
    """A console with a broken RX, or any other thing that only talks: neither a board nor a modem."""
    board = on_for_long(BehavingPython(main, chatter=TEMPERATURE))
    with pytest.raises(Problem, match="board-deaf") as caught:
        detect(board.open)
    assert "P12" in caught.value.happened and "brackets" in caught.value.hint


def test_a_modem_that_crashes_for_ever_is_not_called_deaf() -> None:
    """What it says unasked is a modem's own, though it answers nothing."""

    class Crashing(TableModem):
        def answer(self, command: str) -> bytes:
            return b""

    assert detect(port_of(Crashing({}, 115_200, unasked=((0.1, 0.4, CRASHED),)))[0]) == NOBODY


class Shell(TableModem):
    """A boot loader's command line, which takes each line for a command."""

    def answer(self, command: str) -> bytes:
        return f"{command}\r\nUnknown command '{command}' - try 'help'\r\n=> ".encode()


def test_a_shell_is_no_deaf_board() -> None:
    """Where a board was named and nothing reaches it, what talks there is said, not that a wire is bad."""
    open_port, _ = port_of(Shell({}, 115_200))
    with pytest.raises(Problem, match="other-device"):
        connect(open_port, lambda said: None)
