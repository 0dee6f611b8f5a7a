"""The plan that a person, or the command line, confirmed: shown whole before anything is written.

Rules: module and board are left as they are until this returns; nobody is asked
where everything was consented to beforehand; what an earlier run has written is
never called untouched; a plan that was confirmed is the one that runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from modemflash.errors import RECOVERABLE, UNTOUCHED, Problem, Refusal
from modemflash_host.computer import battery
from modemflash_host.consents import YES, Consent, names_of
from modemflash_host.errors import ConsentMissing, QuestionOpen
from modemflash_host.families.contract import Job
from modemflash_host.families.plan import Need, Plan, Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.expected import NOTHING, Expected


class Ask(Protocol):
    """Who is asked for what was not said beforehand."""

    def consent(self, need: Need, refusal: Refusal) -> None:
        """Ask for one consent; `YES` is the plain yes.

        Raises:
            Refusal: it was not given, or, with `refusal`, nobody can be asked.
        """

    def question(self, name: str, refusal: Refusal) -> bool:
        """Ask a question of the vocabulary that has two answers.

        Raises:
            Refusal: nobody can be asked.
        """


class Refuse:
    """Nobody can be asked."""

    def consent(self, need: Need, refusal: Refusal) -> None:
        """See `Ask`."""
        raise refusal

    def question(self, name: str, refusal: Refusal) -> bool:
        """See `Ask`."""
        raise refusal


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A plan, and everything that was consented to."""

    plan: Plan
    consents: frozenset[Consent]


def shown_plan(
    job: Job,
    request: Request,
    reporter: Reporter,
    ask: Ask,
    *,
    needs_power: bool,
    expected: Expected = NOTHING,
) -> Plan:
    """The plan of a job, told to the reporter; not that of an update which is only watched.

    Args:
        job: after its `look`.
        request: what is wanted.
        reporter: who is told.
        ask: who is asked what it depends on.
        needs_power: this computer must last as long as the update; a simulation needs no battery.
        expected: what must be at the port.

    Raises:
        Refusal: a rule forbids it.
    """
    if job.module is not None:
        reporter.say("before", **job.module.details)
    plan = _plan(job, request, ask)
    if job.is_under_way:
        return plan
    expected.check_plan(job.module, plan)
    reporter.report(plan.event())
    if needs_power and (low := battery.warning(battery.battery())):
        reporter.say("warning", code="battery-low", text=low)
    return plan


def confirmed(plan: Plan, job: Job, request: Request, ask: Ask) -> Confirmed:
    """The plan, with everything that was consented to.

    Args:
        plan: of this job.
        job: nobody is asked again for an update that is under way.
        request: with what was consented to beforehand.
        ask: who is asked for the rest.

    Raises:
        Refusal: a consent is missing.
    """
    if job.is_under_way or plan.nothing_to_do:
        return Confirmed(plan, request.consents)
    missing = [*plan.missing(request.consents)]
    if YES not in request.consents:
        missing.append(Need(YES, ""))
    consents = tuple(need.consent for need in missing)
    refusal = ConsentMissing(names_of(consents), consents)
    for need in missing:
        ask.consent(need, refusal)
    return Confirmed(plan, request.consents | set(consents))


def _plan(job: Job, request: Request, ask: Ask) -> Plan:
    """The job's plan; a question that it depends on is asked first."""
    try:
        return job.plan(request)
    except QuestionOpen as refusal:
        answer = ask.question(refusal.question, refusal)
        return job.plan(request.with_option(refusal.question, answer))


def of_this_run(problem: Problem, job: Job) -> Problem:
    """A problem from before this run's first write, with what it means for the module."""
    if job.is_under_way:
        return problem
    if job.unfinished is None:
        return problem.stamp(UNTOUCHED)
    if isinstance(problem, Refusal) or problem.code == "stopped-before-write":
        return problem.stamp(RECOVERABLE)  # this run wrote nothing, an earlier one did
    return problem
