"""Where work on a board may be stopped: between two requests to its console.

Rule: a stop request ends the work once; what is cleaned up afterwards is asked
of the board in peace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modemflash.errors import Stopped
from modemflash_host.board.console.repl import Repl


@contextmanager
def stoppable(
    repl: Repl, stop_wanted: Callable[[], int], code: str = "stopped-before-write"
) -> Iterator[None]:
    """While this is entered, a stop request ends the work before the next request.

    Args:
        repl: the board's.
        stop_wanted: how often the user asked to stop.
        code: what stopping is called here.

    Raises:
        Stopped: `code`.
    """

    def check() -> None:
        if stop_wanted():
            repl.before_exec = before
            raise Stopped(code)

    before, repl.before_exec = repl.before_exec, check
    try:
        yield
    finally:
        repl.before_exec = before
