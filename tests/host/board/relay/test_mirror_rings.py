"""What waits in the rings of mirror mode, where nobody holds the PC back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemflash_host.board.mirror import LARGE_BLOCK_BYTES, MirrorPort
from modemflash_sim.board.profiles import find
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import QUICK, SECOND_US, Build, Desk
from support.sinks import Clock

LEAST_RING_BYTES = 2048
BOARDS = {
    "usual": find("gpy-1.20.0"),
    "early": replace(
        find("gpy-1.18.2"), name="gpy-1.18.1", has_factory_reset=False, mirror_ring_bytes=LEAST_RING_BYTES
    ),
}
IMAGE_BYTES = 30_000


def smooth_modem() -> SimModem:
    return SimModem(replace(profiles.find("pycom-catm1"), timing=replace(QUICK, stalls=())))


def waiting(table: Desk) -> int:
    """The most that waited in a ring; nothing was lost, and the modem has nothing to complain of."""
    assert table.modem.verdict.violations == ()
    uart = table.board.console_uart
    assert uart is not None
    assert not uart.tally.lost + table.board.uart.tally.lost
    return max(uart.tally.most_in_ring, table.board.uart.tally.most_in_ring)


@pytest.mark.parametrize(("board", "loop_us"), [("usual", 15), ("early", 8)])
def test_no_ring_holds_more_than_the_smallest_can(desk: Build, board: str, loop_us: int) -> None:
    """Blocks of four bursts, a bridge slower than the line, a modem that erases: never 2 kB in a ring."""
    with desk(profile=BOARDS[board], size=IMAGE_BYTES) as table:
        table.board.bridge.loop_us = loop_us
        assert table.command("mirror").status == "updated"
        assert waiting(table) <= LEAST_RING_BYTES


@pytest.mark.parametrize(("board", "held_s"), [("usual", 30), ("early", 1)])
def test_a_modem_that_stops_in_the_middle_of_a_block(desk: Build, board: str, held_s: int) -> None:
    """The rest of the block fits the ring, and nothing follows it: not one byte is lost."""
    with desk(profile=BOARDS[board], modem=smooth_modem(), size=IMAGE_BYTES) as table:
        table.board.uart.hold_cts(20_000, held_s * SECOND_US)
        assert table.command("mirror").status == "updated"
        assert table.board.uart.tally.longest_hold_us >= held_s * SECOND_US - SECOND_US // 10
        assert waiting(table) <= BOARDS[board].mirror_ring_bytes


class Wire(Clock):
    """A link and its clock; says what was written when."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[int, int]] = []

    drain = drop_input = close = None

    def readinto(self, buf: bytearray, n: int, timeout_ms: int) -> int:
        return 1

    def write(self, buf: bytes, off: int, n: int) -> None:
        self.writes.append((self.now_ms, n))


def test_bursts_and_pauses() -> None:
    """A block goes in bursts, each when the one before is through; after an answer nothing is waited for."""
    wire = Wire()
    port = MirrorPort(wire, wire, LARGE_BLOCK_BYTES)  # type: ignore[arg-type]
    size = LARGE_BLOCK_BYTES + 16
    port.write(bytes(size), 0, size)
    bursts = [(0, 2032), (24, 2032), (48, 2032), (72, 1984)]
    assert wire.writes == bursts
    port.write(bytes(100), 0, 100)
    assert wire.writes[4:] == [(72, 48), (96, 52)]
    port.readinto(bytearray(1), 1, 0)
    port.write(bytes(size), 0, size)
    assert wire.writes[6:] == [(at_ms + 96, n) for at_ms, n in bursts]
