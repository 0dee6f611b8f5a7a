"""A GNSS update in virtual time: the module, the file, one run of the program at its port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from modemflash.errors import Problem
from modemflash.line import Line
from modemflash_host.consents import Consent
from modemflash_host.families.plan import FirmwareFile, Outcome, Plan, Request
from modemflash_host.families.quectel_gnss.family import QuectelGnss
from modemflash_host.families.quectel_gnss.job import GnssJob
from modemflash_host.families.quectel_gnss.journal import Begun, Journal
from modemflash_host.families.quectel_gnss.words import WORDS
from modemflash_host.reporters import Reporter, Sink
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.quectel_gnss import assumptions, faults, packages
from modemflash_sim.quectel_gnss.address import GnssLine
from modemflash_sim.quectel_gnss.module import SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES, SECOND_US
from support.memory_source import MemorySource
from support.sinks import EventSink

VERSION = "LG290P03AANR02A01S"


class MemoryJournal(Journal):
    """A journal without a disk."""

    def __init__(self) -> None:
        super().__init__("")
        self.begun: Begun | None = None

    def load(self) -> Begun | None:
        return self.begun

    def save(self, begun: Begun) -> None:
        self.begun = begun

    def elsewhere(self) -> Begun | None:
        return None

    def hashed(self, number: str) -> str:
        return number

    def remove(self, number: str = "") -> None:
        self.begun = None


@cache
def package(version: str = VERSION, date: str = "2025/12/12", size: int = 30_000) -> bytes:
    return packages.make_package(version, date, size=size)


def firmware(data: bytes | None = None, name: str = f"{VERSION}.pkg") -> FirmwareFile:
    return QuectelGnss().examine(MemorySource(package() if data is None else data, name), lambda *_: None)


@dataclass
class Bench:
    """A module, and the journal of the computer at its port."""

    module: SimGnss
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    latency_us: int = 1000
    sink: EventSink = field(default_factory=EventSink)
    wrap: Callable[[GnssLine], Any] = lambda line: line
    more_sinks: list[Sink] = field(default_factory=list)
    stop_requests: StopRequests = field(default_factory=StopRequests)

    def run(
        self,
        data: bytes | None = None,
        consents: tuple[str, ...] = (),
        *,
        only_look: bool = False,
        **options: object,
    ) -> Outcome | Problem | Plan:
        """What one `update` comes to; `only_look`: its plan, as with `--dry-run`."""
        self.sink = EventSink()
        line = GnssLine(self.module)
        port = self.wrap(line)
        line.jump(self.module.now_us)
        with firmware(data) as file:
            request = Request("sim://lg290p", files=(file,), options=options, only_look=only_look)
            told = Reporter([self.sink, *self.more_sinks], self.stop_requests)
            told.use(WORDS)
            told.follow(line.ticks_ms())
            job = GnssJob(Line(port, port, told), request, self.journal)
            try:
                job.look()
                plan = job.plan(request)
                if only_look:
                    return plan
                return job.run(plan, frozenset(Consent(name) for name in consents))
            except Problem as problem:
                return problem


def bench(
    profile: str = "lg290p", fault: str = "", assume: str = "", hand_s: int = 0, seed: int = 0
) -> Bench:
    module = SimGnss(
        PROFILES[profile], assumptions.parse(assume), faults.parse(fault), seed, hand_s * SECOND_US
    )
    return Bench(module)
