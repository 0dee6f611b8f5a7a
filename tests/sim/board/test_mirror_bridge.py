"""Rules of `mirror_bridge`: both directions are copied by one loop, so what blocks one stalls the other."""

from __future__ import annotations

from modemflash_sim.board.mirror_bridge import BAUD, TX_BYTES, MirrorBridge
from modemflash_sim.board.scheduler import Scheduler
from modemflash_sim.board.uart import Uart
from support.echo_modem import EchoModem

SECOND_US = 1_000_000


class Bridge:
    """Two UARTs, something at the far end of each, and the bridge between."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.modem = EchoModem(BAUD, echo=False)
        self.pc = EchoModem(BAUD, echo=False)
        self.modem_uart = Uart(self.scheduler, self.modem)
        self.pc_uart = Uart(self.scheduler, self.pc)
        self.scheduler.settle = self._settle
        self.bridge = MirrorBridge(self.scheduler, self.modem_uart, self.pc_uart, 8192)

    def _settle(self) -> None:
        self.modem_uart.settle()
        self.pc_uart.settle()

    def run(self, for_us: int) -> None:
        until_us = self.scheduler.now_us + for_us
        while self.scheduler.now_us < until_us:
            self.bridge.step()


def test_bytes_pass_in_both_directions() -> None:
    """What one end sends the other hears, unchanged."""
    table = Bridge()
    table.bridge.open()
    table.modem.say(1_000, b"from the modem")
    table.pc.say(1_000, b"from the PC")
    table.run(SECOND_US // 10)
    assert bytes(table.pc.heard) == b"from the modem"
    assert bytes(table.modem.heard) == b"from the PC"


def test_nothing_passes_before_it_is_open() -> None:
    """Nobody listens to either end."""
    table = Bridge()
    assert not table.bridge.is_open
    table.modem.say(1_000, b"early")
    table.scheduler.pass_to(10_000)
    table.bridge.open()
    table.run(10_000)
    assert not table.pc.heard


def test_a_held_modem_stalls_the_other_direction_too() -> None:
    """While CTS is off and the modem's transmit ring is full, the PC gets nothing of the modem."""
    table = Bridge()
    table.bridge.open()
    table.modem_uart.hold_cts(0, SECOND_US)
    table.pc.say(1_000, bytes(2 * TX_BYTES))
    table.modem.say(20_000, b"answer")
    table.run(SECOND_US // 2)
    assert not table.pc.heard
    table.run(SECOND_US)
    assert bytes(table.pc.heard) == b"answer"
    assert len(table.modem.heard) == 2 * TX_BYTES
