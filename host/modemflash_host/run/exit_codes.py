"""The exit codes of every command, as one table.

The help's epilog and docs/errors.md are made from it; scripts rely on it. The
state of the modem decides, not the place where something broke: a modem that
falls silent after the first write is not "silent" (4) but "unknown" (9).
"""

from __future__ import annotations

from modemflash.errors import (
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    NoModem,
    Problem,
    Refusal,
    Stopped,
)

DONE = 0
UNEXPECTED = 1
USAGE = 2
NO_PORT = 3
NO_MODEM = 4
REFUSED = 5
FAILED_UNTOUCHED = 6
FAILED_RECOVERABLE = 7
UNCONFIRMED = 8
FAILED_UNKNOWN = 9
INTERRUPTED = 130

EXIT_CODES: tuple[tuple[int, str], ...] = (
    (DONE, "done, or nothing to do (the status says which)"),
    (UNEXPECTED, "unexpected: a defect of this program"),
    (USAGE, "usage: the command line is not understood"),
    (NO_PORT, "the port is absent, not permitted or busy"),
    (NO_MODEM, "the modem is silent or only noise"),
    (REFUSED, "refused before any write"),
    (FAILED_UNTOUCHED, "failed, modem untouched"),
    (FAILED_RECOVERABLE, "failed, modem recoverable: run again"),
    (UNCONFIRMED, "installed, but the version read back is not the expected one or none was predicted"),
    (FAILED_UNKNOWN, "failed, state unknown: do not cut power, run `info`"),
    (INTERRUPTED, "interrupted before the first write (later: 7 or 9)"),
)

_PORT_CODES = ("port-absent", "port-not-permitted", "port-busy", "port-not-opened")
_BY_STATE = {
    UNTOUCHED: FAILED_UNTOUCHED,
    RECOVERABLE: FAILED_RECOVERABLE,
    UPDATED: UNCONFIRMED,
    UNKNOWN: FAILED_UNKNOWN,
}


def of_problem(problem: Problem) -> int:
    """The exit code for an error."""
    if problem.code == "unexpected":
        return UNEXPECTED
    if problem.code == "usage":
        return USAGE
    if problem.modem_state == UNTOUCHED:
        if problem.code in _PORT_CODES:
            return NO_PORT
        if isinstance(problem, NoModem):
            return NO_MODEM
        if isinstance(problem, Refusal):
            return REFUSED
        if isinstance(problem, Stopped):
            return INTERRUPTED
    return _BY_STATE[problem.modem_state]


def of_status(status: str, modem_state: str) -> int:
    """The exit code for a run that came to its end without an error."""
    if status in ("updated", "nothing-to-do"):
        return DONE
    if status == "installed-unconfirmed":
        return UNCONFIRMED
    return _BY_STATE[modem_state]
