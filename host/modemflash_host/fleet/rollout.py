"""Which board is begun next: the canaries first and alone, then so many at a time, until too many failed.

Rules: nothing of this knows what an update is; a board is begun once; those
that run are never stopped by the failure of another; one that waits for its port
holds up nobody but, as a canary, those behind it.
"""

from __future__ import annotations

from collections.abc import Sequence


class Rollout:
    """The order of a fleet.

    Args:
        names: of the boards, in the order of the file.
        jobs: so many at a time.
        canary: so many are begun first; all of them must end well before any other is begun.
        stop_after: after so many failures none is begun any more; 0 for never.

    Attributes:
        waiting: not begun yet.
        running: begun, not ended, and not away.
        away: begun, and waiting for something.
        failed: how many did not end well.
        halted_by: why no more are begun; "" while they are.
    """

    def __init__(self, names: Sequence[str], jobs: int, canary: int = 0, stop_after: int = 0) -> None:
        self.waiting = list(names)
        self.running: set[str] = set()
        self.away: set[str] = set()
        self.failed = 0
        self.halted_by = ""
        self._jobs = jobs
        self._canaries = set(self.waiting[:canary])
        self._stop_after = stop_after

    @property
    def is_halted(self) -> bool:
        """No more are begun."""
        return bool(self.halted_by)

    @property
    def is_over(self) -> bool:
        """Nothing runs and nothing will."""
        return not self.running and not self.away and (self.is_halted or not self.waiting)

    def next(self) -> str | None:
        """The board that is begun now; None while none may be."""
        if self.is_halted or not self.waiting or len(self.running) >= self._jobs:
            return None
        if self._canaries and self.waiting[0] not in self._canaries:
            return None  # they are not through
        name = self.waiting.pop(0)
        self.running.add(name)
        return name

    def leave(self, name: str) -> None:
        """A board that ran waits for something; another may run instead."""
        self.running.discard(name)
        self.away.add(name)

    def come_back(self, name: str) -> bool:
        """Whether a board that is away may run again; then it does."""
        if len(self.running) >= self._jobs:
            return False
        self.away.discard(name)
        self.running.add(name)
        return True

    def end(self, name: str, is_good: bool) -> None:
        """A board that was begun has ended."""
        self.running.discard(name)
        self.away.discard(name)
        is_canary = name in self._canaries
        self._canaries.discard(name)
        if not is_good:
            self.failed += 1
            if is_canary:
                self.halt(f"{name}, which goes first, did not end well")
            elif self._stop_after and self.failed >= self._stop_after:
                self.halt(f"so many did not end well: {self.failed}")

    def halt(self, why: str) -> None:
        """Begin no more; the first reason stays."""
        self.halted_by = self.halted_by or why
