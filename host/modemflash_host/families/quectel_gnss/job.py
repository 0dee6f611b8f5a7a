"""One run on one module: look, plan, carry out.

Rules: nothing is erased before the boot loader has accepted the file's facts, and
nothing after a missing or bad answer is sent: it begins anew with the reset, twice
at most; the end is what the application says of itself; the journal is
written before the erase, and the record of another module is kept.
"""

from __future__ import annotations

from dataclasses import replace

from modemflash.errors import (
    RECOVERABLE,
    UNKNOWN,
    UNTOUCHED,
    UPDATED,
    LinkProblem,
    ModemProblem,
    NoModem,
    Problem,
    Refusal,
    UpdateFailed,
)
from modemflash.line import Line
from modemflash_host.consents import Consent, names_of
from modemflash_host.errors import ConsentMissing
from modemflash_host.families.plan import ModuleInfo, Outcome, Plan, Request, Unfinished
from modemflash_host.families.quectel_gnss import finding, frames
from modemflash_host.families.quectel_gnss.boot_loader import ANSWER_MS, BootLoader
from modemflash_host.families.quectel_gnss.chips import LG290P, version_of
from modemflash_host.families.quectel_gnss.finding import Found
from modemflash_host.families.quectel_gnss.journal import Begun, Journal, unfinished_at, unfinished_of
from modemflash_host.families.quectel_gnss.package import Package
from modemflash_host.families.quectel_gnss.planning import (
    REBOOT_S,
    make_plan,
    packets,
    phases_of,
    reset_way,
    the_file,
)
from modemflash_host.families.quectel_gnss.resetting import into_boot_loader
from modemflash_host.families.vocabulary import WHOLE_UPDATE
from modemflash_host.links.talkers import GNSS, refuse_others

ATTEMPTS = 3
_RESTART_MS = 1000


class GnssJob:
    """See `modemflash_host.families.contract.Job`.

    Args:
        line: the open line.
        request: what is wanted.
        journal: of what is behind the port.
    """

    is_under_way = False
    settings = None

    def __init__(self, line: Line, request: Request, journal: Journal) -> None:
        self._line = line
        self._request = request
        self._journal = journal
        self._found = Found(finding.SILENCE)
        self._begun = journal.load()
        self._silent: Unfinished | None = None
        self._number: str | None = None  # a hash; None: nobody was asked yet
        self._erased = self._sent_whole = False
        self._before = ""
        self.module: ModuleInfo | None = None
        self.sent_bytes = 0

    @property
    def unfinished(self) -> Unfinished | None:
        """What the journal knows, unless an application answers that proves it to be over."""
        return unfinished_of(self._begun) or self._silent

    def look(self) -> ModuleInfo:
        """See `Job`. With a file at hand a silent module is no end: its boot loader is looked for later."""
        line = self._line
        line.guard(1, "stopped-before-write")
        line.report("phase", phase="find", usual_s=2, allowed_s=12, note="")
        found = finding.find(line, BootLoader(line), _refuse_others)
        if found.state == finding.BOOT_LOADER and (self._request.only_look or not self._request.files):
            finding.leave_boot_loader(line)
        self._found = found
        if found.build is not None:
            self._compare(found.build.version)
        elif not self._request.files and found.state in (finding.SILENCE, finding.NOISE):
            problem = NoModem("gnss-silent" if found.state == finding.SILENCE else "gnss-noise")
            if self._begun is not None:
                raise problem.stamp(RECOVERABLE)  # it has no application, and its boot loader stays
            self._silent = unfinished_at(self._journal)
            raise problem.stamp(UNKNOWN) if self._silent else problem
        elif self._begun is None and (elsewhere := self._journal.elsewhere()) is not None:
            text = f"{_told(elsewhere)}: this may be that module, it cannot say."
            line.report("warning", code="record-elsewhere", text=text)
        line.report("found", state=found.state, baud=found.baud, resumed=False)
        version = found.build.version if found.build else ""
        parts = version_of(version)
        product = f"{parts.model} ({parts.hardware})" if parts else ""
        line.report("identity", product=product, version=version)
        self.module = ModuleInfo(found.state, product, version, finding.details(found), self.unfinished)
        return self.module

    def _compare(self, version: str) -> None:
        """An application runs: there is nothing to carry on; a record of another module is kept."""
        if self._begun is not None or self._request.files:
            self._ask_number()
        if self._begun is not None and not self._begun.may_be_of(version, self._number or ""):
            text = f"{_told(self._begun)} at this port is of another module: it is kept."
            self._line.report("warning", code="other-module", text=text)
            self._journal.keep()
        self._begun = None

    def plan(self, request: Request) -> Plan:
        """See `Job`."""
        return make_plan(request, self._found, self._begun)

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        """See `Job`."""
        before = self._before = plan.from_version
        if plan.nothing_to_do:
            self._journal.remove(self._number or "")  # it may have come to its end while nobody watched
            return Outcome("nothing-to-do", plan.why, UNTOUCHED, before, before, self._found.state)
        if missing := [need.consent for need in plan.missing(consents)]:
            raise ConsentMissing(names_of(tuple(missing)), tuple(missing))
        start = self._line.now()
        try:
            self._write()
            after = self._read_back()
        except Problem as problem:
            raise problem.stamp(self._state(problem)) from None
        seconds = self._line.since(start) / 1000
        if after is None:
            return Outcome(
                "installed-unconfirmed", "gnss-unconfirmed", UNKNOWN, before, "", "", self.sent_bytes, seconds
            )
        self._ended()
        return Outcome(
            "updated", "updated", UPDATED, before, after, finding.APPLICATION, self.sent_bytes, seconds
        )

    def _state(self, problem: Problem) -> str:
        """What an error now means for the module."""
        if self._sent_whole and problem.code != "gnss-no-application":
            return UNKNOWN  # it was accepted, and nobody waited for its word
        return RECOVERABLE if self._begun is not None else UNTOUCHED

    def _write(self) -> None:
        """From the reset to the last packet, begun anew where an answer is missing or bad."""
        file = the_file(self._request)
        data = bytearray(file.source.size)
        file.source.readinto(0, data)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._attempt(data)
                return
            except ModemProblem as problem:
                if attempt == ATTEMPTS:
                    raise
                self._line.report(
                    "retry",
                    what=WHOLE_UPDATE,
                    attempt=attempt + 1,
                    reason=problem.code,
                    text=problem.happened,
                )

    def _attempt(self, data: bytearray) -> None:
        line = self._line
        boot_loader = BootLoader(line)
        self._phase("reset")
        self._check_same()
        found = self._found
        if self._erased:  # no application is left that could obey a command
            found = Found(finding.BOOT_LOADER)
        into_boot_loader(line, boot_loader, found, reset_way(self._request))
        self._seen(finding.BOOT_LOADER)
        try:
            if version := boot_loader.boot_version():
                line.report("note", text=f"The boot loader answers: version {version}.")
            boot_loader.ask(frames.INFO, frames.info_payload(data), ANSWER_MS, "")
            line.checkpoint()
            self._keep("erase")
        except Problem as problem:
            if not self._erased and not isinstance(problem, LinkProblem):
                finding.leave_boot_loader(line)  # to the application that it still has
            raise
        self._erased = True
        self._phase("erase")
        boot_loader.ask(frames.ERASE, b"", LG290P.erase_s * 1000, "")
        self._transfer(boot_loader, data)
        self._sent_whole = True
        self._keep("sent")
        self._phase("reboot")
        try:
            boot_loader.ask(frames.RESET, b"", ANSWER_MS, "")
        except ModemProblem:
            pass  # some say nothing; what the application says counts

    def _check_same(self) -> None:
        """A cable can be moved while a question stands, and between two tries.

        Raises:
            Refusal: `module-changed`: an application that is not the one that was looked at, or one where it
                was erased.
        """
        before = self._found.build
        if before is None:
            return  # it could not say who it is
        if self._erased:
            if finding.talks(self._line, self._found.baud):
                raise Refusal("module-changed", "it has an application")
            return
        now = finding.find_application(self._line, (self._found.baud,))
        if now.state == finding.OTHER_APPLICATION:
            raise Refusal("module-changed", "it does not say who it is")
        if now.build is not None:
            self._refuse_another(now.build.version == before.version)

    def _refuse_another(self, is_alike: bool = True) -> None:
        """By its number, else by what is alike."""
        number = self._journal.hashed(finding.ask_number(self._line))
        if number != self._number if number and self._number else not is_alike:
            raise Refusal("module-changed", "it says another number, or another version")

    def _transfer(self, boot_loader: BootLoader, data: bytearray) -> None:
        """Packet by packet. What else there is to do is done while one is on the wire."""
        line, size = self._line, len(data)
        self._phase("transfer")
        self.sent_bytes = 0
        last = packets(size) - 1
        packet = _packet(data, 0)
        for sequence in range(last):
            line.checkpoint()
            boot_loader.send(packet)
            if sequence:
                line.report("progress", phase="transfer", done=self.sent_bytes, total=size)
            packet = _packet(data, sequence + 1)
            boot_loader.answer(frames.DATA, ANSWER_MS, f"packet {sequence + 1} of {last + 1}")
            self.sent_bytes += LG290P.block_bytes
        line.checkpoint()
        boot_loader.settle()
        boot_loader.send(packet)
        line.report("progress", phase="transfer", done=size, total=size)
        self._phase("install")
        last_packet_ms = LG290P.last_packet_s * 1000
        boot_loader.answer(frames.DATA, last_packet_ms, f"packet {last + 1} of {last + 1}", is_last=True)
        self.sent_bytes = size

    def _read_back(self) -> str | None:
        """The version that the application says; None where it says nothing.

        Raises:
            UpdateFailed: it says another one, or there is none.
        """
        line = self._line
        package: Package = the_file(self._request).image
        line.sleep(_RESTART_MS)
        start = line.now()
        turn = 1
        while line.since(start) < REBOOT_S * 1000:
            found = finding.find_application(line, finding.rates_from(self._found.baud), turn)
            turn += 1
            if found.build is None:
                continue
            self._refuse_another()
            self._seen(finding.APPLICATION)
            if not package.is_run_by(found.build):
                build = found.build
                runs = f"{build.version} of {build.date} at {build.time}"
                says = f"{runs}, not {package.version} of {package.built}"
                problem = UpdateFailed("gnss-other-version", says)
                self._ended()
                raise problem.stamp(UPDATED)
            return found.build.version
        if finding.find_boot_loader(line, BootLoader(line)) is not None:
            raise UpdateFailed("gnss-no-application")
        return None

    def _seen(self, state: str) -> None:
        """Where the module is now."""
        if self.module is not None:
            self.module = replace(self.module, state=state)

    def _ended(self) -> None:
        """An application runs, and can say which module it is: all that was begun on that one is over."""
        if self._number is None:
            self._ask_number()
        self._journal.remove(self._number or "")
        self._begun = None

    def _ask_number(self) -> None:
        self._number = self._journal.hashed(finding.ask_number(self._line))

    def _keep(self, stage: str) -> None:
        file = the_file(self._request)
        package: Package = file.image
        number = self._number or (self._begun.number if self._begun else "")
        target = package.parts.target
        begun = Begun(stage, file.name, file.sha256, package.version, target, self._before, number)
        self._journal.save(begun)
        self._begun = begun

    def _phase(self, name: str) -> None:
        """Tell it, and say what a stop request in it means; one in the phase before is not forgotten."""
        usual_s, allowed_s = phases_of(the_file(self._request).source.size)[name]
        if name == "transfer":
            self._line.checkpoint()
        if name in ("erase", "transfer", "install"):
            self._line.guard(2, "gnss-stopped")
        elif name == "reset" and self._erased:
            self._line.guard(1, "gnss-stopped")
        elif name == "reboot":
            self._line.guard(2, "stopped-watching")
        self._line.report("phase", phase=name, usual_s=usual_s, allowed_s=allowed_s, note="")


def _told(begun: Begun) -> str:
    where = f" ({begun.given})" if begun.given else ""
    return f"An update to {begun.version} that did not finish{where}"


def _refuse_others(heard: bytes) -> None:
    """Before sync words go out, which are binary data to anybody else.

    Raises:
        LinkProblem: `board-console`, `other-device`.
    """
    refuse_others(heard, GNSS)


def _packet(data: bytearray, sequence: int) -> bytes:
    """A packet of the firmware, as it goes over the wire."""
    block = LG290P.block_bytes
    piece = data[sequence * block : (sequence + 1) * block]
    return frames.frame(frames.DATA, frames.data_payload(sequence, piece), LG290P.frame_class)
