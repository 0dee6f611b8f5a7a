"""Every wait for a board moves the screen: its port and its clock with the reporter's ticks in them.

    board_port = ticking(board_port, reporter)
    reach(reporter)                                the phase in which the board is got to listen
    leave(reporter, failed=…) … left(reporter)     the phase in which it is given back
    with at_board("auto", reporter) as session: …  all of that

Rules: no wait is longer than a fifth of a second without a tick; what is done to
the board before and after the modem's own phases is a phase, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modemflash_host.board.console import session
from modemflash_host.board.console.session import BoardPort, BoardSession, at_console
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock, Writable
    from modemflash_host.links.open import Console

SLICE_MS = 200
REACH, LEAVE, UNINSTALL = "reach-board", "leave-board", "uninstall"


class TickingClock:
    """A clock whose waits tick."""

    def __init__(self, clock: Clock, tick: Callable[[], object]) -> None:
        self._clock = clock
        self._tick = tick
        self.ticks_ms = clock.ticks_ms
        self.ticks_diff = clock.ticks_diff

    def sleep_ms(self, ms: int) -> None:
        """Wait."""
        start = self._clock.ticks_ms()
        while True:
            left_ms = ms - self._clock.ticks_diff(self._clock.ticks_ms(), start)
            if left_ms <= 0:
                return
            self._clock.sleep_ms(min(left_ms, SLICE_MS))
            self._tick()


class TickingConsole:
    """A console whose waits for input tick."""

    def __init__(self, console: Console, clock: Clock, tick: Callable[[], object]) -> None:
        self._console = console
        self._clock = clock
        self._tick = tick

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)

    def readinto(self, buf: Writable, n: int, timeout_ms: int) -> int:
        """See `contracts.Port`."""
        start = self._clock.ticks_ms()
        while True:
            left_ms = timeout_ms - self._clock.ticks_diff(self._clock.ticks_ms(), start)
            got = self._console.readinto(buf, n, max(0, min(left_ms, SLICE_MS)))
            self._tick()
            if got or left_ms <= SLICE_MS:
                return got


def ticking(board_port: BoardPort, reporter: Reporter) -> BoardPort:
    """The same place, opened so that its waits tick."""

    def open_port(data_bits: int) -> tuple[Console, Clock]:
        console, clock = board_port.open_port(data_bits)
        reporter.follow(clock.ticks_ms())

        def tick() -> None:
            reporter.tick(clock.ticks_ms())

        ticks: Any = TickingConsole(console, clock, tick)
        return ticks, TickingClock(clock, tick)

    return replace(board_port, open_port=open_port)


def reach(reporter: Reporter) -> None:
    """From here on the board is got to listen."""
    reporter.say("phase", phase=REACH, usual_s=0, allowed_s=0, note="")


def leave(reporter: Reporter, phase: str = LEAVE, *, failed: bool = False) -> None:
    """From here on the board is given back.

    Args:
        reporter: who is told.
        phase: `LEAVE` or `UNINSTALL`.
        failed: what went before came to no good end.
    """
    reporter.say("phase", phase=phase, usual_s=0, allowed_s=0, note="", failed=failed)


def left(reporter: Reporter) -> None:
    """It was given back."""
    reporter.say("board-left")


@contextmanager
def at_board(port: str, reporter: Reporter) -> Iterator[BoardSession]:
    """A board in its raw REPL, whose way there and back is shown; afterwards its own program runs again.

    Args:
        port: a name, a URL, or "auto".
        reporter: who is told.

    Raises:
        LinkProblem, Refusal: see `session.find_board`.
        BoardProblem: see `at_console`.
    """
    reach(reporter)
    failed = True
    with at_console(ticking(session.find_board(port, reporter), reporter), reporter.note) as found:
        try:
            yield found
            failed = False
        finally:
            leave(reporter, failed=failed)
    left(reporter)
