"""Everything that a module's file system lists, as a flat list: what can be read, and what cannot and why.

Rules: no link is followed; a name that could lead out of its folder is noted and
left alone; how deep, how many and how large is bounded, whatever a module says.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from modemflash.errors import ModemProblem
from modemflash_host.families.quectel_edl.diag_port import Refused
from modemflash_host.families.quectel_edl.efs import NO_SUCH_FILE, Efs, EfsError, Entry

FOLDER, LINK = 1, 2  # kinds of an entry; a file is 0, or something that only its mode tells
ITEM_TYPE = 0o160000  # in a mode
MOST_ENTRIES = 50_000
MOST_FILE_BYTES = 16 << 20
DEEPEST = 32  # folders in folders
_READABLE_TYPES = (0, stat.S_IFREG, ITEM_TYPE)
_PLAIN = " !#$&'()+,-./;=@[]^_`{}~"  # in a path of the copy as it is; on no system it is more than a letter

# Calibration items that a module has and lists only in part: they are asked for by their numbers.
NUMBERED_FOLDER = b"/nv/item_files/rfnv"
NUMBERED_ITEMS = range(20_000, 32_001)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was listed whole."""

    path: bytes
    changed: int


@dataclass(frozen=True, slots=True)
class File:
    """A file to read.

    Attributes:
        path: from the root on.
        size: bytes that the module says it has.
        mode: its rights and type, as the module says.
        changed: seconds since 1970.
        is_listed: a folder lists it; else it was asked for by its number.
    """

    path: bytes
    size: int
    mode: int = stat.S_IFREG
    changed: int = 0
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is there and is not read, and why."""

    path: bytes
    why: str


Found = Folder | File | LeftOut


def quoted(path: bytes) -> str:
    """A path that every system can store: bytes that are no plain letter as %NN."""
    return quote(path, safe=_PLAIN)


def tree(efs: Efs) -> Iterator[Found | None]:
    """Everything from the root on, then the items that are not listed; None for one that there is not.

    Raises:
        ModemProblem: `efs-too-large`: more than any module has; or as `Efs.greet`.
    """
    listed: set[bytes] = set()
    yield from _walked(efs, listed)
    if NUMBERED_FOLDER in listed:
        yield from _numbered(efs, listed)


def _walked(efs: Efs, listed: set[bytes]) -> Iterator[Found]:
    waiting = [Folder(b"", 0)]
    left = MOST_ENTRIES
    while waiting:
        folder = waiting.pop()
        try:
            entries = efs.entries(folder.path or b"/", left)
        except (EfsError, Refused) as error:
            yield LeftOut(folder.path or b"/", str(error))
            continue
        left -= len(entries)
        if left < 0:
            raise ModemProblem("efs-too-large", f"more than {MOST_ENTRIES} entries")
        if folder.path:
            yield folder
        folders = []
        for entry in entries:
            if entry.name in (b".", b".."):
                continue  # the folder itself and the one above, which are listed anyway
            path = folder.path + b"/" + entry.name
            found = _found(path, entry, is_twice=path in listed)
            listed.add(path)
            if isinstance(found, Folder):
                folders.append(found)
            else:
                yield found
        waiting += reversed(folders)


def _found(path: bytes, entry: Entry, *, is_twice: bool) -> Found:
    kind = stat.S_IFMT(entry.mode)
    if b"/" in entry.name:
        return LeftOut(path, "its name has a slash")
    if is_twice:
        return LeftOut(path, "listed twice")
    if entry.kind == LINK or kind == stat.S_IFLNK:
        return LeftOut(path, "a link, which is not followed")
    if kind == stat.S_IFDIR or (entry.kind == FOLDER and not kind):
        if path.count(b"/") > DEEPEST:
            return LeftOut(path, f"more than {DEEPEST} folders deep")
        return Folder(path, entry.changed)
    if kind not in _READABLE_TYPES:
        return LeftOut(path, f"neither a file nor a folder (kind {entry.kind}, mode {entry.mode:o})")
    return _file(path, entry.size, entry.mode, entry.changed)


def _file(path: bytes, size: int, mode: int = 0, changed: int = 0, *, is_listed: bool = True) -> Found:
    if not 0 <= size <= MOST_FILE_BYTES:
        return LeftOut(path, f"it says that it has {size} bytes")
    return File(path, size, mode, changed, is_listed)


def _numbered(efs: Efs, listed: set[bytes]) -> Iterator[Found | None]:
    for number in NUMBERED_ITEMS:
        path = NUMBERED_FOLDER + b"/%08d" % number
        if path in listed:
            continue
        try:
            yield _file(path, efs.size_of(path), is_listed=False)
        except EfsError as error:
            yield None if error.number == NO_SUCH_FILE else LeftOut(path, str(error))
        except Refused as refused:
            yield LeftOut(path, f"and those behind it: {refused}")
            return
