"""The plan that a person, or the command line, agreed to: shown whole before anything is written.

Rules: modem and board are left as they are until this returns; nobody is asked
where everything was consented to beforehand; what an earlier run has written is
never called untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from modemflash.builds import DIFFERENCE
from modemflash.errors import RECOVERABLE, UNTOUCHED, Problem, Refusal
from modemflash.phases import has_written
from modemflash.planning import Plan
from modemflash_host.board.relay.update import DEPLOY_MOST_S, FirstStep
from modemflash_host.computer import battery
from modemflash_host.consents import AFTER_PART_1, YES, flag_of
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.upgrade import Update

_ROLES = ("main", "part-2", "updater", "bootrom")
_FILE_FACTS = ("name", "size", "kind", "build", "sha256")

Ask = Callable[[str, str, Refusal], bool]
"""Asked for a consent (its name, its danger in a sentence, the refusal that stands without it).

Returns the answer, True for a danger that was accepted; raises the refusal where nobody can be asked.
"""


def confirmed_plan(
    job: Update, reporter: Reporter, consents: set[str], ask: Ask, *, is_simulated: bool, dry_run: bool
) -> Plan | None:
    """The plan that everything was consented to; None when only the plan was wanted.

    Args:
        job: after its `look`.
        reporter: who is told.
        consents: what was consented to beforehand; what is consented to here joins them.
        ask: who is asked for the rest.
        is_simulated: the modem needs no battery.
        dry_run: end with the plan.

    Raises:
        Refusal: a rule forbids it, or a consent is missing.
    """
    reporter.say("before", bootloaders=job.identity.bootloaders, record=job.before)
    try:
        plan = job.plan()
    except Refusal as question:
        if question.consent != AFTER_PART_1:
            raise
        job.options["after_part_1"] = ask(AFTER_PART_1, question.hint, question)
        plan = job.plan()
    reporter.report(plan_event(plan, getattr(job, "first_step", None)))
    if not is_simulated and (low := battery.warning(battery.battery())):
        reporter.say("warning", code="battery-low", text=low)
    if dry_run:
        return None
    if not plan.nothing_to_do:
        needs = plan.missing(consents)
        if YES not in consents:
            needs.append((YES, ""))
        names = [name for name, _ in needs]
        refusal = Refusal("consent-missing", ", ".join(flag_of(name) for name in names), ",".join(names))
        for name, danger in needs:
            ask(name, danger, refusal)
            consents.add(name)
    return plan


def of_this_run(problem: Problem, job: Update) -> Problem:
    """A problem from before the first write, with what it means for the modem."""
    if not has_written(job.past):
        return problem.stamp(UNTOUCHED)
    if isinstance(problem, Refusal) or problem.code == "stopped-before-write":
        return problem.stamp(RECOVERABLE)  # this run wrote nothing, an earlier one did
    return problem


def plan_event(plan: Plan, first_step: FirstStep | None = None) -> dict[str, Any]:
    """A plan as an event; with what is done to the board before."""
    files = sorted(plan.roles.items(), key=lambda item: _ROLES.index(item[0]))
    board = None
    phases = [
        {"phase": name, "usual_s": usual, "allowed_s": allowed} for name, usual, allowed in plan.phases()
    ]
    if first_step is not None and not plan.nothing_to_do:
        board = {"files": first_step.files, "bytes": first_step.bytes, "stays": first_step.stays}
        phases.insert(0, {"phase": "deploy", "usual_s": first_step.usual_s, "allowed_s": DEPLOY_MOST_S})
    return {
        "event": "plan",
        "nothing_to_do": plan.nothing_to_do,
        "direction": plan.direction,
        "origin": plan.origin,
        "target": plan.target,
        "route": plan.route,
        "board": board,
        "files": [
            {"role": role, **{name: getattr(image, name) for name in _FILE_FACTS}, "why": _why(plan, role)}
            for role, (image, _) in files
        ],
        "phases": phases,
        "warnings": list(plan.warnings),
        "cannot_undo": list(plan.cannot_undo),
        "way_back": list(plan.way_back),
        "unused": list(plan.unused),
        "consents": [{"consent": consent, "danger": danger} for consent, danger in plan.needs],
    }


def _why(plan: Plan, role: str) -> str:
    """Why this file and no other was chosen, where there was a choice."""
    if role != "main":
        return ""
    if plan.roles[role][0].kind == DIFFERENCE:
        return f"made for modems that run {plan.origin}"
    return "the only image here that fits" if plan.unused else ""
