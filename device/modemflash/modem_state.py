"""What an error means for the module: decided here and nowhere else.

Rules that hold here: what the journal has of an unfinished update counts beside
what this run did; who raised `UpdateFailed` or `Stopped` knew, so the
state in the catalogue counts, as for a module that was not heard and not
written to; nobody is told to cut the power where that kills the module.
"""

from modemflash.catalogue import ADVISE_POWER_CUT
from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, NoModem, Problem, Stopped, UpdateFailed
from modemflash.phases import dies_without_power, has_written


def judged(problem: Problem, past: "Any", state: str = UNTOUCHED, found: bool = True) -> Problem:
    """The problem that is told, with the state of the module on it.

    Args:
        problem: what went wrong. A state that stands on it already stays.
        past: the journal's record of an unfinished update, of this run or of an earlier one; None without.
        state: what a failure means where it happened, see `phases.STEPS`; outside of steps `UNTOUCHED`,
            or `RECOVERABLE` where this run has written.
        found: whether the module has answered in this run.
    """
    if state == UNTOUCHED and has_written(past):
        state = RECOVERABLE if found else UNKNOWN
    if isinstance(problem, NoModem):
        return UpdateFailed("modem-lost", problem.code, problem.raw) if state != UNTOUCHED else problem
    return problem if isinstance(problem, (UpdateFailed, Stopped)) else problem.stamp(state)


def without_power_cut(problem: Problem, past: "Any") -> Problem:
    """The last word to the user, where a hint to cut the power would kill the module; arguments as above."""
    if dies_without_power(past) and problem.code in ADVISE_POWER_CUT:
        return UpdateFailed("power-must-stay", problem.code, problem.raw)
    return problem


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
