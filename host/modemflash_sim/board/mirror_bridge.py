"""Mirror mode: the firmware copies two UARTs onto each other, byte by byte.

Rules that hold here: it never ends by itself; one loop serves both directions, so where
writing blocks one way, the other stalls too. Facts: docs/boards.md.
"""

from __future__ import annotations

from modemflash_sim.board.receiver import Settings
from modemflash_sim.board.scheduler import Scheduler
from modemflash_sim.board.uart import Uart

BAUD = 921_600
LOOP_US = 8  # one byte each way; assumed
STEP_LOOPS = 12
IDLE_US = 50_000
TX_BYTES = 256  # one-byte items in a ring of 8192
GAP_CHARS = 10


class MirrorBridge:
    """The bridge between the modem's UART and the console's.

    Args:
        scheduler: the board's time.
        modem_uart: UART 1.
        console_uart: UART 0.
        ring_bytes: the receive rings of both.

    Attributes:
        is_open: it copies.
        loop_us: what a turn of its loop takes.
    """

    def __init__(self, scheduler: Scheduler, modem_uart: Uart, console_uart: Uart, ring_bytes: int) -> None:
        self.is_open = False
        self.loop_us = LOOP_US
        self._scheduler = scheduler
        self._modem_uart = modem_uart
        self._console_uart = console_uart
        self._ring_bytes = ring_bytes

    def open(self) -> None:
        """Begin to copy."""
        self.is_open = True
        self._modem_uart.open(Settings(BAUD, True, True, GAP_CHARS, self._ring_bytes))
        self._console_uart.open(Settings(BAUD, False, True, GAP_CHARS, self._ring_bytes))

    def step(self) -> None:
        """A few turns of the loop.

        Raises:
            Ended: as `Scheduler.spend`.
        """
        self._scheduler.spend(self._quiet_us())
        directions = ((self._modem_uart, self._console_uart), (self._console_uart, self._modem_uart))
        if any(to.unsent() >= TX_BYTES for _, to in directions):
            return  # writing to one blocks the loop, so the other direction stalls too
        for source, to in directions:
            if data := source.take(STEP_LOOPS):
                to.push(data)

    def _quiet_us(self) -> int:
        """How long there is nothing to copy for certain: until a byte can come, or the PC has its turn."""
        step_us = STEP_LOOPS * self.loop_us
        uarts = (self._modem_uart, self._console_uart)
        outside = self._scheduler.outside
        if outside is None or any(uart.any() or uart.unsent() for uart in uarts):
            return step_us
        moments = [outside.next_us(), *(uart.next_us() for uart in uarts)]
        now_us = self._scheduler.now_us
        next_us = min((moment for moment in moments if moment is not None), default=now_us)
        return max(step_us, min(next_us - now_us, IDLE_US))
