"""The receiving half of the ESP32's UART: FIFO, ring, and who is paused when.

Rules that hold here: received bytes are seen only when the driver took them
from the FIFO, at 120 of them or after a pause; a full ring leaves them in the
FIFO; with flow control the sender is then paused, without it the FIFO
overflows and all of it is lost in silence.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from modemflash_sim.endpoints.direction import BITS_A_BYTE, SECOND_US
from modemflash_sim.endpoints.noise import noise

FIFO_BYTES = 128
FIFO_FULL_BYTES = 120  # the driver takes bytes at this many …
PAUSE_BYTES = 64  # … and the sender is paused at this many
CHAR_BITS = 11  # time-outs are counted in these


@dataclass(slots=True)
class Settings:
    """What the UART was opened with.

    Attributes:
        baud: bits a second.
        flow: RTS and CTS are used: four pins in the right order.
        wired: TX and RX are the modem's.
        gap_chars: `timeout_chars` as given; the hardware sees less of it.
        ring_bytes: the receive ring.
    """

    baud: int = 9600
    flow: bool = False
    wired: bool = False
    gap_chars: int = 2
    ring_bytes: int = 512

    @property
    def gap_us(self) -> int:
        """How long a read waits for the next byte: eight bits of the setting."""
        return (self.gap_chars & 0xFF) * CHAR_BITS * SECOND_US // self.baud

    @property
    def idle_us(self) -> int:
        """After what pause the driver takes bytes: seven bits of the setting."""
        return max(1, self.gap_chars & 0x7F) * CHAR_BITS * SECOND_US // self.baud


@dataclass(slots=True)
class Tally:
    """What a test may want to know.

    Attributes:
        sent, received: bytes, those of a lost FIFO not counted.
        lost: bytes that an overflow took.
        most_in_ring: how many bytes the ring held at most.
        failed_writes: how often the 5 ms ran out.
        longest_hold_us: how long the transmitter stood still at most.
    """

    sent: int = 0
    received: int = 0
    lost: int = 0
    most_in_ring: int = 0
    failed_writes: int = 0
    longest_hold_us: int = 0


@dataclass(slots=True)
class _Piece:
    """Bytes that were sent and have not all arrived."""

    due_us: int
    rest: bytearray


class Receiver:
    """What comes in while the UART is open with one set of settings.

    Args:
        settings: of the UART.
        tally: counted on.

    Attributes:
        ring: what can be read.
    """

    def __init__(self, settings: Settings, tally: Tally) -> None:
        self.ring = bytearray()
        self._tally = tally
        self._settings = settings
        self._sent: deque[_Piece] = deque()
        self._fifo = bytearray()
        self._fifo_us = 0  # when it last changed
        self._stuck = False  # the ring is full: the driver leaves bytes in the FIFO

    def receive(self, due_us: int, data: bytes, baud: int) -> None:
        """The far end begins to send `data` at `due_us`, or later if it is paused."""
        if baud != self._settings.baud:
            data = noise(data, baud, self._settings.baud)
        self._sent.append(_Piece(due_us, bytearray(data)))

    def drop_output(self) -> None:
        """The far end lost its power: what it was sending is cut off."""
        self._sent.clear()

    def take(self, count: int, now_us: int) -> bytes:
        """At most `count` bytes from the ring."""
        data = bytes(self.ring[:count])
        del self.ring[: len(data)]
        if self._stuck:
            self._to_ring(now_us)
        return data

    def next_us(self) -> int | None:
        """When the FIFO changes next; None when nothing is under way."""
        chunk = self._next_chunk()
        if self._fifo and not self._stuck:
            idle_at_us = self._fifo_us + self._settings.idle_us
            if chunk is None or self._begins_us(*chunk) > idle_at_us:
                return idle_at_us
        return chunk[1] if chunk else None

    def settle(self, now_us: int) -> None:
        """Let everything arrive that is due by now."""
        while (at_us := self.next_us()) is not None and at_us <= now_us:
            chunk = self._next_chunk()
            if chunk is None or chunk[1] != at_us:
                self._to_ring(at_us)
                continue
            piece = self._sent[0]
            self._fifo += piece.rest[: chunk[0]]
            del piece.rest[: chunk[0]]
            if not piece.rest:
                self._sent.popleft()
            self._fifo_us = at_us
            if len(self._fifo) > FIFO_BYTES:
                self._tally.lost += len(self._fifo)
                self._fifo.clear()
            elif len(self._fifo) >= FIFO_FULL_BYTES and not self._stuck:
                self._to_ring(at_us)

    def _next_chunk(self) -> tuple[int, int] | None:
        """The next bytes to arrive without a decision in between: (how many, when the last is there)."""
        if not self._sent:
            return None
        limit = FIFO_BYTES + 1 if self._stuck else FIFO_FULL_BYTES
        if self._settings.flow:
            limit = PAUSE_BYTES
        piece = self._sent[0]
        count = min(len(piece.rest), limit - len(self._fifo))
        if count <= 0:
            return None
        start_us = max(piece.due_us, self._fifo_us)
        return count, start_us + -(-count * BITS_A_BYTE * SECOND_US // self._settings.baud)

    def _begins_us(self, count: int, end_us: int) -> int:
        """When the first byte of a chunk is there."""
        return end_us - (count - 1) * BITS_A_BYTE * SECOND_US // self._settings.baud

    def _to_ring(self, at_us: int) -> None:
        """The driver's interrupt: from the FIFO to the ring, as far as there is room."""
        moved = min(self._settings.ring_bytes - len(self.ring), len(self._fifo))
        self.ring += self._fifo[:moved]
        del self._fifo[:moved]
        self._tally.received += moved
        self._tally.most_in_ring = max(self._tally.most_in_ring, len(self.ring))
        self._stuck = bool(self._fifo)
        self._fifo_us = at_us
