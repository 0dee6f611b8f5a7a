"""A folder or an archive whose files belong together, as one source.

Rules: which names make a package, the caller says; nothing leads out of the
folder or the archive; a file is opened when it is asked for, and of an archive
it is unpacked into a nameless temporary file; what was read once must come again,
whenever it is opened; how much is looked at is bounded.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modemflash_host.computer.real_path import real_path
from modemflash_host.errors import Refusal
from modemflash_host.files.archive import Limits, members_in
from modemflash_host.files.stable_file import StableFile, open_stable

IsPackage = Callable[[str, Sequence[str]], bool]
"""(own name of a folder or archive, names in it, with slashes) -> whether these files belong together."""

LIMITS = Limits(largest_bytes=1 << 30, all_bytes=2 << 30, ratio=1100)
"""Of an archive with a package in it: images of half a gigabyte, mostly empty, are real."""
_MOST_FILES = 5_000
_DEEPEST = 6
_OF_SYSTEMS = frozenset({"__MACOSX", "lost+found", "System Volume Information", "$RECYCLE.BIN"})


@dataclass(frozen=True, slots=True)
class Inside:
    """One file of a package.

    Attributes:
        size: bytes.
        open: gives its bytes; raises a `Refusal` where they cannot be read.
    """

    size: int
    open: Callable[[], StableFile]


class Package:
    """See `modemflash_host.families.plan.PackageSource`.

    Args:
        name: of the folder or archive.
        files: by their names, with slashes.
    """

    def __init__(self, name: str, files: Mapping[str, Inside]) -> None:
        self.name = name
        self.names = tuple(sorted(files))
        self.size = sum(file.size for file in files.values())
        self._files = files
        self._opened: tuple[str, StableFile] | None = None
        self._digests: dict[str, dict[int, bytes]] = {}

    def open(self, name: str) -> StableFile:
        """One of its files; whoever opens it closes it.

        Raises:
            KeyError: there is none of this name.
            Refusal: it cannot be read, or is another than when the package was listed.
        """
        file = self._files[name].open()
        if file.size != self._files[name].size:
            file.close()
            raise Refusal("file-replaced", f"{name}, which has another size now")
        file.remember_in(self._digests.setdefault(name, {}))
        return file

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        """The bytes of its files, one after the other in the order of `names`."""
        view, done, begin = memoryview(buf), 0, 0
        for name in self.names:
            size = self._files[name].size
            if begin <= offset + done < begin + size and done < len(view):
                done += self._kept_open(name).readinto(offset + done - begin, view[done:])
            begin += size
        return done

    def close(self) -> None:
        """Let go of what is open."""
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _kept_open(self, name: str) -> StableFile:
        if self._opened is None or self._opened[0] != name:
            self.close()
            self._opened = (name, self.open(name))
        return self._opened[1]


def package_in_folder(folder: Path, is_package: IsPackage) -> Package | None:
    """A folder as a package; None where it is none, or too large to be one.

    Raises:
        Refusal: `folder-not-readable`: not all of it can be seen.
    """
    found: dict[str, Path] = {}
    closed: list[str] = []
    waiting = [(folder, 1)]
    while waiting:
        here, depth = waiting.pop()
        try:
            below = sorted(here.iterdir())
        except OSError as error:
            closed.append(f"{here}: {error.strerror}")
            continue
        for path in below:
            name = path.relative_to(folder).as_posix()
            if _is_foreign(name):
                continue
            if path.is_dir() and not path.is_symlink():
                if depth < _DEEPEST:
                    waiting.append((path, depth + 1))
            else:
                found[name] = path
        if len(found) > _MOST_FILES:
            return None
    own_name = Path(real_path(folder)).name
    if not is_package(own_name, list(found)):
        return None
    if closed:
        raise Refusal("folder-not-readable", closed[0])
    return Package(own_name, {name: _on_disk(path) for name, path in found.items()})


def package_in_archive(path: Path, is_package: IsPackage) -> Package | None:
    """A .zip as a package; None where it is none.

    Raises:
        BadFile: the archive is damaged, locked, or made to do harm.
    """
    names: list[str] = []

    def note(inside: PurePosixPath) -> bool:
        names.append(str(inside))
        return False

    members_in(path, note)
    wanted = [name for name in names if not _is_foreign(name)]
    if not is_package(path.name, wanted):
        return None
    members = members_in(path, lambda inside: not _is_foreign(str(inside)), LIMITS)
    if len({member.inside for member in members}) < len(members):
        raise Refusal("package-names-twice", path.name)
    return Package(path.name, {member.inside: Inside(member.size, member.open) for member in members})


def _on_disk(path: Path) -> Inside:
    try:
        status = path.stat()
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    except OSError:
        size = 0  # whoever opens it hears why
    return Inside(size, lambda: open_stable(path))


def _is_foreign(name: str) -> bool:
    """Whether a name is one of those that systems put beside files."""
    parts = PurePosixPath(name).parts
    return not _OF_SYSTEMS.isdisjoint(parts) or any(
        part.startswith(".") and part not in (".", os.pardir) for part in parts
    )
