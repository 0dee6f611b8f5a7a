"""What goes on right now, made from events: the phase, its times, bytes and rate.

Shared by the sinks for people, so that a live line and a plain line say the
same. Pure bookkeeping: it shows nothing.
"""

from __future__ import annotations

from collections import deque

from modemflash_host.reporters import Event
from modemflash_host.reporters.words import span

_RATE_WINDOW_S = 5.0
_RATE_NEEDS_S = 0.5
_STALLS_AFTER_S = 5.0
_STILL = "nothing moves"


class Watch:
    """The running phase.

    Attributes:
        phase: its name, "" when none runs.
        usual_s, allowed_s: what it usually takes, and how long it may; 0 for no end of its own.
        silence_s: then: after so long without an answer it ends.
        ends_s: when somebody is waited for no longer; 0 where nobody is.
        done, total: bytes; total is 0 where the phase counts none.
        moved_s: when the last byte moved.
    """

    def __init__(self) -> None:
        self.began_s = 0.0
        self._clear("")

    def _clear(self, phase: str) -> None:
        self.phase = phase
        self.usual_s = 0.0
        self.allowed_s = 0.0
        self.silence_s = 0.0
        self.ends_s = 0.0
        self.note = ""
        self.done = 0
        self.total = 0
        self.moved_s = self.began_s
        self._why_still = ""
        self._points: deque[tuple[float, int]] = deque()

    def take(self, event: Event, at_s: float) -> None:
        """Learn from one event."""
        kind = event["event"]
        if kind == "phase":
            self.began_s = at_s
            self._clear(event["phase"])
            self.usual_s = event.get("usual_s") or 0
            self.allowed_s = event.get("allowed_s") or 0
            self.silence_s = event.get("silence_s") or 0
            self.note = event.get("note") or ""
        elif kind == "progress":
            if event["done"] < self.done:
                self._points.clear()  # it began anew from the first byte
            self.done = event["done"]
            self.total = event["total"]
            self.moved_s = at_s
            self._points.append((at_s, self.done))
            while len(self._points) > 2 and at_s - self._points[0][0] > _RATE_WINDOW_S:
                self._points.popleft()
        elif kind == "waiting":
            self.ends_s = at_s + event["left_s"]
            self.note = event["note"]
        elif kind == "stall":
            self._why_still = event.get("note") or _STILL
            self.moved_s = min(self.moved_s, at_s - event["seconds"])

    def end(self) -> None:
        """No phase runs any more."""
        self._clear("")

    def elapsed_s(self, at_s: float) -> float:
        """Seconds in this phase."""
        return max(0.0, at_s - self.began_s)

    def countdown(self, at_s: float) -> str:
        """How long somebody is still waited for, in words; "" where nobody is."""
        return f"{max(0.0, self.ends_s - at_s):.0f} s left" if self.ends_s else ""

    @property
    def times(self) -> str:
        """What it usually takes and how long it may, in words; "" where nothing is known."""
        if self.allowed_s:
            return f"usual {span(self.usual_s)}, allowed {span(self.allowed_s)}"
        if self.silence_s:
            return f"usual {span(self.usual_s)}, ends after {span(self.silence_s)} without an answer"
        return ""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0

    def stall(self, at_s: float) -> str:
        """For how long nothing has moved, and what that means; "" while it moves.

        It is told while it lasts: who sends, here or on a board, may hear of it only when it is over.
        """
        still_s = at_s - self.moved_s
        if not (self.total or self._why_still) or still_s < _STALLS_AFTER_S:
            return ""
        return f"{self._why_still or _STILL} ({still_s:.0f} s)"

    def rate(self, at_s: float) -> float:
        """Bytes a second over the last seconds; 0 while it is not known, or nothing moves."""
        if len(self._points) < 2 or self.stall(at_s):
            return 0.0
        (first_s, first), (last_s, last) = self._points[0], self._points[-1]
        return (last - first) / (last_s - first_s) if last_s - first_s >= _RATE_NEEDS_S else 0.0
