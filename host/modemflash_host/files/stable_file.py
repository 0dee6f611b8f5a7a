"""A firmware file that stays what it was when it was checked.

Rules: only regular files are opened (`store/regular_file.py`); a page that was read once must come
again with the same bytes, or nothing of it is handed out: so what is sent is
what was checked, byte for byte, whoever writes to the file meanwhile. Times and
inode numbers are not asked: a copy or an editor changes them for nothing, and
leaves them where it matters.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from modemflash.errors import Problem
from modemflash_host.errors import Refusal
from modemflash_host.files.open_file import OpenFile, packed
from modemflash_host.store import regular_file

PAGE_BYTES = 1 << 16
_DIGEST_BYTES = 16


class StableFile(OpenFile):
    """A source whose bytes cannot change unseen.

    Args:
        file: open for reading; closed with this.
        name: the name that the user knows it by.
        path: the file, or the archive that it came from.
    """

    def __init__(self, file: BinaryIO, name: str, path: Path) -> None:
        super().__init__(file, name)
        self.path = path
        self._packed: OpenFile | None = None
        self._digests: dict[int, bytes] = {}
        self._page_number = -1
        self._page = memoryview(b"")

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        """Put the bytes from `offset` on at the start of `buf`; fewer only at the end of the file.

        Raises:
            Problem: `file-replaced`: these are not the bytes that were read before.
            Refusal: `file-not-readable`: the disk gave an error.
        """
        view = memoryview(buf)
        done = 0
        while done < len(view) and offset + done < self.size:
            number, start = divmod(offset + done, PAGE_BYTES)
            self._turn_to(number)
            piece = self._page[start : start + len(view) - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
        return done

    def remember_in(self, digests: dict[int, bytes]) -> None:
        """What was read through an earlier opening must come again, too.

        Args:
            digests: of its pages, the same for every opening of the file; empty at first.
        """
        self._digests = digests

    def packed(self) -> OpenFile | None:
        """The whole file as one zlib stream, made once; None where there is no room for it."""
        if self._packed is None:
            with suppress(OSError):  # it only saves time, and the modem may be in recovery by now
                self._packed = packed(self)
        return self._packed

    def close(self) -> None:
        """Let the file and its packed form go."""
        if self._packed is not None:
            self._packed.close()
        super().close()

    def _turn_to(self, number: int) -> None:
        if number == self._page_number:
            return
        page = bytearray(min(PAGE_BYTES, self.size - number * PAGE_BYTES))
        if super().readinto(number * PAGE_BYTES, page) < len(page):
            raise Problem("file-replaced", f"{self.name} became shorter")
        digest = hashlib.blake2b(page, digest_size=_DIGEST_BYTES).digest()
        if self._digests.setdefault(number, digest) != digest:
            raise Problem("file-replaced", f"{self.name}, around byte {number * PAGE_BYTES}")
        self._page_number, self._page = number, memoryview(page)


def open_stable(path: Path) -> StableFile:
    """Open a firmware file.

    Raises:
        Refusal: see `open_regular`.
    """
    return StableFile(open_regular(path), path.name, path)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading, and nothing else.

    Raises:
        Refusal: `no-such-file`, `link-to-nowhere`, `not-a-file` or `file-not-readable`.
    """
    try:
        return regular_file.open_regular(path)
    except regular_file.NotRegular as error:
        raise Refusal("not-a-file", f"{path}: {error.strerror}") from error
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise Refusal("file-not-readable", f"{path}: {error.strerror}") from error
        if path.is_symlink():
            raise Refusal("link-to-nowhere", str(path)) from error
        raise Refusal("no-such-file", str(path)) from error
