"""The time of one simulated board, and what ends it.

Rules that hold here: time moves only by `pass_to`, never back; whatever is due
on the way (a power cut, the watchdog) comes at its own moment, as an
exception that ends the running program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Ended(Exception):
    """The program that runs on the board is over, from outside.

    Args:
        how: `cut` (power), `reset` (machine.reset), `watchdog`, `panic`, `hung`.
    """

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Outside(Protocol):
    """Somebody who shares the board's time."""

    def next_us(self) -> int | None:
        """When it wants to act next."""

    def act(self) -> None:
        """Its turn. Raises `Ended` for what it did to the board."""


class Scheduler:
    """Now, and what is due later.

    Args:
        now_us: when it begins.

    Attributes:
        now_us: the time, in microseconds.
        settle: called after every move of time; the world catches up.
        outside: who acts beside the board in the same time: a PC; None for nobody.
    """

    def __init__(self, now_us: int = 0) -> None:
        self.now_us = now_us
        self.settle: Callable[[], None] = lambda: None
        self.outside: Outside | None = None
        self._ends: dict[str, int] = {}
        self._events: list[tuple[int, Callable[[], None]]] = []

    def at(self, us: int, what: Callable[[], None]) -> None:
        """Let something happen at a moment, beside the program."""
        self._events.append((us, what))
        self._events.sort(key=lambda event: event[0])

    def clear(self) -> None:
        """Nothing is due any more: the board is reset."""
        self._ends.clear()
        self._events.clear()

    def end_at(self, how: str, at_us: int | None) -> None:
        """Let `how` end the program at `at_us`; None takes it back."""
        self._ends.pop(how, None)
        if at_us is not None:
            self._ends[how] = at_us

    def _pass(self, to_us: int) -> None:
        while self._events and self._events[0][0] <= min([to_us, *self._ends.values()]):
            at_us, what = self._events.pop(0)
            self._move(at_us)
            what()
        if self._ends:
            how = min(self._ends, key=lambda known: self._ends[known])
            at_us = self._ends[how]
            if at_us <= to_us:
                del self._ends[how]
                self._move(at_us)
                raise Ended(how)
        self._move(to_us)

    def pass_to(self, to_us: int) -> None:
        """Let time pass; what has passed already stays as it is.

        Raises:
            Ended: the program was ended on the way; `now_us` is the moment.
        """
        while self.outside and (at_us := self.outside.next_us()) is not None and at_us <= to_us:
            self._pass(max(at_us, self.now_us))
            self.outside.act()
        self._pass(to_us)

    def next_us(self) -> int | None:
        """The next moment at which something is due; None for never."""
        moments = [*self._ends.values(), *(at_us for at_us, _ in self._events[:1])]
        if self.outside and (at_us := self.outside.next_us()) is not None:
            moments.append(at_us)
        return min(moments, default=None)

    def spend(self, us: int) -> None:
        """Let `us` pass.

        Raises:
            Ended: as `pass_to`.
        """
        self.pass_to(self.now_us + us)

    def _move(self, to_us: int) -> None:
        self.now_us = max(self.now_us, to_us)
        self.settle()
