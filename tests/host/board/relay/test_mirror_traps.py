"""Mirror mode of the simulated board: the traps that the real one has."""

from __future__ import annotations

from modemflash_host.board.console.repl import Repl
from support.desk import RUNS, Build, Desk

BRIDGE = "from network import LTE\nLTE.modem_upgrade_mode()\n"
STARTED = "from network import LTE\ntry:\n    LTE()\nexcept OSError:\n    pass\nLTE.modem_upgrade_mode()\n"


def enter(table: Desk, code: str) -> None:
    """Into the bridge by hand, and the PC's side to its rate."""
    repl = Repl(table.pc, table.pc)
    assert repl.enter()
    table.pc.write(code.encode() + b"\x04", 0, len(code) + 1)
    table.board.pass_s(8)
    table.pc.drop_input()
    table.pc.set_baud(921_600)


def answer(table: Desk) -> bytes:
    table.pc.write(b"AT\r\n", 0, 4)
    return Repl(table.pc, table.pc).listen(500)


def test_it_copies_both_ways(desk: Build) -> None:
    """The modem answers at 921600, and Ctrl-C means nothing any more."""
    with desk() as table:
        enter(table, BRIDGE)
        assert b"OK" in answer(table)
        table.pc.write(b"\x03\x06", 0, 2)
        table.board.pass_s(1)
        answer(table)
        assert b"OK" in answer(table)
        assert table.board.bridge.is_open


def test_only_a_reset_ends_it(desk: Build) -> None:
    """The reset button brings the console back, at its own rate."""
    with desk() as table:
        enter(table, BRIDGE)
        table.board.press_reset()
        assert RUNS in table.shows()


def test_it_hangs_without_the_lte_task(desk: Build) -> None:
    """On 1.20.2 the bridge stops itself where the LTE driver was never started, and runs where it was."""
    with desk(profile="fipy-1.20.2") as table:
        enter(table, BRIDGE)
        assert not answer(table)
        table.board.press_reset()
        table.shows()
        enter(table, STARTED)
        assert b"OK" in answer(table)


def test_a_watchdog_bites(desk: Build) -> None:
    """Nobody feeds a watchdog in mirror mode: the board restarts in the middle."""
    with desk() as table:
        enter(table, "import machine\nmachine.WDT(timeout=20000)\n" + BRIDGE)
        assert b"OK" in answer(table)
        table.board.pass_s(15)
        assert RUNS in table.shows()
        assert not table.board.bridge.is_open


def test_unanswered_bytes_are_lost_beyond_its_ring(desk: Build) -> None:
    """Bytes that the modem does not take pile up in the ring; nobody holds the PC back: the rest is lost."""
    with desk() as table:
        enter(table, BRIDGE)
        table.board.uart.hold_cts(0, 2_000_000)
        table.pc.write(bytes(20_000), 0, 20_000)
        table.board.pass_s(1)
        assert table.board.console_uart is not None
        assert table.board.console_uart.tally.lost > 5_000
