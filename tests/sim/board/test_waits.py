"""A program that waits is answered on the board's own side, and nothing else is different for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.board.child import NOT_STILL, Child, Request
from modemflash_sim.board.process import BoardProcess
from support.card_board import Mute
from support.programmed_board import quick_modem, said, workshop

# Waits for the boot's last words and prints when they came, then waits in vain.
PROGRAM = """
import machine, utime
dog = machine.WDT(timeout=7000)
uart = machine.UART(1, baudrate=921600, pins=('P5', 'P98', 'P7', 'P99'), timeout_chars=1)
came = 0
while utime.ticks_ms() < 3300:
    if uart.any():
        data = uart.read()
        came += len(data)
        print(utime.ticks_ms(), len(data))
    utime.sleep_us(700)
    uart.write('A') if utime.ticks_ms() % 500 == 0 else None
dog.feed()
room = bytearray(64)
for _ in range(300):
    uart.readinto(room, 3)
    uart.any()
    utime.sleep_ms(2)
print(came, utime.ticks_ms())
"""
Run = tuple[str, int, int, list[tuple[int, bytes]], list[tuple[int, int]]]


def ran(interpreter: Path, before: Callable[[BoardProcess], object], program: str = PROGRAM) -> Run:
    """How it ended, the time, the operations, what was printed when, every boot."""
    with workshop(interpreter).board(modem=quick_modem()) as board:
        before(board)
        ending = board.boot(program, max_boots=2)
        return ending, board.now_us, board.operations, board.console, board.boots


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every request that travelled."""
    requests: list[int] = []
    real = Child.request

    def request(self: Child) -> Request | None:
        got = real(self)
        requests.append(got.op if got else 0)
        return got

    monkeypatch.setattr(Child, "request", request)
    return requests


@pytest.mark.parametrize(
    "before",
    [
        lambda board: None,
        lambda board: board.cut_at_operation(3_000),
        lambda board: board.cut_at_operation(9_001),
        lambda board: board.cut_after(2_345_678),
        lambda board: board.uart.hold_cts(2, 5_000),
        lambda board: setattr(board, "pauses", (100_000, 7_000)),
        lambda board: board.scheduler.at(2_700_000, lambda: board.power_off(board=False)),
    ],
    ids=["whole", "cut-3000", "cut-9001", "cut-at-a-moment", "held", "pauses", "modem-off"],
)
def test_it_is_the_same_run(
    interpreter: Path,
    before: Callable[[BoardProcess], object],
    asked: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Times, operations and words are those of a board whose every question travels."""
    quickly = ran(interpreter, before)
    few = len(asked)
    monkeypatch.setattr(BoardProcess, "_still", lambda *_: NOT_STILL)
    assert quickly == ran(interpreter, before)
    every = len(asked) - few
    assert quickly[2] == every or quickly[0] == "cut"
    assert 3 * few < every or quickly[0] == "cut" or few == every, "pauses come at any moment"


def test_the_watchdog_bites_a_program_that_only_looks(interpreter: Path) -> None:
    """What is answered on the board's side feeds nobody."""
    program = "import machine, utime\nmachine.WDT(timeout=1000)\nwhile True:\n    utime.sleep_us(300)\n"
    ending, now_us, _, _, boots = ran(interpreter, lambda board: None, program)
    assert (ending, len(boots)) == ("loops", 3)
    assert 3_000_000 <= now_us < 3_100_000


def test_who_waits_for_a_word_gets_it_at_once(interpreter: Path) -> None:
    """What is printed has its moment, however little happens after it."""
    program = (
        "import utime\nfor _ in range(4):\n    print('now')\n    utime.sleep_ms(5)\n    utime.sleep_ms(5)\n"
    )
    with workshop(interpreter).board(modem=Mute()) as board:
        assert said(board, program) == ["now"] * 4
        first_us = board.console[0][0]
        assert [(at_us - first_us + 500) // 1000 for at_us, _ in board.console] == [0, 10, 21, 31]
