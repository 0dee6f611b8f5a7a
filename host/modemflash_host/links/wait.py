"""A port that another program has: the problem, and how it is waited out where it passes by itself.

Rule: the screen moves while it is waited, five times a second.

ModemManager asks every new port whether it is a modem, for 10 to 30 s after it
was plugged in, then lets go. Its own open files are not visible to an ordinary
user, so that it runs counts as much as that it is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from modemflash.errors import Stopped
from modemflash_host.errors import LinkProblem
from modemflash_host.families.vocabulary import BOARD_PHASES
from modemflash_host.links.linux import is_running
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock

GRAB_PATIENCE_MS = 40_000
_STEP_MS = 500
_SLICE_MS = 100
WAIT = "wait-port"
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
    reporter: Reporter,
    patience_ms: int = GRAB_PATIENCE_MS,
    grabber_runs: Callable[[], bool] = lambda: is_running(_MODEM_MANAGER),
) -> _T:
    """Open a port; while ModemManager has it, wait.

    Args:
        open_it: opens the port.
        clock: to wait by.
        reporter: told once, in words, that we wait, then of every moment of it.
        patience_ms: how long.
        grabber_runs: whether ModemManager runs.

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
            reporter.follow(clock.ticks_ms())
            if reporter.phase not in BOARD_PHASES:
                patience_s = patience_ms // 1000
                reporter.say("phase", phase=WAIT, usual_s=patience_s // 2, allowed_s=patience_s, note="")
            reporter.note(
                f"{holder or _MODEM_MANAGER} has the port and asks it whether it is a modem; waiting for at "
                f"most {patience_ms // 1000} s. `modemflash setup` shows how to stop that for good."
            )
        step_ms = clock.ticks_ms()
        while clock.ticks_diff(clock.ticks_ms(), step_ms) < _STEP_MS:
            if reporter.stop_wanted():
                raise Stopped("stopped-before-write")
            clock.sleep_ms(_SLICE_MS)
            reporter.tick(clock.ticks_ms())
