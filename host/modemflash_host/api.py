"""The public Python API; the command line is its only client in this package.

    with open_line(port, reporter) as line: ...   an open line, for your own questions
    info(port, reporter) -> ModemInfo             find a modem and ask who it is; writes nothing
    candidates(paths) -> [Candidate]            the firmware files behind paths, folders and archives
    identify(file, reporter) -> CheckedFile       what a firmware file is; needs no modem
    update(port, files, reporter, ...) -> Result  the whole update
    begun_before(board) -> record | None        what this PC knows of an unfinished update

Rules: no printing here, events go to the reporter (`modemflash_host.reporters.Reporter`);
`update` returns a `Result` for every end that has words, with its `Problem` in
it; the others raise the `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modemflash.builds import BOOT_ROM, UPDATER
from modemflash.errors import UNKNOWN, UNTOUCHED, Problem, Refusal, Stopped
from modemflash.examine import examine
from modemflash.identity import Identity
from modemflash.image import Image
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash.upgrade import Update
from modemflash_host.board import access, location
from modemflash_host.board.relay.update import HeldUpdate, RelayedUpdate
from modemflash_host.capture.port import CapturingPort
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
from modemflash_host.files.candidates import Candidate, candidates, of_path
from modemflash_host.files.stable_file import StableFile
from modemflash_host.links.open import open_link
from modemflash_host.links.ports import AUTO, open_patiently
from modemflash_host.links.usb_ids import NO_DEVICE, device_of_url
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask, confirmed_plan, of_this_run, plan_event
from modemflash_host.run.result import Result
from modemflash_host.store import journal_files
from modemflash_host.store.journal_files import SlotFiles, journal_key
from modemflash_host.store.state_folder import state_folder

__all__ = [
    "Ask",
    "CheckedFile",
    "ModemInfo",
    "begun_before",
    "candidates",
    "identify",
    "info",
    "open_line",
    "plan_event",
    "update",
]

if TYPE_CHECKING:
    from modemflash.contracts import Source
    from modemflash.file_roles import Files

_BEGUN = ("step", "route", "target", "from_build", "files", "part")  # of the journal's record, in the event
_KIND_NAMES = {UPDATER: "updater ELF", BOOT_ROM: "boot ROM package"}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A firmware file that was read from its first to its last byte."""

    image: Image
    source: StableFile
    place: str = ""

    def __enter__(self) -> CheckedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()


@dataclass(frozen=True, slots=True)
class ModemInfo:
    """A modem that was found.

    Attributes:
        state, baud: see `modemflash.modem.Modem`.
        identity: who it is.
        record: see `modemflash.identity.record`.
        unfinished: the files of an update that was begun and has not come to its end.
    """

    state: str
    baud: int
    identity: Identity
    record: dict[str, str]
    unfinished: tuple[str, ...] = ()


@contextmanager
def open_line(port: str, reporter: Reporter) -> Iterator[Line]:
    """An open line to whatever is behind `port`, closed at the end.

    Raises:
        LinkProblem: it cannot be opened.
        Stopped: the user asked to stop while another program had it.
    """
    link, clock = open_patiently(
        lambda: open_link(port, lambda: reporter.tick(clock.ticks_ms())),
        MonotonicClock(),
        lambda text: reporter.say("note", text=text),
        stop_wanted=reporter.stop_wanted,
    )
    reporter.follow(clock.ticks_ms())
    try:
        witnessed = CapturingPort(link, clock, reporter.recorder) if reporter.recorder is not None else link
        yield Line(witnessed, clock, reporter)
    finally:
        link.close()


def identify(file: Path | Candidate, reporter: Reporter, kind: str = "") -> CheckedFile:
    """Read and check one firmware file; no modem is needed. Its source stays open.

    Args:
        file: its path, or one of `modemflash_host.files.candidates.candidates`.
        reporter: who is told.
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
    reporter.follow(clock.ticks_ms())

    def progress(done: int, total: int) -> None:
        if reporter.stop_wanted():
            raise Stopped("stopped-before-write")
        reporter.tick(clock.ticks_ms())
        reporter.say("progress", phase="verify", done=done, total=total)

    try:
        image = examine(source, progress)
        if kind and image.kind != kind:
            raise Refusal("other-kind-of-file", f"{file.name} is not the {_KIND_NAMES[kind]}")
        return CheckedFile(image, source, file.place)
    except Problem:
        source.close()
        raise


def info(port: str, reporter: Reporter, find_ms: int = 60_000, via: str = access.DIRECT) -> ModemInfo:
    """Find the modem and ask who it is, by the way `via`. Writes nothing to the modem.

    Raises:
        Problem: the port or the modem does not answer.
    """
    with _job(port, via, reporter, [], set(), {"find_ms": find_ms}, only_look=True) as job:
        if isinstance(job, RelayedUpdate):
            job.tell_card()
        _look(job, reporter)
        begun = tuple(job.past["files"]) if has_written(job.past) else ()
        found = ModemInfo(job.modem.state, job.modem.baud, job.identity, job.before, begun)
        reporter.say("details", bootloaders=found.identity.bootloaders, record=found.record)
        return found


def update(
    port: str,
    files: Sequence[CheckedFile],
    reporter: Reporter,
    *,
    consents: set[str],
    ask: Ask,
    options: dict[str, Any] | None = None,
    dry_run: bool = False,
    via: str = access.DIRECT,
) -> Result:
    """Update the modem at `port` with what is in `files`.

    Args:
        port: see `modemflash_host.links.open.open_link`.
        files: checked files.
        reporter: who is told.
        consents: what was consented to beforehand; see `modemflash_host.consents`.
        ask: who is asked for a consent that is missing.
        options: the engine's options, see `modemflash.upgrade.Update`.
        dry_run: end with the plan.
        via: the way to the modem, see `modemflash_host.board.access`.

    Returns:
        The result, with its `problem` where it did not end well.
    """
    known: dict[str, Any] = {}
    reached = False
    try:
        pairs: list[tuple[Image, Source]] = [(file.image, file.source) for file in files]
        with _job(port, via, reporter, pairs, consents, options or {}, only_look=dry_run) as job:
            reached = True
            try:
                _look(job, reporter)
                known = {"from_build": job.identity.build, "boot_mode": job.modem.state}
                work = _confirmed_work(port, job, reporter, consents, ask, dry_run)
                if work is None:
                    return Result("nothing-to-do", "dry-run", seconds=reporter.at_s, **known)
            except Problem as problem:
                known = {"from_build": job.identity.build, "boot_mode": job.modem.state if job.modem else ""}
                if not isinstance(job, HeldUpdate):
                    of_this_run(problem, job)
                raise
            try:
                return Result(next="", **work())
            except Problem as problem:
                known |= {"bytes": job.sent_bytes, "boot_mode": job.modem.state}
                if problem.modem_state != UNTOUCHED:
                    _tell_begun(job, reporter)
                raise
    except Problem as problem:
        if not reached and _may_be_unfinished(port, via):
            problem.stamp(UNKNOWN)
        return Result.of_problem(problem, seconds=reporter.at_s, **known)


@contextmanager
def _job(
    port: str,
    via: str,
    reporter: Reporter,
    files: Files,
    consents: set[str],
    options: dict[str, Any],
    *,
    only_look: bool,
) -> Iterator[Update]:
    """An update that nobody has looked at yet, by the way that the table says."""
    place = None
    if port == AUTO or (via != access.DIRECT and ("://" not in port or device_of_url(port) != NO_DEVICE)):
        place = access.place_of(port, lambda text: reporter.say("note", text=text))
        port = place.port
    way = access.way_for(port, place.device if place else NO_DEVICE, via)
    if way.way == access.DIRECT:
        with open_line(port, reporter) as line:
            if not files:  # where it is asked for more than the modem
                location.tell_place(reporter, port, way.way)
            yield Update(line, files, consents, _journal(port, line), options)
        return
    if via == access.AUTO:
        reporter.say("note", text=f"Going by {way.way}: {way.condition}, and {way.why}.")
    place = place or access.place_of(port, lambda text: reporter.say("note", text=text))
    with access.through_board(
        way,
        place,
        reporter,
        files,
        consents,
        options,
        lambda line, mac: _board_journal(port, mac, line),
        only_look,
    ) as job:
        yield job


def begun_before(board: str) -> dict[str, Any] | None:
    """This PC's note of an update that a board's modem has not come to the end of; by the board's address."""
    try:
        return Journal(SlotFiles(state_folder("journal"), journal_key(board)), journal_key(board)).read()
    except OSError:
        return None


def _confirmed_work(
    port: str, job: Update, reporter: Reporter, consents: set[str], ask: Ask, dry_run: bool
) -> Callable[[], dict[str, Any]] | None:
    """What everything was consented to; None when only the plan was wanted."""
    if isinstance(job, HeldUpdate):
        return partial(_undisturbed, job.go_on, reporter)  # it was agreed to when it was begun
    is_simulated = port.startswith("sim://")
    plan = confirmed_plan(job, reporter, consents, ask, is_simulated=is_simulated, dry_run=dry_run)
    if plan is None:
        return None
    work = partial(job.run, plan)
    return work if is_simulated or plan.nothing_to_do else partial(_undisturbed, work, reporter)


def _undisturbed(work: Callable[[], dict[str, Any]], reporter: Reporter) -> dict[str, Any]:
    """The computer stays awake while a modem is written."""
    with sleep_inhibited(lambda text: reporter.say("warning", code="may-sleep", text=text)):
        return work()


def _look(job: Update, reporter: Reporter) -> None:
    """Find the modem, and tell of an update that was begun and has not come to its end."""
    try:
        job.look()
    except Problem as problem:
        if not isinstance(job, HeldUpdate):
            of_this_run(problem, job)
        raise
    finally:
        _tell_begun(job, reporter)


def _tell_begun(job: Update, reporter: Reporter) -> None:
    if has_written(job.past):
        reporter.say("unfinished", **{name: job.past.get(name) for name in _BEGUN})


def _may_be_unfinished(port: str, via: str) -> bool:
    """Whether a modem that was not reached may be one whose update was begun and has not come to its end.

    Journals of boards go by the board's address, which nobody can ask for now: then any of them counts.
    """
    try:
        folder = state_folder("journal")
    except OSError:
        return False
    known = {journal_key(port)} if via == access.DIRECT else journal_files.keys(folder)
    return any(has_written(Journal(SlotFiles(folder, key), key).read()) for key in known)


class _NoFolder:
    """No place for a journal: reading finds nothing, and an update ends before its first write."""

    def __init__(self, why: OSError) -> None:
        self._why = why

    def load(self, slot: int) -> bytes:
        return b""

    def save(self, slot: int, data: bytes) -> None:
        raise self._why


def _board_journal(port: str, address: str, line: Line) -> Journal:
    try:
        address = journal_files.board_at(state_folder("journal"), port, address)
    except OSError:
        pass
    return _journal(address or port, line)


def _journal(port: str, line: Line) -> Journal:
    key = journal_key(port)
    store: SlotFiles | _NoFolder
    try:
        store = SlotFiles(state_folder("journal"), key)
    except OSError as error:
        store = _NoFolder(error)
    return Journal(store, key, line.report)
