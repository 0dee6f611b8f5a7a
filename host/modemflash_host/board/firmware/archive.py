"""A Pycom firmware archive (.tar.gz), read without trusting it.

    read(path) -> Archive      its files, the scripts in it, and whose it is

Rules: nothing is unpacked to a disk; what the archive claims is bounded before
it is believed: names, count, sizes, the depth of its JSON; a link, a folder
trick or a doubled name refuses the whole archive. What a script does is judged
in `forecast`. Facts: docs/boards.md.
"""

from __future__ import annotations

import gzip
import json
import re
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from modemflash.errors import BadFile
from modemflash_host.files.stable_file import open_regular

MOST_MEMBERS = 64
MOST_FILE_BYTES = 4 << 20
MOST_UNPACKED_BYTES = 32 << 20
_MOST_SCRIPT_BYTES = 1 << 16
_SCRIPTS = ("script_8MB", "script2", "script")
_BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, UnicodeError)
_NAME = re.compile(
    r"^(?P<board>[A-Za-z0-9]+)-(?P<release>\d+\.\d+\.[A-Za-z0-9.]+?)(?:\.tar\.gz|\.tgz|\.tar)?$"
)
_CORE = re.compile(rb"v(1)\.(\d{1,2})(?:\.\d+)?-[0-9a-f-]{7,}")


@dataclass(frozen=True, slots=True)
class Script:
    """One of the scripts in an archive: what a flasher would do.

    Attributes:
        name: of its file.
        steps: (operation, place, size or file), operations: "e" erase, "w" write, "o" erase the OTA data.
        partitions: name -> (offset, size); empty in the oldest form, whose steps have addresses.
    """

    name: str
    steps: tuple[tuple[str, str | int, str | int], ...]
    partitions: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A firmware archive.

    Attributes:
        path: the file.
        board: as its name says: "GPy", "FiPy", …; "" when it says nothing.
        release: as its name says.
        files: name -> content.
        scripts: name -> script, for those that are understood.
    """

    path: Path
    board: str
    release: str
    files: dict[str, bytes]
    scripts: dict[str, Script]

    @property
    def core(self) -> tuple[int, int] | None:
        """The MicroPython inside, from the program's own bytes, such as (1, 11); None where it hides."""
        for name, content in self.files.items():
            found = _CORE.search(content) if name.endswith(".bin") else None
            if found:
                return int(found[1]), int(found[2])
        return None


def read(path: Path) -> Archive:
    """Read a whole archive.

    Raises:
        Refusal: it cannot be opened, see `stable_file.open_regular`.
        BadFile: `firmware-archive-bad`.
    """
    files: dict[str, bytes] = {}
    with open_regular(path) as file:
        try:
            with gzip.GzipFile(fileobj=file) as packed:
                bounded = cast("BinaryIO", _Bounded(packed))
                with tarfile.open(fileobj=bounded, mode="r|", encoding="utf-8") as archive:
                    for member in archive:
                        _take(archive, member, files)
        except BadFile:
            raise
        except _BROKEN as error:
            raise BadFile(
                "firmware-archive-bad", f"{path.name}: {str(error) or type(error).__name__}"
            ) from error
    named = _NAME.match(path.name)
    scripts = {name: _script(name, files[name]) for name in _SCRIPTS if name in files}
    if not scripts:
        raise BadFile("firmware-archive-bad", f"{path.name}: there is no script in it")
    board, release = (named["board"], named["release"]) if named else ("", "")
    return Archive(path, board, release, files, scripts)


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, files: dict[str, bytes]) -> None:
    """One member into memory, or a refusal."""
    if member.isdir():
        return
    path = PurePosixPath(member.name)
    if not member.isreg():
        raise BadFile("firmware-archive-bad", f"{member.name!a} is no regular file")
    if path.is_absolute() or ".." in path.parts or "\\" in member.name or ":" in member.name:
        raise BadFile("firmware-archive-bad", f"{member.name!a} leads out of it")
    if path.name in files:
        raise BadFile("firmware-archive-bad", f"{path.name!a} is in it twice")
    if len(files) >= MOST_MEMBERS:
        raise BadFile("firmware-archive-bad", f"more than {MOST_MEMBERS} files")
    if member.size > MOST_FILE_BYTES:
        raise BadFile("firmware-archive-bad", f"{path.name!a} claims {member.size} bytes")
    content = archive.extractfile(member)
    data = content.read(MOST_FILE_BYTES + 1) if content else b""
    if len(data) != member.size:
        raise BadFile("firmware-archive-bad", f"{path.name!a} is not whole")
    files[path.name] = data


def _script(name: str, data: bytes) -> Script:
    """A script in one of its two forms.

    Raises:
        BadFile: it is in neither.
    """
    if len(data) > _MOST_SCRIPT_BYTES:
        raise BadFile("firmware-archive-bad", f"{name} has {len(data)} bytes")
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadFile("firmware-archive-bad", f"{name}: {error}") from error
    if isinstance(found, dict):
        steps, places = found.get("script"), found.get("partitions")
    else:
        steps, places = found, {}
    if not isinstance(steps, list) or not isinstance(places, dict):
        raise BadFile("firmware-archive-bad", f"{name} has an unknown form")
    partitions = {str(key): _pair(name, value) for key, value in places.items()}
    return Script(name, tuple(_step(name, step) for step in steps), partitions)


def _step(name: str, step: Any) -> tuple[str, str | int, str | int]:
    if not isinstance(step, list) or not 2 <= len(step) <= 3 or step[0] not in ("e", "w", "o"):
        raise BadFile("firmware-archive-bad", f"{name}: step {step!a:.60}")
    what = step[2] if len(step) == 3 else 0
    if not all(type(each) in (str, int) for each in (step[1], what)):
        raise BadFile("firmware-archive-bad", f"{name}: step {step!a:.60}")
    return step[0], step[1], what


def _pair(name: str, value: Any) -> tuple[int, int]:
    try:
        offset, size = (int(each, 0) if isinstance(each, str) else each for each in value)
    except (TypeError, ValueError) as error:
        raise BadFile("firmware-archive-bad", f"{name}: partition {value!a:.60}") from error
    if type(offset) is not int or type(size) is not int or offset < 0 or size <= 0:
        raise BadFile("firmware-archive-bad", f"{name}: partition {value!a:.60}")
    return offset, size


class _Bounded:
    """A stream that ends in a refusal when it gives more than any archive holds."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._given = 0

    def read(self, n: int) -> bytes:
        """At most `n` bytes."""
        data = self._stream.read(n)
        self._given += len(data)
        if self._given > MOST_UNPACKED_BYTES:
            raise BadFile("firmware-archive-bad", "it would unpack to an absurd amount of data")
        return data
