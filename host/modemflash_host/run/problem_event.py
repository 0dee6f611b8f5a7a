"""An error as the event `problem`: in words, and without what names somebody."""

from __future__ import annotations

from modemflash.errors import ModemProblem, NoModem, Problem, UpdateFailed
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.privacy import mask_quotes
from modemflash_host.reporters import Event

_BY_A_MODULE = (ModemProblem, NoModem, UpdateFailed)  # their details may quote it


def problem_event(problem: Problem, vocabulary: Vocabulary) -> Event:
    """An error as an event."""
    evidence = vocabulary.evidence
    detail = problem.detail
    if isinstance(problem, _BY_A_MODULE):
        detail = mask_quotes(detail, problem.raw, vocabulary.readable)
    return {
        "event": "problem",
        "code": problem.code,
        "happened": problem.happened.replace(problem.detail, detail) if detail else problem.happened,
        "hint": problem.hint,
        "modem_state": problem.modem_state,
        "heard": problem.raw,
        "evidence": evidence.get(problem.detail) or evidence.get(problem.code, ""),
    }
