"""The files that a command line names, opened and checked, with their companions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from modemflash_host import api
from modemflash_host.families import registry
from modemflash_host.families.plan import FirmwareFile
from modemflash_host.families.vocabulary import Facts
from modemflash_host.files.selection import select
from modemflash_host.files.simulated import is_simulated as is_firmware_address
from modemflash_host.files.simulated import place_of
from modemflash_host.links.names import is_simulated
from modemflash_host.reporters import Reporter
from modemflash_host.store.firmware_places import remember


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
    found = api.candidates(paths, is_simulated(port))
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
            lambda file, kind: api.identify(file, reporter, kind),
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
