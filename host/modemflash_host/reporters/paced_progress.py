"""Progress for whoever reads events and draws nothing: once a second, and when it is complete."""

from __future__ import annotations

import time
from collections.abc import Callable

from modemflash_host.families.vocabulary import Event

_EVERY_S = 1.0


class PacedProgress:
    """Decides which events are told.

    Args:
        now_s: a clock that never goes back.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._told_at_s = 0.0

    def passes(self, event: Event) -> bool:
        """Whether this one is told; everything but progress always is."""
        if event["event"] == "progress" and event["done"] != event["total"]:
            now_s = self._now_s()
            if now_s - self._told_at_s < _EVERY_S:
                return False
            self._told_at_s = now_s
        return True
