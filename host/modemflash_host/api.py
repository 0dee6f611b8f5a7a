"""The public Python API; the command line is its only client in this package.

    with open_line(port, teller) as line: ...   an open line, for your own questions
    info(port, teller) -> ModemInfo             find a modem and ask who it is; writes nothing
    candidates(paths) -> [Candidate]            the firmware files behind paths, folders and archives
    identify(file, teller) -> CheckedFile       what a firmware file is; needs no modem
    update(port, files, teller, ...) -> Result  the whole update

Rules: no printing here, events go to the reporter (`modemflash_host.reporters.Teller`);
`update` returns a `Result` for every end that has words, with its `Problem` in
it; the others raise the `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modemflash.builds import BOOT_ROM, DIFFERENCE, UPDATER
from modemflash.errors import UNTOUCHED, Problem, Refusal, Stopped
from modemflash.identity import Identity
from modemflash.image import Image, examine
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash.planning import Plan
from modemflash.upgrade import Update
from modemflash_host import battery
from modemflash_host.awake import awake
from modemflash_host.board import ways
from modemflash_host.capture.port import CapturingPort
from modemflash_host.clock import MonotonicClock
from modemflash_host.consents import AFTER_PART_1, YES, flag_of
from modemflash_host.held_file import HeldFile
from modemflash_host.journal_store import SlotFiles, journal_key
from modemflash_host.link import open_link
from modemflash_host.ports import AUTO
from modemflash_host.reporters import Teller
from modemflash_host.result import Result
from modemflash_host.sources import Candidate, candidates, of_path
from modemflash_host.state_folder import state_folder
from modemflash_host.usb_ids import NO_DEVICE

__all__ = [
    "Ask",
    "CheckedFile",
    "ModemInfo",
    "candidates",
    "identify",
    "info",
    "open_line",
    "plan_event",
    "update",
]

if TYPE_CHECKING:
    from modemflash.contracts import Source
    from modemflash.planning import Files

_ROLES = ("main", "part-2", "updater", "bootrom")
_FILE_FACTS = ("name", "size", "kind", "build", "sha256")
_BEGUN = ("step", "route", "target", "from_build", "files", "part")  # of the journal's record, in the event
_KIND_NAMES = {UPDATER: "updater ELF", BOOT_ROM: "boot ROM package"}

Ask = Callable[[str, str, Refusal], bool]
"""Asked for a consent (its name, its danger in a sentence, the refusal that stands without it).

Returns the answer, True for a danger that was accepted; raises the refusal where nobody can be asked.
"""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A firmware file that was read from its first to its last byte."""

    image: Image
    source: HeldFile
    place: str = ""

    def __enter__(self) -> CheckedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


@dataclass(frozen=True, slots=True)
class ModemInfo:
    """A modem that was found: its state, who it is, and its read-only record."""

    state: str
    baud: int
    identity: Identity
    record: dict[str, str]


@contextmanager
def open_line(port: str, teller: Teller) -> Iterator[Line]:
    """An open line to whatever is behind `port`, closed at the end.

    Raises:
        LinkProblem: it cannot be opened.
    """
    link, clock = open_link(port, lambda: teller.tick(clock.ticks_ms()))
    teller.follow(clock.ticks_ms())
    try:
        witnessed = CapturingPort(link, clock, teller.recorder) if teller.recorder is not None else link
        yield Line(witnessed, clock, teller)
    finally:
        link.close()


def identify(file: Path | Candidate, teller: Teller, kind: str = "") -> CheckedFile:
    """Read and check one firmware file; no modem is needed. Its source stays open.

    Args:
        file: its path, or one of `modemflash_host.sources.candidates`.
        teller: who is told.
        kind: what it must be (`modemflash.builds.UPDATER`, `BOOT_ROM`); "" takes anything.

    Raises:
        BadFile: it is damaged.
        Refusal: it cannot be read, or is of another kind.
        Stopped: the user asked to stop.
    """
    if isinstance(file, Path):
        file = of_path(file)
    source = file.open()
    clock = MonotonicClock()
    teller.follow(clock.ticks_ms())

    def progress(done: int, total: int) -> None:
        if teller.stop_wanted():
            raise Stopped("stopped-before-write")
        teller.tick(clock.ticks_ms())
        teller.say("progress", phase="verify", done=done, total=total)

    try:
        image = examine(source, progress)
        if kind and image.kind != kind:
            raise Refusal("other-kind-of-file", f"{file.name} is not the {_KIND_NAMES[kind]}")
        return CheckedFile(image, source, file.place)
    except Problem:
        source.close()
        raise


def info(port: str, teller: Teller, find_ms: int = 60_000, via: str = ways.DIRECT) -> ModemInfo:
    """Find the modem and ask who it is, by the way `via`. Writes nothing to the modem.

    Raises:
        Problem: the port or the modem does not answer.
    """
    with _job(port, via, teller, [], set(), {"find_ms": find_ms}) as job:
        _look(job, teller)
        found = ModemInfo(job.modem.state, job.modem.baud, job.who, job.before)
        teller.say("details", bootloaders=found.identity.bootloaders, record=found.record)
        return found


def update(
    port: str,
    files: Sequence[CheckedFile],
    teller: Teller,
    *,
    consents: set[str],
    ask: Ask,
    options: dict[str, Any] | None = None,
    dry_run: bool = False,
    via: str = ways.DIRECT,
) -> Result:
    """Update the modem at `port` with what is in `files`.

    Args:
        port: see `modemflash_host.link.open_link`.
        files: checked files.
        teller: who is told.
        consents: what was consented to beforehand; see `modemflash_host.consents`.
        ask: who is asked for a consent that is missing.
        options: the engine's options, see `modemflash.upgrade.Update`.
        dry_run: end with the plan.
        via: the way to the modem, see `modemflash_host.board.ways`.

    Returns:
        The result, with its `problem` where it did not end well.
    """
    known: dict[str, Any] = {}
    try:
        pairs: list[tuple[Image, Source]] = [(file.image, file.source) for file in files]
        with _job(port, via, teller, pairs, consents, options or {}) as job:
            try:
                plan = _agreed_plan(port, job, teller, consents, ask, dry_run)
                known = {"from_build": job.who.build, "boot_mode": job.modem.state}
                if plan is None:
                    return Result("nothing-to-do", "dry-run", seconds=teller.at_s, **known)
            except Problem as problem:
                if not has_written(job.past):  # an earlier run may have left it anyhow
                    problem.stamp(UNTOUCHED)
                known = {"from_build": job.who.build, "boot_mode": job.modem.state if job.modem else ""}
                raise
            try:
                with _undisturbed(port, plan, teller):
                    return Result(next="", **job.run(plan))
            except Problem as problem:
                known |= {"bytes": job.sent_bytes, "boot_mode": job.modem.state}
                if problem.modem_state != UNTOUCHED:
                    _tell_begun(job, teller)
                raise
    except Problem as problem:
        return Result.of_problem(problem, seconds=teller.at_s, **known)


@contextmanager
def _job(
    port: str, via: str, teller: Teller, files: Files, consents: set[str], options: dict[str, Any]
) -> Iterator[Update]:
    """An update that nobody has looked at yet, by the way that the table says."""
    place = None
    if port == AUTO or (via != ways.DIRECT and "://" not in port):
        place = ways.place_of(port, lambda text: teller.say("note", text=text))
        port = place.port
    way = ways.way_for(port, place.device if place else NO_DEVICE, via)
    if way.way == ways.DIRECT:
        with open_line(port, teller) as line:
            yield Update(line, files, consents, _journal(port, line), options)
        return
    if via == ways.AUTO:
        teller.say("note", text=f"Going by {way.way}: {way.condition}, and {way.why}.")
    place = place or ways.place_of(port, lambda text: teller.say("note", text=text))
    with ways.through_board(
        way, place, teller, files, consents, options, lambda line, mac: _journal(mac or port, line)
    ) as job:
        yield job


@contextmanager
def _undisturbed(port: str, plan: Plan, teller: Teller) -> Iterator[None]:
    """The computer stays awake while a modem is written; a simulated one needs no care."""
    if port.startswith("sim://") or plan.nothing_to_do:
        yield
        return
    with awake(lambda text: teller.say("warning", code="may-sleep", text=text)):
        yield


def _agreed_plan(
    port: str, job: Update, teller: Teller, consents: set[str], ask: Ask, dry_run: bool
) -> Plan | None:
    """The plan that everything was consented to; None when only the plan was wanted."""
    _look(job, teller)
    teller.say("before", bootloaders=job.who.bootloaders, record=job.before)
    try:
        plan = job.plan()
    except Refusal as question:
        if question.consent != AFTER_PART_1:
            raise
        job.options["after_part_1"] = ask(AFTER_PART_1, question.hint, question)
        plan = job.plan()
    teller.report(plan_event(plan))
    if not port.startswith("sim://") and (low := battery.warning(battery.battery())):
        teller.say("warning", code="battery-low", text=low)
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


def plan_event(plan: Plan) -> dict[str, Any]:
    """A plan as an event."""
    files = sorted(plan.roles.items(), key=lambda item: _ROLES.index(item[0]))
    return {
        "event": "plan",
        "nothing_to_do": plan.nothing_to_do,
        "direction": plan.direction,
        "origin": plan.origin,
        "target": plan.target,
        "route": plan.route,
        "files": [
            {"role": role, **{name: getattr(image, name) for name in _FILE_FACTS}, "why": _why(plan, role)}
            for role, (image, _) in files
        ],
        "phases": [
            {"phase": name, "usual_s": usual, "allowed_s": allowed} for name, usual, allowed in plan.phases()
        ],
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


def _look(job: Update, teller: Teller) -> None:
    """Find the modem, and tell of an update that was begun and has not come to its end."""
    try:
        job.look()
    except Problem as problem:
        if not has_written(job.past):
            problem.stamp(UNTOUCHED)
        raise
    finally:
        _tell_begun(job, teller)


def _tell_begun(job: Update, teller: Teller) -> None:
    if has_written(job.past):
        teller.say("unfinished", **{name: job.past.get(name) for name in _BEGUN})


class _NoFolder:
    """No place for a journal: reading finds nothing, and an update ends before its first write."""

    def __init__(self, why: OSError) -> None:
        self._why = why

    def load(self, slot: int) -> bytes:
        return b""

    def save(self, slot: int, data: bytes) -> None:
        raise self._why


def _journal(port: str, line: Line) -> Journal:
    key = journal_key(port)
    store: SlotFiles | _NoFolder
    try:
        store = SlotFiles(state_folder("journal"), key)
    except OSError as error:
        store = _NoFolder(error)
    return Journal(store, key, line.report)
