"""What each command does, told to a reporter: the command line, and every function of the API, are clients.

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

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from modemflash.errors import LinkProblem, NoModem, Problem, Refusal, Stopped
from modemflash_host.api.connection import Connected, connected, port_facts
from modemflash_host.computer.clock import MonotonicClock
from modemflash_host.families import registry
from modemflash_host.families.plan import AUTO, DIRECT, Copied, FirmwareFile, ModuleInfo, Request
from modemflash_host.files import candidates as files
from modemflash_host.files.candidates import Candidate, of_path
from modemflash_host.links.ports import named_port
from modemflash_host.reporters import Reporter
from modemflash_host.run.confirm import Ask
from modemflash_host.run.expected import NOTHING, Expected
from modemflash_host.run.result import Result
from modemflash_host.store.whole_file import whole_file


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
    only_look = replace(request, only_look=True)
    with connected(only_look, reporter) as module:
        found = module.look()
        reporter.say("details", **found.details)
        is_direct = not module.seen.board and request.via in (AUTO, DIRECT)
        asked_by = module.family.name
    if found.is_ours or not found.product or not is_direct:
        return found
    # It named itself as a module of another family: that one knows what its answers mean.
    at_port = replace(only_look, port=named_port(request.port))
    family = registry.family_of_product(replace(port_facts(at_port.port), product=found.product))
    if family is None or family.name == asked_by:
        return found
    try:
        with connected(at_port, reporter, family=family) as module:
            found = module.look()
            reporter.say("details", **found.details)
    except (NoModem, LinkProblem) as problem:
        reporter.note(f"It was not asked more. {problem.happened}")
    return found


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
    family = registry.copying_family_of(port_facts(request.port))
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


def result_of_copy(copied: Copied, reporter: Reporter) -> Result:
    """The result of a `backup`."""
    return Result(
        "nothing-to-do",
        "copy-incomplete" if copied.left_out else "copy-made",
        family=reporter.vocabulary.family,
        from_version=copied.version,
        boot_mode="application",
        seconds=reporter.at_s,
    )


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
    reached: Connected | None = None
    try:
        with connected(replace(request, only_look=dry_run), reporter, expected) as reached:
            reached.look()
            plan = reached.plan(ask)
            if dry_run:
                return reached.ended_without_firmware("dry-run")
            return reached.ended_with(reached.run(reached.confirm(plan, ask)))
    except Problem as problem:
        if reached is not None:
            return reached.ended_by(problem)
        return Result.of_problem(problem, seconds=reporter.at_s)
