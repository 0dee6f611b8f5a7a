"""What the user points at, as firmware files: files, folders, and .zip archives.

Rules: a file that is named is taken whatever its name; in a folder or an
archive only files with the endings of firmware count, never the twins that macOS puts
beside them; nothing is opened before it is needed, and nothing is guessed: of
several possible neighbours none is taken; simulated firmware is for simulated
modems; a folder or archive whose files belong together is one firmware file.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from modemflash.errors import BadFile
from modemflash.interface import FIRMWARE_ENDINGS
from modemflash_host.computer.real_path import real_path
from modemflash_host.errors import Refusal
from modemflash_host.files.archive import members_in
from modemflash_host.files.package import IsPackage, Package, package_in_archive, package_in_folder
from modemflash_host.files.simulated import is_simulated, make, place_of, size_of
from modemflash_host.files.stable_file import StableFile, open_regular, open_stable

_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
MOST_FILES = 10_000  # looked at in one folder and those below it
_DEEPEST = 4
_MOST_NAMED = 8  # in a message


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firmware file that was found and not opened yet.

    Attributes:
        name: its own name.
        place: where it is, as people write it: a path, or `package.zip: folder/name`.
        size: bytes.
        open: gives the source; raises a `Refusal` where it cannot be read.
        key: the same for two paths to the same file.
        named: the user named this very file; what is damaged then is an error, not passed over.
        package: the files that belong together, where it is a package; `open` is not used then.
    """

    name: str
    place: str
    size: int
    open: Callable[[], StableFile] = field(compare=False)
    key: tuple[object, ...] = ()
    named: bool = False
    package: Package | None = field(default=None, compare=False)


def candidates(
    paths: Sequence[Path],
    simulated: bool = False,
    suffixes: Sequence[str] = FIRMWARE_ENDINGS,
    is_package: IsPackage | None = None,
) -> list[Candidate]:
    """Every firmware file behind `paths`, each once, in the order given.

    Args:
        paths: files, folders, archives, or names of simulated firmware.
        simulated: no real modem is in sight; without it simulated firmware is refused.
        suffixes: the endings that count in a folder or an archive, in lower case.
        is_package: whether the files of a folder or archive belong together; None: they never do.

    Raises:
        Refusal: a path leads nowhere, or there is nothing or nothing good behind it.
    """
    found: dict[tuple[object, ...], Candidate] = {}
    for path in paths:
        for each in _behind(path, simulated, suffixes, is_package):
            found.setdefault(each.key, each)
    return list(found.values())


def _behind(
    path: Path, simulated: bool, suffixes: Sequence[str], is_package: IsPackage | None
) -> list[Candidate]:
    if is_simulated(path):
        return [of_path(path, simulated=simulated)]
    if _is(stat.S_ISDIR, path):
        if is_package and (package := package_in_folder(path, is_package)):
            return [_of_package(package, path)]
        return _in_folder(path, suffixes)
    if not os.path.lexists(path):
        raise Refusal("no-such-file", nearest(path, suffixes))
    if path.suffix.lower() == ".zip" and _is_zip(path):
        if is_package and (package := package_in_archive(path, is_package)):
            return [_of_package(package, path)]
        members = members_in(path, lambda name: is_firmware_name(name, suffixes))
        if not members:
            raise Refusal("no-firmware-here", "; ".join(filter(None, (str(path), archives_in(path)))))
        key = _identity(path)
        return [Candidate(m.name, f"{path}: {m.inside}", m.size, m.open, (*key, m.index)) for m in members]
    return [of_path(path)]


def archives_in(path: Path) -> str:
    """Words about the archives in an archive, which are not opened: a person unpacks them."""
    if path.suffix.lower() != ".zip" or not _is(stat.S_ISREG, path):
        return ""
    try:
        inner = [m.inside for m in members_in(path, is_archive_name)] if _is_zip(path) else []
    except (BadFile, Refusal):
        return ""
    return "unpack the archive in it: " + ", ".join(inner[:_MOST_NAMED]) if inner else ""


def is_archive_name(path: PurePath) -> bool:
    """Whether a name is that of an archive, which may hold firmware."""
    return path.suffix.lower() in _ARCHIVES and not path.name.startswith("._")


def of_path(path: Path, named: bool = True, simulated: bool = False) -> Candidate:
    """One file; `simulated` as in `candidates`.

    Raises:
        Refusal: it is no file, or is not there; or `simulated-firmware`.
    """
    if is_simulated(path):
        if not simulated:
            raise Refusal("simulated-firmware", place_of(path))
        return Candidate(
            path.name, place_of(path), size_of(path), lambda: make(path), (place_of(path),), named
        )
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
    return Candidate(path.name, str(path), status.st_size, lambda: open_stable(path), _identity(path), named)


def _of_package(package: Package, path: Path) -> Candidate:
    def not_a_file() -> StableFile:
        raise Refusal("not-a-file", f"{path} is a package")

    return Candidate(package.name, str(path), package.size, not_a_file, _identity(path), True, package)


def _in_folder(folder: Path, suffixes: Sequence[str]) -> list[Candidate]:
    files = [
        of_path(path, named=False) for path in firmware_below(folder, suffixes) if _is(stat.S_ISREG, path)
    ]
    if not files:
        archives = [path for path in _listed(folder) if is_archive_name(path)]
        zips = [path.name for path in archives if path.suffix.lower() == ".zip"]
        others = [path.name for path in archives if path.suffix.lower() != ".zip"]
        words = [str(folder)]
        if zips:
            words.append("give the archive that it holds: " + ", ".join(zips[:_MOST_NAMED]))
        if others:
            words.append("unpack what it holds: " + ", ".join(others[:_MOST_NAMED]))
        raise Refusal("no-firmware-here", "; ".join(words))
    return files


def firmware_below(folder: Path, suffixes: Sequence[str] = FIRMWARE_ENDINGS) -> Iterator[Path]:
    """Names that look like firmware in a folder and those below it, sorted.

    Raises:
        Refusal: `folder-not-readable` or `too-many-files`.
    """
    left = MOST_FILES
    waiting = [(folder, 1)]
    while waiting:
        here, depth = waiting.pop(0)
        for path in _listed(here):
            left -= 1
            if left < 0:
                raise Refusal("too-many-files", f"more than {MOST_FILES} in {folder}")
            if _is(stat.S_ISDIR, path) and not path.is_symlink():
                if depth < _DEEPEST and path.name != "__MACOSX" and not path.name.startswith("."):
                    waiting.append((path, depth + 1))
            elif is_firmware_name(PurePath(path.name), suffixes):
                yield path


def _listed(folder: Path) -> list[Path]:
    """What is in a folder, sorted; no more names are kept than are ever looked at."""
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) > MOST_FILES:
                    break
    except OSError as error:
        raise Refusal("folder-not-readable", f"{folder}: {error.strerror}") from error
    return [folder / name for name in sorted(names)]


def is_firmware_name(path: PurePath, suffixes: Sequence[str] = FIRMWARE_ENDINGS) -> bool:
    """Whether a name in a folder or an archive is worth a look."""
    if path.name.startswith("._") or "__MACOSX" in path.parts:
        return False
    return path.suffix.lower() in suffixes


def neighbours(path: Path, names: Sequence[str]) -> list[Path]:
    """The files beside a firmware file that have one of these names.

    Args:
        path: the firmware file as it was named.
        names: in lower case; those on the disk may be in any.
    """
    try:
        beside = _listed(path.parent)
    except Refusal:
        return []
    return [each for each in beside if each.name.lower() in names and _is(stat.S_ISREG, each)]


def nearest(path: Path, suffixes: Sequence[str] = FIRMWARE_ENDINGS) -> str:
    """Words for a name that is not there: the nearest one that is, and what else could be meant."""
    try:
        there = _listed(path.parent)
    except Refusal:
        return f"{path}; the folder {path.parent} is not there either"
    sizes = {
        each.name: _size_words(each)
        for each in there
        if is_firmware_name(each, suffixes) or each.suffix.lower() == ".zip"
    }
    if not sizes:
        return f"{path}; that folder holds no firmware"
    by_fold = {name.casefold(): name for name in sizes}
    words = str(path)
    for close in difflib.get_close_matches(path.name.casefold(), by_fold, n=1):
        words += f"; did you mean {by_fold[close]} ({sizes.pop(by_fold[close])})?"
    if sizes:
        others = [f"{name} ({size})" for name, size in sizes.items()]
        more = [f"{len(others) - _MOST_NAMED} more"] if len(others) > _MOST_NAMED else []
        words += "; there: " + ", ".join(others[:_MOST_NAMED] + more)
    return words


def _size_words(path: Path) -> str:
    try:
        return f"{path.stat().st_size} bytes"
    except OSError:
        return "not readable"


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    """Whether it is of this kind; False where nobody may look (`Path.is_dir` would raise)."""
    try:
        return kind(path.stat().st_mode)
    except OSError:
        return False


def _is_zip(path: Path) -> bool:
    with open_regular(path) as file:
        return file.read(4) in _ZIP_STARTS


def _identity(path: Path) -> tuple[object, ...]:
    return (os.path.normcase(real_path(path)),)
