"""Plain lines for logs and pipes: no control codes, and at most one line a second about progress."""

from __future__ import annotations

import time

from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w
from modemflash_host.reporters.people import QUIET, UNTOLD, People

_EVERY_S = 1.0
_QUIET_S = 15.0  # nobody should have to guess whether it hangs


class Plain(People):
    """The sink for people who read later."""

    _last = 0.0

    def moved(self, event: Event, at_s: float) -> None:
        """One line for a new phase, then at most one a second."""
        watch = self.watch
        if self.verbosity == QUIET:
            return
        if event["event"] == "phase":
            self._last = time.monotonic()
            if watch.phase in ("verify", *UNTOLD):
                return  # over in a moment; where it is not, its progress shows
            times = f" ({watch.times})" if watch.times else ""
            self._line(f"[{w.clock_time(at_s)}] {self.phase_title()}{times}")
            return
        now = time.monotonic()
        if now - self._last < _EVERY_S:
            return
        self._last = now
        if stall := watch.stall(at_s):
            self._line(f"[{w.clock_time(at_s)}]   {w.printable(stall)}")
            return
        speed = watch.rate(at_s)
        rate = f", {w.rate(speed)}" if speed else ""
        repeats = f", {self.retries} repeats" if self.retries else ""
        self._line(
            f"[{w.clock_time(at_s)}]   {watch.share:4.0%} of {w.size(watch.total)}{rate}{repeats}",
        )

    def tick(self, at_s: float) -> None:
        """A line that it goes on, where nothing else was said for long."""
        if self.watch.phase and self.verbosity > QUIET and time.monotonic() - self._last >= _QUIET_S:
            self._last = time.monotonic()
            stall = self.watch.stall(at_s)
            also = self.watch.countdown(at_s) or w.printable(stall)
            words = f"still: {self.phase_title()}" + (f", {also}" if also else "")
            self._line(f"[{w.clock_time(at_s)}]   {words}")

    def report(self, event: Event, at_s: float) -> None:
        """Show one event; what is heard while somebody is waited for, as it changes."""
        super().report(event, at_s)
        if event["event"] == "waiting" and self.verbosity > QUIET:
            self._line(f"[{w.clock_time(at_s)}]   {self.watch.countdown(at_s)}: {w.printable(event['note'])}")

    def _line(self, text: str) -> None:
        self.out.print(text, highlight=False, markup=False, soft_wrap=True)
