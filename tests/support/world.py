"""A modem, a wire, a journal and the owner's files, for whole updates in virtual time.

Rules: what the updater says is compared with what the modem's verdict says; a
world outlives its runs, so the same command can be given again after a cut.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from modemflash.errors import Problem
from modemflash.examine import examine
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.planning import Plan
from modemflash.upgrade import Update
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans import assumptions, faults, images
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import find
from support.memory_source import MemorySource
from support.slots import Slots

SIZE = 128 * 1024  # eight per cent of it, where modems stall, lie behind the first block


class Reporter:
    """Keeps the events, and asks to stop when a test says so."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.stops = 0
        self.on_event: Any = None

    def report(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if self.on_event:
            self.on_event(self, event)

    def tick(self, now: int) -> None:
        pass

    def stop_wanted(self) -> int:
        return self.stops

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


def full(build: int, name: str = "", size: int = SIZE, product: str = "", seed: int = 1) -> MemorySource:
    """A full image under a name as owners have it."""
    return MemorySource(images.make_full_image(build, product, size, seed), name or f"CATM1-{build}.dup")


def difference(old: int, new: int, size: int = SIZE) -> MemorySource:
    return MemorySource(images.make_difference(old, new, size), f"upgdiff_{old}-to-{new}.dup")


def updater() -> MemorySource:
    return MemorySource(images.make_updater_elf(SIZE + 20000), "updater.elf")


def boot_rom() -> MemorySource:
    return MemorySource(images.make_bootrom(), "bootrom.dup")


def parts(second_size: int = SIZE) -> list[MemorySource]:
    """Both parts of 48829 and its updater."""
    return [
        full(39529, "CATM1-5.2-48829-1.dup", 416448),
        full(48829, "CATM1-5.2-48829-2.dup", second_size, seed=2),
        updater(),
    ]


class World:
    """One modem on one wire, and all that survives a run of the updater.

    Args:
        profile: a name of `PROFILES`.
        assumption: assumptions to switch, `name:value,…`.
        fault: faults, `name:argument,…`.
        max_burst: what the link says of itself.
        changes: fields of the profile to change.
    """

    def __init__(
        self,
        profile: str = "pycom-catm1",
        assumption: str = "",
        fault: str = "",
        seed: int = 0,
        max_burst: int = 0,
        **changes: Any,
    ) -> None:
        kind = dataclasses.replace(find(profile), **changes)
        self.modem = SimModem(kind, assumptions.parse(assumption), faults.parse(fault), seed=seed)
        self.wire = VirtualLine(self.modem, max_burst=max_burst)
        self.slots = Slots()
        self.reporter = Reporter()

    def line(self) -> Line:
        self.reporter = Reporter()
        return Line(self.wire, self.wire, self.reporter)

    def update(
        self,
        files: Iterable[MemorySource],
        consents: Iterable[tuple[str, str]] = (),
        *,
        all_consents: bool = False,
        on_event: Any = None,
        **options: Any,
    ) -> "dict[str, Any] | Problem":
        """One run of the update command: its result, or the problem it ended with."""
        line = self.line()
        self.reporter.on_event = on_event
        checked = [(examine(source), source) for source in files]
        run = Update(line, checked, set(consents), Journal(self.slots, "here", line.report), options)
        try:
            run.look()
            plan = run.plan()
            if all_consents:
                run.consents = {name for name, _ in plan.needs}
            return run.run(plan)
        except Problem as problem:
            return problem

    def plan(self, files: Iterable[MemorySource]) -> Plan:
        """What the update command would do; only asks."""
        checked = [(examine(source), source) for source in files]
        run = Update(self.line(), checked, set(), Journal(self.slots, "here"), {})
        run.look()
        return run.plan()

    @property
    def verdict(self) -> Any:
        return self.modem.verdict


def ended(result: Any) -> str:
    """How a run ended, in one word: its code."""
    return result.code if isinstance(result, Problem) else result["code"]


def assert_updated(world: World, result: Any, build: int) -> None:
    """The updater says updated, and so does the modem; nobody broke a rule."""
    assert not isinstance(result, Problem), (result.code, result.detail, world.reporter.events[-8:])
    verdict = world.verdict
    assert result["status"] == "updated", result
    assert result["to_build"] == build
    assert verdict.build == build and verdict.whole and verdict.mode == "application"
    assert not verdict.bricked
    assert verdict.violations == (), verdict.violations
