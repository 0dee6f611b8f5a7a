"""What happens where nothing may be reported, such as inside a sink: told at the next tick.

Rule: each text is told once, in order, and none is lost at the end.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_host.reporters import Sink


class DeferredWarnings(Sink):
    """A sink of the `Reporter` that only waits for its turn.

    Args:
        say: who tells it.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._texts: list[str] = []

    def add(self, text: str) -> None:
        """Something to tell."""
        self._texts.append(text)

    def tick(self, at_s: float) -> None:
        """Its turn."""
        while self._texts:
            self._say(self._texts.pop(0))
