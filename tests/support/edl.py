"""An update of a Quectel module in virtual time: the module, its package, one run at its ports."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from modemflash.errors import Problem
from modemflash_host.consents import Consent
from modemflash_host.families.plan import FirmwareFile, Outcome, Plan, Request
from modemflash_host.families.quectel_edl.family import QuectelEdl
from modemflash_host.families.quectel_edl.job import QuectelJob
from modemflash_host.families.quectel_edl.journal import Begun, Journal
from modemflash_host.families.quectel_edl.module_ports import SimulatedPorts
from modemflash_host.families.quectel_edl.words import WORDS
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.quectel_edl import assumptions, faults
from modemflash_sim.quectel_edl.address import ModemBus
from modemflash_sim.quectel_edl.line import QuectelLine
from modemflash_sim.quectel_edl.module import SimPort, SimQuectel
from modemflash_sim.quectel_edl.packages import PackageMaker
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.package_in_memory import PackageInMemory
from support.sinks import EventSink

REVISIONS = {
    "rm520n": "RM520NGLAAR01A08M4G_01.200.01.200",
    "rm502q": "RM502QAEAAR11A04M4G_01.200.01.200",
    "eg25": "EG25GGBR07A09M2G_30.006.30.006",
    "rm551e": "RM551EGL00AAR01A03M8G_01.200.01.200",
}
"""Those that the packages of these tests lead to."""


class MemoryJournal(Journal):
    """A journal without a disk."""

    def __init__(self) -> None:
        super().__init__("")
        self.begun: Begun | None = None
        self.aside: Begun | None = None

    def load(self) -> Begun | None:
        return self.begun

    def save(self, begun: Begun) -> None:
        self.begun = begun

    def set_aside(self) -> None:
        self.aside, self.begun = self.begun, None

    def remove(self) -> None:
        self.begun = None


DEAF = ("edl-silent", "firehose-silent", "sahara-no-answer", "sahara-out-of-bounds", "sahara-other-image")
"""Where the advice is to cut the power."""


def code_of(end: Outcome | Problem | Plan) -> str:
    """How it ended."""
    assert not isinstance(end, Plan)
    return end.code


def maker_for(profile: str, revision: str = "", image_bytes: int | None = None) -> PackageMaker:
    """A good package for a simulated module."""
    of = PROFILES[profile]
    return PackageMaker(revision or revision_for(profile), of.chip, of.page, of.layout, of.wide, image_bytes)


def revision_for(profile: str) -> str:
    """What a module says after an update with its package."""
    return REVISIONS[profile.partition("-")[0]]


@cache
def _good(profile: str) -> dict[str, bytes]:
    return maker_for(profile).contents()


def examined(profile: str, contents: dict[str, bytes] | None = None, name: str = "") -> FirmwareFile:
    """A package as the program has read it."""
    source: Any = PackageInMemory(contents or _good(profile), name or revision_for(profile))
    return QuectelEdl().examine_package(source, lambda *_: None)


class Killed(BaseException):
    """The program was killed in the middle of a write."""


class KillingBus(ModemBus):
    """A module's ports, at which the program dies in one of its writes.

    Args:
        modem: the module.
        at: which write, from 1; 0 for none.
        most_ports: that are seen.

    Attributes:
        writes: how many there were.
    """

    def __init__(self, modem: SimQuectel, at: int, most_ports: int) -> None:
        super().__init__(modem)
        self._most_ports = most_ports
        self.writes = 0
        self._at = at

    @property
    def ports(self) -> tuple[SimPort, ...]:
        return super().ports[: self._most_ports]

    def open(self, port: SimPort) -> QuectelLine:
        line = super().open(port)
        write = line.write

        def dying_write(buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
            self.writes += 1
            if self.writes == self._at:
                write(buf, off, n // 2)
                raise Killed
            write(buf, off, n)

        line.write = dying_write  # type: ignore[method-assign]
        return line


class _Stopping(Sink):
    """Somebody asks to stop so often, in one phase: once it moves; while it waits, after some seconds."""

    _AFTER_S = 4.0  # the switch was answered before

    def __init__(self, requests: StopRequests, phase: str, stops: int) -> None:
        self._requests, self._phase, self._stops = requests, phase, stops
        self._began_s: float | None = None

    def report(self, event: Event, at_s: float) -> None:
        if event["event"] == "phase":
            self._began_s = at_s if event["phase"] == self._phase else None
        if event["event"] == "progress" and event["phase"] == self._phase:
            self._ask()

    def tick(self, at_s: float) -> None:
        if self._began_s is not None and at_s - self._began_s > self._AFTER_S:
            self._ask()

    def _ask(self) -> None:
        self._requests.count += self._stops
        self._stops = 0


class _OnlyDm(SimulatedPorts):
    """A module of which no other port is seen while it runs, as at a usb2tcp server."""

    shows_all = False


@dataclass
class Bench:
    """A module, and the journal of the computer that it is plugged into."""

    module: SimQuectel
    profile: str
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    sink: EventSink = field(default_factory=EventSink)
    writes: int = 0

    def run(
        self,
        file: FirmwareFile | None = None,
        consents: tuple[str, ...] = (),
        *,
        port: int = 0,
        only_look: bool = False,
        killed_at: int = 0,
        ports_shown: bool = True,
        stop_in: str = "",
        stops: int = 0,
        **options: object,
    ) -> Outcome | Problem | Plan:
        """What one `update` comes to; `only_look`: its plan, as with `--dry-run`."""
        self.sink = EventSink()
        requests = StopRequests()
        reporter = Reporter([self.sink, _Stopping(requests, stop_in, stops)], requests)
        reporter.use(WORDS)
        bus = KillingBus(self.module, killed_at, 10 if ports_shown else 1)
        ports = SimulatedPorts(bus, reporter) if ports_shown else _OnlyDm(bus, reporter)
        for turn in range(60):
            if turn == 30:
                self.power_cut()  # what nobody sees gets its power cut
            if ports.listed():
                break
            ports.sleep(1000)
        listed = ports.listed()
        files = (file or examined(self.profile),)
        request = Request("sim://" + self.profile, files=files, options=options, only_look=only_look)
        job = QuectelJob(listed[port], ports, request, self.journal, reporter)
        try:
            job.look()
            plan = job.plan(request)
            if only_look:
                return plan
            return job.run(plan, frozenset(Consent(name) for name in consents))
        except Problem as problem:
            return problem
        finally:
            self.writes = bus.writes

    def run_until_updated(self, file: FirmwareFile | None = None, most: int = 3) -> list[str]:
        """The same command again, with a power cut where it says so; the codes that it ended with."""
        codes: list[str] = []
        while len(codes) < most and "updated" not in codes:
            codes.append(code_of(self.run(file)))
            if codes[-1] in DEAF:
                self.power_cut()
        return codes

    @property
    def is_untouched(self) -> bool:
        """Of what must stay nothing has changed."""
        verdict = self.module.verdict
        return verdict.efs2_unchanged and not verdict.changed

    def power_cut(self) -> None:
        """Its power goes for ten seconds."""
        self.module.power(False, self.module.now_us)
        self.module.power(True, self.module.now_us + 10_000_000)


def bench(profile: str = "rm520n", fault: str = "", assume: str = "", seed: int = 0) -> Bench:
    module = SimQuectel(PROFILES[profile], assumptions.parse(assume), faults.parse(fault), seed)
    return Bench(module, profile)
