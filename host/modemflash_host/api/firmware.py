"""The files that somebody names: what each of them is; and checked for an update, with their companions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from modemflash.errors import Problem, Stopped
from modemflash_host.api.commands import candidates, identify
from modemflash_host.families import registry
from modemflash_host.families.plan import FirmwareFile
from modemflash_host.families.vocabulary import Facts
from modemflash_host.files.selection import say_unopened, select
from modemflash_host.files.simulated import is_simulated as is_firmware_address
from modemflash_host.files.simulated import place_of
from modemflash_host.links.names import is_simulated
from modemflash_host.reporters import Event, Reporter
from modemflash_host.store.firmware_places import remember


def read_files(paths: Sequence[Path], reporter: Reporter) -> tuple[list[tuple[str, Event]], Problem | None]:
    """What every file behind `paths` is, and where it can go on.

    Args:
        paths: files, folders, archives, names of simulated firmware.
        reporter: told of the reading.

    Returns:
        Of each its family ("" of one that is no firmware) and the event `file`, in order; and the first
        thing that is wrong with one.

    Raises:
        Stopped: the user asked to stop.
    """
    read: list[FirmwareFile | Event] = []
    first: Problem | None = None

    def broken(name: str, problem: Problem) -> None:
        nonlocal first
        first = first or problem
        read.append({"event": "file", "name": name, "problem": problem.code, "text": problem.happened})

    for path in paths:
        try:
            behind = candidates([path], simulated=True)
            say_unopened([path], behind, reporter)
        except Problem as problem:
            broken(path.name, problem)
            continue
        for file in behind:
            reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
            try:
                with identify(file, reporter) as checked:
                    read.append(checked)
            except Stopped:
                raise
            except Problem as problem:
                broken(file.name, problem)
    good = [each for each in read if isinstance(each, FirmwareFile)]
    return [_told(each, good) if isinstance(each, FirmwareFile) else ("", each) for each in read], first


def _told(file: FirmwareFile, files: Sequence[FirmwareFile]) -> tuple[str, Event]:
    beside = tuple(other for other in files if other is not file)
    return file.family, registry.family_named(file.family).file_event(file, beside)


def verified_files(
    paths: Sequence[Path], port: str, options: Facts, reporter: Reporter, opened: ExitStack
) -> tuple[FirmwareFile, ...]:
    """As `select_files`, told as the first phase of an update."""
    reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
    checked = select_files(paths, port, options, reporter, opened)
    reporter.say("verified", files=len(checked))
    return checked


def select_files(
    paths: Sequence[Path], port: str, options: Facts, reporter: Reporter, opened: ExitStack
) -> tuple[FirmwareFile, ...]:
    """Every firmware file behind `paths`, each content once; () for no path.

    Args:
        paths: files, folders, archives.
        port: simulated firmware is for simulated modules.
        options: those of the families; some of them name a companion.
        reporter: told what was passed over, and what was taken beside.
        opened: keeps the files open.

    Raises:
        BadFile: a named file is damaged.
        Refusal: a path leads nowhere, or there is nothing good behind it.
    """
    if not paths:
        return ()
    found = candidates(paths, is_simulated(port))
    families = {
        registry.family_of_package(file.name, file.package.names).name
        if file.package
        else registry.family_of_name(file.name).name
        for file in found
    }
    companions = [
        companion for name in families for companion in registry.family_named(name).companions(options)
    ]
    files = tuple(
        select(
            paths,
            found,
            lambda file, kind: identify(file, reporter, kind),
            reporter,
            opened,
            companions,
            is_simulated(port),
        )
    )
    remember([file.name for file in files], [typed_path(each) for each in typed_files(paths, options)])
    return files


def typed_files(paths: Sequence[Path], options: Facts) -> list[Path]:
    """All that was typed to name files: by itself, or as an option of a family."""
    named = [options.get(option.name) for option in registry.all_options() if option.kind == "file"]
    return [*paths, *(path for path in named if isinstance(path, Path))]


def typed_path(path: Path) -> str:
    """A path as it was typed."""
    return place_of(path) if is_firmware_address(path) else str(path)
