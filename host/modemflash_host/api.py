"""The public Python API; the command line is its only client in this package.

    candidates(paths) -> [Candidate]             the firmware files behind paths, folders and archives
    identify(file, reporter) -> FirmwareFile     what a firmware file is; needs no module
    info(request, reporter) -> ModuleInfo        find a module and ask who it is; writes nothing
    update(request, reporter, ask) -> Result     the whole update
    backup(request, reporter, path) -> Copied    a copy of the files of a running module; writes nothing to it

Rules: no printing here, events go to the reporter (`modemflash_host.reporters.Reporter`);
`update` returns a `Result` for every end that has words, with its `Problem` in
it; the others raise the `Problem`. Which family is meant, the registry says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from modemflash.errors import UNKNOWN, UNTOUCHED, NoModem, Problem, Refusal, Stopped
from modemflash_host.capture.line import open_line
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
from modemflash_host.families import registry
from modemflash_host.families.contract import Family, Job, PortFacts
from modemflash_host.families.plan import AUTO, DIRECT, Copied, FirmwareFile, ModuleInfo, Outcome, Request
from modemflash_host.files import candidates as files
from modemflash_host.files.candidates import Candidate, of_path
from modemflash_host.links.hear import hear
from modemflash_host.links.names import AUTO as AUTO_PORT
from modemflash_host.links.names import is_simulated
from modemflash_host.links.ports import usb_at
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask, Confirmed, confirmed_plan, of_this_run
from modemflash_host.run.expected import NOTHING, BoardSeen, Expected
from modemflash_host.run.result import Result
from modemflash_host.store.whole_file import whole_file

__all__ = [
    "Ask",
    "FirmwareFile",
    "ModuleInfo",
    "Request",
    "backup",
    "candidates",
    "identify",
    "info",
    "update",
]


def candidates(paths: Sequence[Path], simulated: bool = False) -> list[Candidate]:
    """Every firmware file behind `paths`, of every family; a package of a family that has such is one.

    Raises:
        Refusal: see `modemflash_host.files.candidates.candidates`.
    """
    return files.candidates(paths, simulated, registry.suffixes(), registry.is_package)


def identify(file: Path | Candidate, reporter: Reporter, kind: str = "") -> FirmwareFile:
    """Read and check one firmware file; no module is needed. Its source stays open.

    Args:
        file: its path, or one of `candidates`.
        reporter: who is told.
        kind: what it must be, as the companions of its family name kinds; "" takes anything.

    Raises:
        BadFile: it is damaged.
        Refusal: it cannot be read, or is of another kind.
        Stopped: the user asked to stop.
    """
    if isinstance(file, Path):
        file = of_path(file)
    package = file.package
    source = package or file.open()
    clock = MonotonicClock()
    reporter.follow(clock.ticks_ms())

    def progress(done: int, total: int) -> None:
        if reporter.stop_wanted():
            raise Stopped("stopped-before-write")
        reporter.tick(clock.ticks_ms())
        reporter.say("progress", phase="verify", done=done, total=total)

    try:
        if package is not None:
            owner = registry.family_of_package(package.name, package.names)
            reporter.use(owner.vocabulary)
            return owner.examine_package(package, progress, file.place)
        family = registry.family_of_file(source)
        reporter.use(family.vocabulary)
        return family.examine(source, progress, file.place, kind)
    except Problem:
        source.close()
        raise


def info(request: Request, reporter: Reporter) -> ModuleInfo:
    """Find the module and ask who it is. Writes nothing to it.

    Raises:
        Problem: the port or the module does not answer.
    """
    request = replace(request, only_look=True)
    with _job(request, reporter) as (_, job):
        module = _look(job, request, reporter)
        reporter.say("details", **module.details)
        return replace(module, unfinished=job.unfinished)


def backup(request: Request, reporter: Reporter, path: Path) -> Copied:
    """Read a copy of a module's own files, while its application runs. Writes nothing to the module.

    Args:
        request: the module's port.
        reporter: who is told.
        path: of the copy, for its owner alone; it is there when the copy is whole, and not before.

    Raises:
        Refusal: `copy-not-offered`, `copy-file-exists`, `copy-not-written`, or a rule of the family.
        Problem: it cannot be read.
    """
    family = registry.copying_family_of(PortFacts(request.port, usb_at(request.port)))
    reporter.use(family.vocabulary, family.framer())
    try:
        with whole_file(path) as file:
            copied = family.copy(replace(request, only_look=True), reporter, file)
    except FileExistsError:
        raise Refusal("copy-file-exists", str(path)) from None
    except OSError as error:
        raise Refusal("copy-not-written", f"{path}: {error.strerror}") from error
    reporter.say("copy", path=str(path), files=copied.files, bytes=copied.bytes, left_out=copied.left_out)
    return copied


def update(
    request: Request,
    reporter: Reporter,
    ask: Ask,
    *,
    dry_run: bool = False,
    expected: Expected = NOTHING,
) -> Result:
    """Update the module at the request's port with its files.

    Args:
        request: what is wanted.
        reporter: who is told.
        ask: who is asked for a consent that is missing.
        dry_run: end with the plan.
        expected: what must be at the port; anything else is refused before it is written.

    Returns:
        The result, with its `problem` where it did not end well.
    """
    request = replace(request, only_look=dry_run)
    result = Result("failed")
    family: Family | None = None
    reached: Job | None = None
    seen = BoardSeen.at(reporter)
    try:
        with _job(request, reporter) as (family, job):
            reached = job
            try:
                module = replace(_look(job, request, reporter), unfinished=job.unfinished)
                expected.check_module(module, seen.board)
                confirmed = confirmed_plan(
                    job,
                    request,
                    reporter,
                    ask,
                    needs_power=not is_simulated(request.port),
                    dry_run=dry_run,
                    expected=expected,
                )
            except Problem as problem:
                raise of_this_run(problem, job) from None
            if confirmed is None:
                result = Result("nothing-to-do", "dry-run", seconds=reporter.at_s).of_module(job.module)
            else:
                result = Result.of_outcome(_run(job, confirmed, request, reporter))
    except Problem as problem:
        result = Result.of_problem(problem, seconds=reporter.at_s)
        if reached is not None:
            result = replace(result.of_module(reached.module), bytes=reached.sent_bytes)
    return replace(result, family=family.name if family else "")


def _run(job: Job, confirmed: Confirmed, request: Request, reporter: Reporter) -> Outcome:
    """Carry out what was confirmed; the computer stays awake while a module is written."""

    def may_sleep(text: str) -> None:
        reporter.say("warning", code="may-sleep", text=text)

    plan = confirmed.plan
    idle = is_simulated(request.port) or plan.nothing_to_do
    try:
        with nullcontext() if idle else sleep_inhibited(may_sleep):
            return job.run(plan, confirmed.consents)
    except Problem as problem:
        if problem.modem_state != UNTOUCHED:
            _tell_unfinished(job, reporter)
        raise


@contextmanager
def _job(request: Request, reporter: Reporter) -> Iterator[tuple[Family, Job]]:
    """A job that has not looked yet, of the family that port and files name."""
    is_connected = False
    try:
        family = _family_of(request, reporter)
        reporter.use(family.vocabulary, family.framer())
        with family.connect(request, reporter) as job:
            is_connected = True
            yield family, job
    except Problem as problem:
        if not is_connected:
            _may_be_unfinished(problem, request, reporter)
        raise


def _is_anybodys(request: Request) -> bool:
    """Whether nothing says of which family the module is."""
    return not request.files and registry.is_open(PortFacts(request.port, usb_at(request.port)))


def _may_be_unfinished(problem: Problem, request: Request, reporter: Reporter) -> None:
    """A module that was not reached, or says nothing, may be any whose update did not finish."""
    unfinished = registry.unfinished_at(request, usb_at(request.port))
    if unfinished is not None:
        reporter.say("unfinished", **unfinished.event())
        problem.stamp(UNKNOWN)


def _family_of(request: Request, reporter: Reporter) -> Family:
    """Who is meant. Where no file says it and several families might be, the port is listened to first.

    Raises:
        Problem: the port cannot be opened; or as `registry.family_of`.
    """
    facts = PortFacts(request.port, usb_at(request.port))
    if request.files or request.port == AUTO_PORT or not registry.is_open(facts):
        return registry.family_of(facts, request.files)
    if (begun := registry.begun_at(request)) is not None:
        return begun
    if request.via not in (AUTO, DIRECT):
        return registry.family_of(facts)
    with open_line(request.port, reporter, flow_control=False) as line:
        heard = hear(line, lambda so_far: not registry.is_open(replace(facts, heard=so_far)))
    return registry.family_of(replace(facts, heard=heard))


def _look(job: Job, request: Request, reporter: Reporter) -> ModuleInfo:
    """Find the module, and tell of an update that did not finish."""
    try:
        return job.look()
    except Problem as problem:
        if isinstance(problem, NoModem) and job.unfinished is None and _is_anybodys(request):
            _may_be_unfinished(problem, request, reporter)
        raise of_this_run(problem, job) from None
    finally:
        _tell_unfinished(job, reporter)


def _tell_unfinished(job: Job, reporter: Reporter) -> None:
    if job.unfinished is not None:
        reporter.say("unfinished", **job.unfinished.event())
