"""Open files on the PC's disk, as the engine's sources.

Rule: memory is bounded whatever the file's size: nothing is ever read whole
into memory. How a firmware file stays what it was: stable_file.py.
"""

from __future__ import annotations

import tempfile
import zlib
from contextlib import suppress
from typing import BinaryIO

from modemflash_host.errors import Refusal

_CHUNK_BYTES = 1 << 16
_WINDOW_BITS = 12  # the modem unpacks with a 4096-byte window
_LEVEL = 9


class OpenFile:
    """A source over an open file: `name`, `size`, `readinto`."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name
        try:
            self.size = file.seek(0, 2)
        except OSError as error:  # files of the kernel that have no end
            file.close()
            raise Refusal("file-not-readable", f"{name}: {error.strerror}") from error

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        """Put the bytes from `offset` on at the start of `buf`; fewer only at the end of the file.

        Raises:
            Refusal: `file-not-readable`: the disk gave an error.
        """
        view = memoryview(buf)
        done = 0
        try:
            self._file.seek(offset)
            while done < len(view):
                got = self._file.readinto(view[done:])  # type: ignore[attr-defined]
                if not got:
                    break
                done += got
        except OSError as error:
            raise Refusal("file-not-readable", f"{self.name}: {error.strerror}") from error
        return done

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def packed(source: OpenFile) -> OpenFile:
    """The whole of a source as one zlib stream, for sessions that take it; on disk, without a name.

    Raises:
        OSError: there is no room for it.
    """
    spool = tempfile.TemporaryFile(prefix="modemflash-")  # noqa: SIM115 (lives as long as the source)
    try:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS)
        chunk = bytearray(_CHUNK_BYTES)
        offset = 0
        while got := source.readinto(offset, chunk):
            spool.write(packer.compress(memoryview(chunk)[:got]))
            offset += got
        spool.write(packer.flush())
        spool.flush()
    except BaseException:
        with suppress(OSError):  # what waits in it finds no room either
            spool.close()
        raise
    return OpenFile(spool, source.name)
