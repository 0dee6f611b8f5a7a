"""A port that another program has: the problem, and how it is waited out where it passes by itself.

ModemManager asks every new port whether it is a modem, for 10 to 30 s after it
was plugged in, then lets go. Its own open files are not visible to an ordinary
user, so that it runs counts as much as that it is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from modemflash.errors import Stopped
from modemflash_host.errors import LinkProblem
from modemflash_host.links.linux import is_running

if TYPE_CHECKING:
    from modemflash.contracts import Clock

GRAB_PATIENCE_MS = 40_000
_STEP_MS = 500
_MODEM_MANAGER = "ModemManager"
_T = TypeVar("_T")


class PortBusy(LinkProblem):
    """`port-busy`: another program has the port.

    Args:
        name: of the port.
        holder: the program, as far as it is seen, such as "picocom (4711)"; "" when none is.
    """

    def __init__(self, name: str, holder: str = "") -> None:
        super().__init__("port-busy", f"{name} is held by {holder}" if holder else name)
        self.holder = holder


def open_patiently(
    open_it: Callable[[], _T],
    clock: Clock,
    say: Callable[[str], object],
    patience_ms: int = GRAB_PATIENCE_MS,
    grabber_runs: Callable[[], bool] = lambda: is_running(_MODEM_MANAGER),
    stop_wanted: Callable[[], int] = lambda: 0,
) -> _T:
    """Open a port; while ModemManager has it, wait.

    Args:
        open_it: opens the port.
        clock: to wait by.
        say: told once, in words, that we wait.
        patience_ms: how long.
        grabber_runs: whether ModemManager runs.
        stop_wanted: how often the user asked to stop.

    Raises:
        LinkProblem: whatever `open_it` raised last.
        Stopped: the user asked to stop.
    """
    start = clock.ticks_ms()
    told = False
    while True:
        try:
            return open_it()
        except PortBusy as problem:
            holder = problem.holder
            grabbed = _MODEM_MANAGER in holder or (not holder and grabber_runs())
            if not grabbed or clock.ticks_diff(clock.ticks_ms(), start) >= patience_ms:
                raise
        if not told:
            told = True
            say(
                f"{holder or _MODEM_MANAGER} has the port and asks it whether it is a modem; waiting for at "
                f"most {patience_ms // 1000} s. `modemflash setup` shows how to stop that for good."
            )
        if stop_wanted():
            raise Stopped("stopped-before-write")
        clock.sleep_ms(_STEP_MS)
