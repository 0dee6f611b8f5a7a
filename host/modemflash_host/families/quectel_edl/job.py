"""One run on one Quectel module: look at one of its ports, plan, carry out.

Rules: a look sends questions only, and only to a port that takes them, in EDL and
in a crash dump nothing at all; nothing is written but by the plan that was agreed
to; the end is what the module says of itself; what an error means for the module
follows from whether its first erase was under way.
"""

from __future__ import annotations

from dataclasses import replace

from modemflash.errors import (
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    LinkProblem,
    NoModem,
    Problem,
    Refusal,
    UpdateFailed,
)
from modemflash_host.consents import Consent
from modemflash_host.families.plan import FirmwareFile, ModuleInfo, Outcome, Plan, Request, Unfinished
from modemflash_host.families.quectel_edl.advice import notes_of
from modemflash_host.families.quectel_edl.edl_session import EdlSession
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.identity import FACTORY_MODE, Identity, identity_of
from modemflash_host.families.quectel_edl.journal import Begun, Journal, unfinished_of
from modemflash_host.families.quectel_edl.module_ports import (
    ModulePort,
    ModulePorts,
    port_of_same_module,
    refuse_another,
    wait_for_edl,
)
from modemflash_host.families.quectel_edl.planning import (
    Found,
    image_bytes,
    make_plan,
    said_model,
    the_package,
    times_of,
    what_begins,
)
from modemflash_host.families.quectel_edl.questions import ask_at, ask_at_uart, ask_diag
from modemflash_host.families.quectel_edl.read_back import ReadBack, Waiter
from modemflash_host.families.quectel_edl.switching import switch_to_edl
from modemflash_host.families.vocabulary import EventFields
from modemflash_host.links.quectel_ports import AT, DIAG, EDL, MODEM, UART
from modemflash_host.reporters import Reporter

_WRITES = ("erase", "transfer", "patch")
_NO_WORD = "Not confirmed: the module did not say {}."
_AS_BEFORE = "It says so itself: the package's revision, the same IMEI as before, and CFUN 1."


class QuectelJob:
    """See `modemflash_host.families.contract.Job`.

    Args:
        port: of the module, as it was named.
        ports: all of this computer.
        request: what is wanted.
        journal: of what is behind the port.
        reporter: who is told.
    """

    is_under_way = False
    settings = None

    def __init__(
        self, port: ModulePort, ports: ModulePorts, request: Request, journal: Journal, reporter: Reporter
    ) -> None:
        self._port = port
        self._ports = ports
        self._request = request
        self._journal = journal
        self._reporter = reporter
        self._begun = journal.load()
        self._found = Found(port.role.state)
        self._stops_before = 0
        self.module: ModuleInfo | None = None
        self.sent_bytes = 0

    @property
    def unfinished(self) -> Unfinished | None:
        """What the journal knows, unless an application answers: what runs is what counts then."""
        return unfinished_of(self._begun)

    def look(self) -> ModuleInfo:
        """Say what the port is for, and ask what can be asked.

        Raises:
            NoModem: `modem-silent`: a port that should answer does not.
        """
        role = self._port.role
        self._phase("identify")
        self._reporter.say("found", state=role.state, baud=0, resumed=False)
        self._reporter.note(f"{self._port.name}: {self._port.words}.")
        if not self._request.files:
            for other in self._ports.listed():
                if other != self._port and other.device == self._port.device:
                    self._reporter.note(f"{other.name}: {other.words}.")
        identity = self._asked() if role in (AT, MODEM, DIAG, UART) else None
        dm_port = port_of_same_module(self._port, self._ports.listed(), DIAG)
        self._found = Found(role.state, identity, dm_port.name if dm_port else "", role is DIAG)
        if identity is None:
            self._advise(None)
            self.module = ModuleInfo(role.state, unfinished=self.unfinished, is_asked=False)
            return self.module
        self._begun = None  # an application runs: there is nothing to carry on
        if identity.mode == FACTORY_MODE:
            refusal = Refusal("module-factory-mode")
            self._reporter.say("warning", code=refusal.code, text=f"{refusal.happened} {refusal.hint}")
        details: EventFields = {"record": dict(identity.record)} if identity.record else {}
        self.module = ModuleInfo(role.state, identity.product, identity.version, details)
        if identity.product or identity.version:
            self._reporter.say("identity", product=identity.product, version=identity.version)
        self._advise(identity)
        return self.module

    def _advise(self, identity: Identity | None) -> None:
        if not self._request.files:
            for note in notes_of(
                self._port, self._ports.listed(), identity, is_begun=self.unfinished is not None
            ):
                self._reporter.note(note)

    def plan(self, request: Request) -> Plan:
        """See `Job`."""
        return make_plan(request, self._found, self._begun)

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        """See `Job`."""
        before = plan.from_version
        if plan.nothing_to_do:
            self._journal.remove()  # it may have come to its end while nobody watched
            return Outcome("nothing-to-do", plan.why, UNTOUCHED, before, before, self._found.state)
        start = self._ports.now()
        self._stops_before = self._reporter.stop_wanted()
        try:
            self._write(plan)
            read_back = self._read_back()
        except UpdateFailed as problem:
            if problem.modem_state == UPDATED:
                self._forget()
            raise
        except Problem as problem:
            raise problem.stamp(self._state()) from None
        seconds = (self._ports.now() - start) / 1000
        after = read_back.identity.version
        if not read_back.is_confirmed:
            return Outcome(
                "installed-unconfirmed",
                "edl-unconfirmed",
                UNKNOWN,
                before,
                after,
                "",
                self.sent_bytes,
                seconds,
            )
        self._forget()
        return Outcome("updated", "updated", UPDATED, before, after, "application", self.sent_bytes, seconds)

    def _asked(self) -> Identity:
        """What the module says at the port, and at the AT port beside its DM port.

        Raises:
            NoModem: `modem-silent`.
            LinkProblem: a port cannot be opened; the AT port where its word is not needed does not count.
        """
        at_port = self._port
        build = ""
        if self._port.role is DIAG:
            with self._ports.open(self._port) as line:
                build = ask_diag(line)
            if not build:
                raise NoModem("modem-silent", "no DIAG answer")
            found = port_of_same_module(self._port, self._ports.listed(), AT)
            if found is None:
                return identity_of({}, build)
            at_port = found
        try:
            with self._ports.open(at_port) as line:
                record = ask_at_uart(line) if self._port.role is UART else ask_at(line)
        except LinkProblem as problem:
            if not build or self._request.files:
                raise
            self._reporter.note(f"Its AT port was not asked. {problem.happened}")
            record = {}
        if not record and not build:
            raise NoModem("modem-silent")
        return identity_of(record, build)

    def _write(self, plan: Plan) -> None:
        """From where the module is until it is told to restart."""
        file = the_package(self._request)
        before, is_switched = self._begun, self._port.role is not EDL
        usb = self._port.usb if is_switched else ""
        new = what_begins(plan, file, self._found.identity, usb, before)
        port = self._switched(new) if is_switched else self._port
        begun = before if before is not None and before.has_written else None
        if self._session(port, file, new, begun, is_switched):
            return
        port = wait_for_edl(self._ports)  # it left with the boot ROM, and the programmer has another one
        if not self._session(port, file, new, begun, is_switched):
            raise LinkProblem("port-lost", port.name)

    def _session(
        self, port: ModulePort, file: FirmwareFile, new: Begun, begun: Begun | None, is_switched: bool
    ) -> bool:
        """All that is done in EDL; False where the port went while the programmer started."""
        self._seen(EDL.state)
        with self._ports.open(port) as line:
            # Who asked to stop while the module was on its way into EDL has been told that it will.
            asked = self._reporter.stop_wanted() > self._stops_before
            line.guard(0 if asked else 1, "stopped-before-write" if begun is None else "edl-stopped")

            def phase(name: str) -> None:
                self._phase(name)
                if name in _WRITES:
                    line.guard(2, "edl-stopped")

            session = EdlSession(
                line,
                file,
                new,
                begun,
                self._found.identity.imei if self._found.identity else "",
                self._journal,
                phase,
                may_be_another=bool(said_model(self._request)),
            )
            try:
                session.run(leave_on_failure=is_switched)
            except LinkProblem:
                if not session.is_starting:
                    raise
                return False
            finally:
                self._begun = session.begun or self._begun
                self.sent_bytes = session.sent_bytes
                if session.is_left:
                    self._seen(self._found.state)
                    self._forget()
        return True

    def _switched(self, new: Begun) -> ModulePort:
        """The module in EDL, after it was asked to go there.

        Args:
            new: who it is, which it cannot say there.

        Raises:
            Problem: `edl-no-journal`.
            Refusal: `edl-several`: another one is there already.
            NoModem: `edl-not-entered`.
        """
        refuse_another(self._port, self._ports.listed())
        self._check_same()
        self._phase("switch")
        with self._ports.open(self._port) as line:
            line.checkpoint()
            self._journal.save(new)
            self._begun = new
            switch_to_edl(line)
        return wait_for_edl(self._ports)

    def _check_same(self) -> None:
        """A cable can be moved while a question stands.

        Raises:
            Refusal: `module-changed`: it says another IMEI, or another version.
        """
        before = self._found.identity
        if before is None:
            return
        now = self._asked()
        pairs = ((now.imei, before.imei), (now.version, before.version))
        if any(one and other and one != other for one, other in pairs):
            raise Refusal("module-changed", "it says another number, or another version")

    def _read_back(self) -> ReadBack:
        """What the module says after its restart."""
        begun = self._begun
        if begun is None:
            raise NoModem("edl-silent")  # nothing was sent: no session ends well without it
        waiter = Waiter(self._ports, self._reporter, begun)
        try:
            found = waiter.wait()
        finally:
            self._seen(waiter.state)
        before = self._found.identity
        after = found.identity
        if before is not None and before.record and after.record:
            self._reporter.say("record", before=dict(before.record), after=dict(after.record))
        if found.is_confirmed:
            self._reporter.note(_AS_BEFORE)
        else:
            known = ((after.version, "its version"), (after.imei, "its IMEI"), (after.mode, "its radio mode"))
            missing = [what for value, what in known if not value]
            if missing:
                self._reporter.say("note", text=_NO_WORD.format(", ".join(missing)))
            elif not begun.imei_sum:
                self._reporter.say("note", text="Not confirmed: its IMEI was not known before the update.")
        return found

    def _seen(self, state: str) -> None:
        """Where the module is now."""
        if self.module is not None:
            self.module = replace(self.module, state=state)

    def _forget(self) -> None:
        self._journal.remove()
        self._begun = None

    def _state(self) -> str:
        """What an error now means for the module."""
        return RECOVERABLE if self._begun is not None and self._begun.has_written else UNTOUCHED

    def _phase(self, name: str) -> None:
        usual_s, allowed_s = 1, 10
        if name != "identify":
            package: ProvedPackage = the_package(self._request).image
            usual_s, allowed_s = times_of(name, package, image_bytes(package))
        self._reporter.say("phase", phase=name, usual_s=usual_s, allowed_s=allowed_s, note="")
