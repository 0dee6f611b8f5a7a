"""One direction of a serial line: when does which byte arrive.

Rules: a byte takes ten bits (8N1) at the rate it was sent with; bytes leave in
the order they came; every moment is computed from the start of a run of bytes
that follow each other without a gap, never from the byte before, so late calls
and rounding add up to nothing. All times are integer microseconds.
"""

from collections import deque
from dataclasses import dataclass

BITS_A_BYTE = 10
SECOND_US = 1_000_000


@dataclass(slots=True)
class _Run:
    """Bytes that follow each other without a gap, sent at one rate."""

    start_us: int
    baud: int
    paced: bool
    rest: bytearray
    gone: int = 0

    def moment_us(self, count: int) -> int:
        """When the first `count` bytes of the run are over."""
        if not self.paced:
            return self.start_us
        return self.start_us + -(-count * BITS_A_BYTE * SECOND_US // self.baud)

    def end_us(self) -> int:
        """When the whole run is over."""
        return self.moment_us(self.gone + len(self.rest))

    def over_by(self, line_us: int) -> int:
        """How many of the bytes in `rest` are over."""
        if not self.paced:
            return len(self.rest) if line_us >= self.start_us else 0
        over = (line_us - self.start_us) * self.baud // (BITS_A_BYTE * SECOND_US)
        return max(0, min(over - self.gone, len(self.rest)))


class Direction:
    """Bytes under way in one direction.

    Args:
        paced: False lets every byte arrive at the moment it is sent.
        latency_us: how much later than its last bit a byte is seen. A USB
            serial adapter holds what it received for 1 ms or 16 ms.
    """

    def __init__(self, paced: bool = True, latency_us: int = 0) -> None:
        self._paced = paced
        self._latency_us = latency_us
        self._runs: deque[_Run] = deque()
        self.free_us = 0
        """When all bytes put so far are over, latency not counted."""

    def __len__(self) -> int:
        return sum(len(run.rest) for run in self._runs)

    def __bool__(self) -> bool:
        """Whether anything is under way."""
        return bool(self._runs)

    def put(self, now_us: int, data: bytes, baud: int) -> None:
        """Send `data` at `baud`, behind what is still under way."""
        if not data:
            return
        start_us = max(now_us, self.free_us)
        run = self._runs[-1] if self._runs else None
        if run is None or run.baud != baud or start_us != self.free_us or not self._paced:
            run = _Run(start_us, baud, self._paced, bytearray())
            self._runs.append(run)
        run.rest += data
        self.free_us = run.end_us()

    def take(self, now_us: int) -> list[tuple[int, bytes, int]]:
        """What has arrived by now, as (moment of its last bit, bytes, rate), oldest first."""
        arrived = []
        line_us = now_us - self._latency_us
        while self._runs:
            run = self._runs[0]
            count = run.over_by(line_us)
            if count:
                run.gone += count
                seen_us = run.moment_us(run.gone) + self._latency_us
                arrived.append((seen_us, bytes(run.rest[:count]), run.baud))
                del run.rest[:count]
            if run.rest:
                break
            self._runs.popleft()
        return arrived

    def next_us(self, now_us: int, grain_us: int | None) -> int | None:
        """When to look again, see `Wire.next_us`; None when nothing is under way."""
        if not self._runs:
            return None
        run = self._runs[0]
        end_us = run.end_us() + self._latency_us
        if grain_us is None:
            return end_us
        first_us = run.moment_us(run.gone + 1) + self._latency_us
        return min(end_us, max(first_us, now_us + grain_us))
