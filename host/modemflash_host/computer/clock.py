"""The PC's clock as the engine wants it: milliseconds that never go back."""

from __future__ import annotations

import time
from collections.abc import Callable

from modemflash_host.computer.home import HOME
from modemflash_host.reporters import Reporter


class MonotonicClock:
    """Time since an arbitrary start; it does not wrap."""

    def ticks_ms(self) -> int:
        """Milliseconds now."""
        return time.monotonic_ns() // 1_000_000

    def ticks_diff(self, end: int, start: int) -> int:
        """Milliseconds from `start` to `end`."""
        return end - start

    def sleep_ms(self, ms: int) -> None:
        """Wait."""
        HOME.sleep(ms / 1000)


def ticker(reporter: Reporter) -> Callable[[], None]:
    """What moves the reporter's time from here on, by this computer's clock."""
    clock = MonotonicClock()
    reporter.follow(clock.ticks_ms())
    return lambda: reporter.tick(clock.ticks_ms())
