"""Rescue: the same attempt again and again, while a person cuts the power, until the modem answers.

Rules: an attempt is a whole one, with everything that an update measures; only
problems that a power cut can mend are tried again; what was seen of the cut is
said; nobody is asked to cut the power where that kills the modem. The port's
absence for 10 s proves that the USB power was away, not that the modem was: a
battery keeps it alive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemflash.errors import Problem, UpdateFailed
from modemflash_host.families.plan import Unfinished
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.run.result import Result

if TYPE_CHECKING:
    from modemflash.contracts import Clock

MODEM_IS_SILENT = frozenset({"modem-silent", "modem-nuls", "modem-noise", "modem-in-transfer", "modem-lost"})
MENDED_BY_POWER = MODEM_IS_SILENT | frozenset(
    {
        "port-absent", "port-lost", "port-busy",
        "relay-silent", "relay-restarted",
        "board-not-reached", "board-deaf", "board-out-of-step", "board-too-slow", "board-binary",
    }
)  # fmt: skip
PROOF_S = 10
_LOOK_MS = 500
_WAIT_MS = 5_000
_ASK = (
    "Cut ALL power of the modem for 10 seconds (USB and battery; the reset button does not reset it), "
    "then give it again. This goes on by itself."
)


class UnfinishedUpdate(Sink):
    """A sink that remembers an update that did not finish.

    Attributes:
        power_must_stay: it stands at a place where a power cut kills the modem.
    """

    def __init__(self, unfinished: Unfinished | None = None) -> None:
        self.power_must_stay = unfinished is not None and unfinished.power_must_stay

    def report(self, event: Event, at_s: float) -> None:
        """One event."""
        if event["event"] == "unfinished":
            self.power_must_stay = event["power_must_stay"]

    def forbids(self, problem: Problem) -> UpdateFailed | None:
        """What to say instead of "cut the power", where that kills the modem."""
        if self.power_must_stay:
            return UpdateFailed("power-must-stay", problem.code, problem.raw)
        return None


def rescue(
    attempt: Callable[[], Result],
    is_there: Callable[[], bool],
    clock: Clock,
    reporter: Reporter,
    for_s: int,
) -> Result:
    """Try until it works, a rule forbids it, the user stops, or the time is over.

    Args:
        attempt: one try.
        is_there: whether the port is there.
        clock: to wait by.
        reporter: who is told.
        for_s: no new try begins after so long.

    Returns:
        The result of the last try.
    """
    start = clock.ticks_ms()
    asked = False
    unfinished = UnfinishedUpdate()
    reporter.listen(unfinished)
    while True:
        result = attempt()
        if result.problem is None or result.problem.code not in MENDED_BY_POWER:
            return result
        if must_stay := unfinished.forbids(result.problem):
            return Result.of_problem(must_stay, seconds=reporter.at_s)
        if clock.ticks_diff(clock.ticks_ms(), start) >= for_s * 1_000 or reporter.stop_wanted():
            return result
        if not asked and not failed_in_run(result):
            reporter.note(_ASK)
            asked = True
        gone_s = _wait(is_there, clock, reporter)
        if reporter.stop_wanted():
            return result
        if gone_s:
            proof = (
                "the USB power was away long enough"
                if gone_s >= PROOF_S
                else "too short: 10 seconds are needed"
            )
            reporter.note(f"The port was gone for {gone_s} s: {proof}. Trying again.")


def failed_in_run(result: Result) -> bool:
    """Whether a modem was lost after it had answered: it may be installing, so its power has to stay.

    The next try waits for it, twenty minutes long where something was written.
    """
    return bool(result.boot_mode)


def _wait(is_there: Callable[[], bool], clock: Clock, reporter: Reporter) -> int:
    """A moment, or as long as the port is away: the seconds of that."""
    start = clock.ticks_ms()
    reporter.follow(start)  # the attempt had a clock of its own
    reporter.say("phase", phase="watch-power", usual_s=0, allowed_s=0, note="", failed=True)
    gone = False
    while not reporter.stop_wanted():
        waited_ms = clock.ticks_diff(clock.ticks_ms(), start)
        if is_there():
            if gone:
                return max(1, waited_ms // 1_000)
            if waited_ms >= _WAIT_MS:
                return 0
        elif not gone:
            gone, start = True, clock.ticks_ms()
        reporter.tick(clock.ticks_ms())
        clock.sleep_ms(_LOOK_MS)
    return 0
