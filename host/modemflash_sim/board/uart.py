"""The ESP32's UART with its traps, at the wire of a simulated modem.

Rules that hold here: the transmitter has 128 bytes of FIFO and no ring, so a
write waits for room, and fails after 5 ms without; a modem that holds CTS off
stops it; what comes in is `receiver`'s. Facts: docs/boards.md ("The UART").
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_sim.board.receiver import FIFO_BYTES, Receiver, Settings, Tally
from modemflash_sim.board.scheduler import Scheduler
from modemflash_sim.endpoints.direction import BITS_A_BYTE, SECOND_US, Direction
from modemflash_sim.endpoints.wire import Device

WRITE_LIMIT_US = 5_000
MODEM_BUFFER_BYTES = 64  # what a busy modem takes before it holds CTS; assumed


class UartFailed(Exception):
    """The driver's OSError: "the requested operation failed"."""


class Uart:
    """UART 1, at whose pins the modem hangs.

    Args:
        scheduler: the board's time.
        modem: the far end.
        cts_until_us: until when the modem holds CTS off, once its small buffer is full;
            a moment that has passed for "it does not".
    """

    def __init__(
        self, scheduler: Scheduler, modem: Device, cts_until_us: Callable[[], int] = lambda: 0
    ) -> None:
        self.modem = modem
        self.tally = Tally()
        self.settings: Settings | None = None
        self._scheduler = scheduler
        self._cts_until_us = cts_until_us
        self._hold_after = self._hold_us = 0
        self._to_modem = Direction()
        self._busy_bytes = 0
        self._receiver: Receiver | None = None  # while the UART is open on the modem's pins

    # -- from outside --------------------------------------------------------

    def hold_cts(self, after_bytes: int, for_us: int) -> None:
        """Let the modem hold CTS off for `for_us` once, after `after_bytes` more bytes."""
        self._hold_after, self._hold_us = self.tally.sent + after_bytes, for_us

    def drop_output(self) -> None:
        """The modem lost its power: what it was sending is cut off."""
        if self._receiver:
            self._receiver.drop_output()

    def inject(self, data: bytes, baud: int) -> None:
        """Somebody else on the board sends to the modem: the LTE driver."""
        self._to_modem.put(self._scheduler.now_us, data, baud)

    def settle(self) -> None:
        """Let everything happen that is over by now."""
        now_us = self._scheduler.now_us
        for at_us, data, baud in self._to_modem.take(now_us):
            self._listen(at_us)
            self.modem.feed(at_us, data, baud)
        self._listen(now_us)
        self.modem.advance(now_us)
        if self._receiver:
            self._receiver.settle(now_us)

    def next_us(self) -> int | None:
        """When `settle` next has something to do; None for never."""
        moments = (
            self._to_modem.next_us(self._scheduler.now_us, None),
            self.modem.next_due(),
            self._receiver.next_us() if self._receiver else None,
        )
        return min((moment for moment in moments if moment is not None), default=None)

    # -- the driver's functions ------------------------------------------------

    def open(self, settings: Settings) -> None:
        """Install the driver anew: what was received and not read is dropped."""
        self._scheduler.settle()
        self.settings = settings
        self._receiver = Receiver(settings, self.tally) if settings.wired else None
        self.modem.set_rts(True)

    def close(self) -> None:
        """`deinit`: RTS goes high, which the modem reads as "not ready"."""
        self.hard_reset()
        self.modem.set_rts(False)

    def hard_reset(self) -> None:
        """The ESP32 was reset: nobody listens, nothing holds the modem back."""
        self._scheduler.settle()
        self.settings = self._receiver = None
        self.modem.set_rts(True)

    def any(self) -> int:
        """Bytes in the ring; those in the FIFO are not counted."""
        return len(self._receiver.ring) if self._receiver else 0

    def read(self, count: int) -> bytes | None:
        """At most `count` bytes; None when nothing came within the gap."""
        gap_us = self._opened.gap_us
        got = b""
        gaps = 0
        while len(got) < count:
            if not self.any():
                self._wait(self._scheduler.now_us + gap_us, lambda: bool(self.any()))
            if self._receiver and self._receiver.ring:
                got += self._receiver.take(count - len(got), self._scheduler.now_us)
                continue
            gaps += 1
            if not got or gaps == 2:  # the stream layer tries once more
                break
        return got or None

    def write(self, data: bytes) -> int:
        """Push bytes into the FIFO, waiting for room; up to 128 are still there afterwards.

        Raises:
            UartFailed: no room for 5 ms; some bytes are sent, nobody says how many.
        """
        baud = self._opened.baud
        while data:
            room = FIFO_BYTES - len(self._to_modem)
            if room > 0:
                self._send(data[:room], baud)
                data = data[room:]
                continue
            before = len(self._to_modem)
            first_us = self._to_modem.next_us(self._scheduler.now_us, 0)
            limit_us = self._scheduler.now_us + WRITE_LIMIT_US
            self._scheduler.pass_to(min(limit_us, first_us or limit_us))
            if len(self._to_modem) == before and self._scheduler.now_us >= limit_us:
                self.tally.failed_writes += 1
                raise UartFailed
        return 0

    def unsent(self) -> int:
        """Bytes that have not left yet."""
        return len(self._to_modem)

    def take(self, count: int) -> bytes:
        """At most `count` bytes from the ring, without waiting."""
        return self._receiver.take(count, self._scheduler.now_us) if self._receiver else b""

    def push(self, data: bytes) -> None:
        """Send behind what waits, for whoever has a ring to send from."""
        self._send(data, self._opened.baud)

    def wait_tx_done(self, timeout_ms: int) -> bool:
        """Whether the last bit left in time."""
        self._wait(self._scheduler.now_us + timeout_ms * 1000, lambda: not len(self._to_modem))
        return not len(self._to_modem)

    # -- inside ----------------------------------------------------------------

    @property
    def _opened(self) -> Settings:
        if self.settings is None:
            raise UartFailed
        return self.settings

    def _wait(self, until_us: int, done: Callable[[], bool]) -> None:
        scheduler = self._scheduler
        while not done() and scheduler.now_us < until_us:
            next_us = self.next_us()
            scheduler.pass_to(
                until_us if next_us is None else min(max(next_us, scheduler.now_us + 1), until_us)
            )

    def _send(self, data: bytes, baud: int) -> None:
        """Put bytes on the line; those that CTS holds back begin later."""
        if not (self.settings and self.settings.wired):
            return  # pins that lead nowhere
        free, held_until_us = self._held(len(data), baud)
        self._to_modem.put(self._scheduler.now_us, data[:free], baud)
        if free < len(data):
            self.tally.longest_hold_us = max(
                self.tally.longest_hold_us, held_until_us - self._scheduler.now_us
            )
            self._to_modem.put(held_until_us, data[free:], baud)
        self.tally.sent += len(data)

    def _held(self, count: int, baud: int) -> tuple[int, int]:
        """How many of `count` bytes can go before the modem holds CTS off, and until when it does."""
        start_us = max(self._scheduler.now_us, self._to_modem.free_us)
        if not (self.settings and self.settings.flow):
            return count, 0
        if self._hold_us and self.tally.sent + count > self._hold_after:
            free = max(0, self._hold_after - self.tally.sent)
            until_us = start_us + free * BITS_A_BYTE * SECOND_US // baud + self._hold_us
            self._hold_us = 0
            return free, until_us
        busy_until_us = self._cts_until_us()
        if busy_until_us <= start_us:
            self._busy_bytes = 0
            return count, 0
        free = min(count, max(0, MODEM_BUFFER_BYTES - self._busy_bytes))
        self._busy_bytes += count
        return free, busy_until_us

    def _listen(self, until_us: int) -> None:
        """Take what the modem sends up to `until_us`; without a driver nobody hears it."""
        while (due_us := self.modem.next_due()) is not None and due_us <= until_us:
            self.modem.advance(due_us)
            for data, baud in self.modem.take(due_us):
                if self._receiver:
                    self._receiver.receive(due_us, data, baud)
