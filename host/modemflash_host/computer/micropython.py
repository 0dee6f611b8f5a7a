"""A MicroPython for the simulated board: the one on PATH, or one that was fetched.

Rules: nothing is fetched that was not asked for; it comes through this
computer's own package sources, needs no root, and is kept in one folder; what
is there is run once before it counts.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from modemflash_host.computer import debian_package
from modemflash_host.computer.programs import Unavailable, find_program, run

NAME = "micropython"
WHERE_FROM = (
    "`--fetch` brings one through this computer's own package sources. By hand: Debian and Ubuntu "
    "`apt install micropython`; macOS `brew install micropython`; elsewhere build its unix port, and name "
    "the program with --micropython"
)


def found(folder: Path) -> Path | None:
    """The one on PATH, else the one that was fetched; None where there is neither.

    Args:
        folder: where a fetched one is kept.
    """
    on_path = find_program(NAME)
    if on_path:
        return Path(on_path)
    kept = folder / "bin" / NAME
    return kept if kept.is_file() else None


def fetch(folder: Path) -> Path:
    """Bring one into `folder`, which is replaced.

    Raises:
        Unavailable: this computer's package sources have none; with the reason.
    """
    if find_program("apt-get"):
        return _from_apt(folder)
    brew = find_program("brew")
    if brew:
        run(brew, "install", NAME)
        return _checked(Path(find_program(NAME) or NAME))
    raise Unavailable(f"there is neither apt nor brew on this computer. {WHERE_FROM}")


def _from_apt(folder: Path) -> Path:
    """Debian's own, with the libraries that it needs, from the mirror that apt uses here."""
    architecture = debian_package.machine_architecture()
    address = debian_package.debian_mirror()
    new = folder.with_name(f"{folder.name}.new")
    lists = folder.with_name(f"{folder.name}.lists")
    for each in (new, lists):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(parents=True)
    try:
        debian_package.fetch_lists(lists, architecture, address)
        debian_package.unpack(NAME, new, debian_package.private_apt(lists, architecture))
        _checked(new / "bin" / NAME)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    except OSError as error:
        raise Unavailable(f"{error.filename or folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(lists, ignore_errors=True)
    return folder / "bin" / NAME


def _checked(program: Path) -> Path:
    if run(program, "-c", "import sys; print(sys.implementation[0])").strip() != NAME:
        raise Unavailable(f"{program} is no MicroPython")
    return program
