"""A module that is reached: its family found, its job begun, and each step with what belongs around it.

    with connected(request, reporter) as module:
        info = module.look()
        plan = module.plan(ask)
        outcome = module.run(module.confirm(plan, ask))

Rules: which family is meant, files and port say, and where neither does the port is
listened to; what an earlier run has written is never called untouched; the
computer stays awake while a module is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

from modemflash.errors import UNKNOWN, UNTOUCHED, LinkProblem, NoModem, Problem
from modemflash_host.capture.line import open_line
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
from modemflash_host.families import registry
from modemflash_host.families.contract import Family, Job, PortFacts
from modemflash_host.families.plan import AUTO, DIRECT, ModuleInfo, Outcome, Plan, Request
from modemflash_host.links.hear import hear
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import fault_of, is_simulated
from modemflash_host.links.ports import list_ports, usb_at, usb_of_auto
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask, Confirmed, confirmed, of_this_run, shown_plan
from modemflash_host.run.expected import NOTHING, BoardSeen, Expected
from modemflash_host.run.result import Result


@dataclass(frozen=True, slots=True)
class Connected:
    """A module that is reached.

    Attributes:
        family: whose it is.
        job: the run on it.
        request: what is wanted.
        reporter: who is told.
        expected: what must be at the port; anything else is refused before it is written.
        seen: the board that it hangs on.
    """

    family: Family
    job: Job
    request: Request
    reporter: Reporter
    expected: Expected
    seen: BoardSeen

    def look(self) -> ModuleInfo:
        """Find the module and ask who it is, and tell of an update that did not finish. Writes nothing.

        Raises:
            Problem: it does not answer; or it is not the one that is expected.
        """
        job = self.job
        try:
            try:
                module = job.look()
            except NoModem as problem:
                if job.unfinished is None and _may_be_any_family(self.request):
                    _may_be_unfinished(problem, self.request, self.reporter)
                raise
            finally:
                self._tell_unfinished()
            module = replace(module, unfinished=job.unfinished)
            self.expected.check_module(module, self.seen.board)
        except Problem as problem:
            raise of_this_run(problem, job) from None
        return module

    def plan(self, ask: Ask) -> Plan:
        """The plan, told. Writes nothing.

        Args:
            ask: who is asked what it depends on.

        Raises:
            Problem: a rule forbids it; or the module runs another version than is expected.
        """
        try:
            return shown_plan(
                self.job,
                self.request,
                self.reporter,
                ask,
                needs_power=not is_simulated(self.request.port),
                expected=self.expected,
            )
        except Problem as problem:
            raise of_this_run(problem, self.job) from None

    def confirm(self, plan: Plan, ask: Ask) -> Confirmed:
        """The plan, with everything that it needs consented to.

        Raises:
            Refusal: a consent is missing.
        """
        try:
            return confirmed(plan, self.job, self.request, ask)
        except Problem as problem:
            raise of_this_run(problem, self.job) from None

    def run(self, confirmed: Confirmed) -> Outcome:
        """Carry out what was confirmed.

        Raises:
            Problem: with the state of the module stamped on it.
        """

        def may_sleep(text: str) -> None:
            self.reporter.say("warning", code="may-sleep", text=text)

        plan = confirmed.plan
        idle = is_simulated(self.request.port) or plan.nothing_to_do
        try:
            with nullcontext() if idle else sleep_inhibited(may_sleep):
                return self.job.run(plan, confirmed.consents)
        except Problem as problem:
            if problem.modem_state != UNTOUCHED:
                self._tell_unfinished()
            raise

    def ended_by(self, problem: Problem) -> Result:
        """The result of a run that ended with an error."""
        result = Result.of_problem(problem, seconds=self.reporter.at_s).of_module(self.job.module)
        return replace(result, bytes=self.job.sent_bytes, family=self.family.name)

    def ended_without_firmware(self, code: str) -> Result:
        """The result of a run that ended well and sent no firmware: `modem-asked`, `dry-run`."""
        result = Result("nothing-to-do", code, seconds=self.reporter.at_s)
        return replace(result.of_module(self.job.module), family=self.family.name)

    def ended_with(self, outcome: Outcome) -> Result:
        """The result of a run that ended well."""
        return replace(Result.of_outcome(outcome), family=self.family.name)

    def _tell_unfinished(self) -> None:
        if self.job.unfinished is not None:
            self.reporter.say("unfinished", **self.job.unfinished.event())


@contextmanager
def connected(
    request: Request, reporter: Reporter, expected: Expected = NOTHING, family: Family | None = None
) -> Iterator[Connected]:
    """A module that was not looked at yet, of a family that is known, or of the one that port and files name.

    Raises:
        Problem: it cannot be reached.
    """
    seen = BoardSeen.at(reporter)
    is_connected = False
    try:
        family = family or _family_of(request, reporter)
        reporter.use(family.vocabulary, family.framer())
        with family.connect(request, reporter) as job:
            is_connected = True
            yield Connected(family, job, request, reporter, expected, seen)
    except Problem as problem:
        if not is_connected:
            _may_be_unfinished(problem, request, reporter)
        if family is None:
            problem.stamp(UNTOUCHED)  # the port was listened to
        raise


def _may_be_any_family(request: Request) -> bool:
    """Whether nothing says of which family the module is."""
    return not request.files and registry.is_open(port_facts(request.port))


def _may_be_unfinished(problem: Problem, request: Request, reporter: Reporter) -> None:
    """A module that was not reached, or says nothing, may be any whose update did not finish."""
    unfinished = registry.unfinished_at(request, usb_at(request.port))
    if unfinished is not None:
        reporter.say("unfinished", **unfinished.event())
        problem.stamp(UNKNOWN)


def port_facts(port: str) -> PortFacts:
    """What is known of a port before it is opened.

    Raises:
        LinkProblem: `port-not-opened`: its name can be no port's.
    """
    if fault := fault_of(port):
        raise LinkProblem("port-not-opened", fault)
    return PortFacts(port, usb_at(port))


def _family_of(request: Request, reporter: Reporter) -> Family:
    """Who is meant. Where no file says it and several families might be, the port is listened to first.

    Raises:
        Problem: the port cannot be opened; or as `registry.family_of`.
    """
    facts = port_facts(request.port)
    if request.port == AUTO_PORT and not request.files:
        facts = replace(facts, usb=usb_of_auto(list_ports()))
    if request.files or request.port == AUTO_PORT or not registry.is_open(facts):
        return registry.family_of(facts, request.files)
    if (begun := registry.begun_at(request)) is not None:
        return begun
    if request.via not in (AUTO, DIRECT):
        return registry.family_of(facts)
    with open_line(request.port, reporter, flow_control=False) as line:
        heard = hear(line, lambda so_far: not registry.is_open(replace(facts, heard=so_far)))
    return registry.family_of(replace(facts, heard=heard))
