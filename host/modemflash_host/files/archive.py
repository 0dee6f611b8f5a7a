"""A .zip as the forum gave it: which firmware is in it, unpacked without trusting it.

Rules: nothing is ever unpacked under a name from the archive; every member goes
through a nameless temporary file. Memory and disk are bounded before anything
is unpacked: what the archive claims of itself is checked first, and the module
that unpacks it is never given more than `MOST_READ_BYTES` at once.
"""

from __future__ import annotations

import errno
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from modemflash.container import LARGEST_FILE
from modemflash.errors import BadFile
from modemflash_host.errors import Refusal
from modemflash_host.files.stable_file import StableFile, open_regular

MOST_MEMBERS = 2_000
MOST_UNPACKED_BYTES = 256 << 20  # of all firmware files together
MOST_READ_BYTES = 1 << 20  # also the largest table of contents: some 15 000 names
_BOMB_RATIO = 200  # firmware shrinks to a half, its emptiest parts to a tenth
_HARMLESS_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 16
_PASSWORD_BITS = 0x41
# How a damaged archive shows itself in the module that unpacks it.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    IndexError,
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can claim gigabytes of memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may claim of itself.

    Attributes:
        largest_bytes: of one file.
        all_bytes: of all files that count together.
        ratio: how many bytes one packed byte may become.
    """

    largest_bytes: int
    all_bytes: int
    ratio: int


@dataclass(frozen=True, slots=True)
class Member:
    """One firmware file inside an archive.

    Attributes:
        archive: the path of the archive.
        inside: where it is in there, with slashes.
        size: bytes, as the archive claims.
        index: its place in the archive's list.
    """

    archive: Path
    inside: str
    size: int
    index: int

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return PurePosixPath(self.inside).name

    def open(self) -> StableFile:
        """Unpack it into a temporary file.

        Raises:
            Refusal: `archive-damaged`, `no-room`, or the archive cannot be read.
        """
        with _opened(self.archive) as archive:
            spool = cast("BinaryIO", tempfile.TemporaryFile(prefix="modemflash-"))  # noqa: SIM115 (the source closes it)
            try:
                with archive.open(archive.infolist()[self.index]) as packed:
                    _unpack(packed, spool, self)
                return StableFile(spool, self.name, self.archive)
            except BaseException:
                spool.close()
                raise


def members_in(
    path: Path, is_wanted: Callable[[PurePosixPath], bool], limits: Limits | None = None
) -> list[Member]:
    """The files in an archive that count, in its own order.

    Args:
        path: the archive.
        is_wanted: whether a file counts, by its name.
        limits: what they may claim; None for those of single firmware files.

    Raises:
        BadFile: the archive is damaged, locked, or made to do harm; the code says which.
    """
    members = []
    limits = limits or Limits(LARGEST_FILE, MOST_UNPACKED_BYTES, _BOMB_RATIO)
    with _opened(path) as archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise BadFile("archive-too-many", f"{path.name}: {len(archive.infolist())}")
        for index, entry in enumerate(archive.infolist()):
            inside = entry.orig_filename.split("\0")[0].replace("\\", "/")
            if not entry.is_dir() and is_wanted(PurePosixPath(inside)):
                _check(entry, inside, path.name, limits)
                members.append(Member(path, inside, entry.file_size, index))
    if sum(member.size for member in members) > limits.all_bytes:
        raise BadFile("archive-bomb", path.name)
    return members


def _check(entry: zipfile.ZipInfo, inside: str, archive: str, limits: Limits) -> None:
    """What an archive claims of one member, before anything of it is read."""
    place = f"{archive}: {inside}"
    parts = inside.split("/")
    if ".." in parts or inside.startswith("/") or ":" in parts[0] or "\0" in entry.orig_filename:
        raise BadFile("archive-path-trick", place)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadFile("archive-link", place)
    if entry.flag_bits & _PASSWORD_BITS:
        raise BadFile("archive-password", archive)
    if entry.compress_type not in _METHODS:
        raise BadFile("archive-method", f"{place}, method {entry.compress_type}")
    if entry.file_size > limits.largest_bytes:
        raise BadFile("archive-too-large", f"{place}, {entry.file_size} bytes")
    if entry.file_size > max(_HARMLESS_BYTES, entry.compress_size * limits.ratio):
        raise BadFile("archive-bomb", f"{place}, {entry.compress_size} bytes become {entry.file_size}")


def _unpack(packed: IO[bytes], spool: BinaryIO, member: Member) -> None:
    """Unpack, never more than was claimed."""
    left = member.size
    while chunk := packed.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise BadFile("archive-damaged", f"{member.name} is longer than the archive says")
        try:
            spool.write(chunk)
            spool.flush()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise Refusal("no-room", tempfile.gettempdir()) from error
            raise
    if left:
        raise BadFile("archive-damaged", f"{member.name} is shorter than the archive says")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, with whatever goes wrong in it as one of our errors."""
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(cast("IO[bytes]", _SmallReads(file, path.name))) as archive:
                yield archive
        except OSError as error:
            raise Refusal("file-not-readable", f"{path}: {error.strerror or error}") from error
        except _BROKEN as error:
            raise BadFile("archive-damaged", f"{path.name}: {error}") from error


class _SmallReads:
    """A file that is read in small pieces only: a table of contents of gigabytes is refused, not loaded.

    Args:
        file: the open file.
        name: for the message.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._size = file.seek(0, 2)
        self.seek = file.seek
        self.tell = file.tell

    def seekable(self) -> bool:
        return True

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes; who asks for more than is ever due is misled."""
        if n < 0:
            n = max(0, self._size - self._file.tell())
        if n > MOST_READ_BYTES:
            raise BadFile("archive-too-many", f"{self._name}: a table of contents of {n} bytes")
        return self._file.read(n)

    def close(self) -> None:
        """Whoever opened the file closes it."""
