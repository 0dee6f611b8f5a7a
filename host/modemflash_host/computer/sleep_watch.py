"""Notices that the computer slept in the middle of a run.

Rule: two clocks are compared, one that goes on in a sleep and one that does
not. A clock that was set by a few seconds is no sleep.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from modemflash_host.reporters import Event, Sink

_LEAST_S = 10.0


def _going_on() -> Callable[[], float]:
    """Seconds that go on in a sleep: the system's own where it has one, else the wall clock."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    try:
        if number is not None:
            time.clock_gettime(number)
            return lambda: time.clock_gettime(number)
    except OSError:
        pass  # it has a name only
    return time.time


def _stopping(system: str = sys.platform) -> Callable[[], float]:
    """Seconds that stop in a sleep: the monotonic clock, only that of Windows does not."""
    if system != "win32":
        return time.monotonic
    import ctypes

    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 (other systems have none)
    count = ctypes.c_uint64()

    def unbiased_s() -> float:
        kernel.QueryUnbiasedInterruptTime(ctypes.byref(count))
        return count.value / 1e7

    return unbiased_s


class SleepWatch(Sink):
    """A sink of the `Reporter` that only listens to time going by.

    Args:
        say: told the seconds that were slept, each time.
        going_on: seconds of a clock that goes on in a sleep.
        stopping: seconds of a clock that stops in a sleep.
    """

    def __init__(
        self,
        say: Callable[[float], object],
        going_on: Callable[[], float] | None = None,
        stopping: Callable[[], float] | None = None,
    ) -> None:
        self._say = say
        self._going_on = going_on or _going_on()
        self._stopping = stopping or _stopping()
        self._gap_s = self._going_on() - self._stopping()

    def report(self, event: Event, at_s: float) -> None:
        """Events are for others."""

    def tick(self, at_s: float) -> None:
        """Compare the clocks; called several times a second."""
        gap_s = self._going_on() - self._stopping()
        slept_s, self._gap_s = gap_s - self._gap_s, gap_s
        if slept_s >= _LEAST_S:
            self._say(slept_s)

    def close(self) -> None:
        """Nothing is open."""


def words(slept_s: float) -> str:
    """The warning, as a sentence."""
    return (
        f"this computer slept for {slept_s:.0f} s (or its clock was set); "
        "the modem went on without it, and what it said meanwhile may be lost"
    )
