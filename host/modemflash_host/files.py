"""Firmware files on the PC's disk, as the engine's sources.

Rules: a file is opened once, so what is checked is what is sent; memory is
bounded whatever the file's size: nothing is ever read whole into memory.
"""

from __future__ import annotations

import errno
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO

from modemflash_host.errors import Refusal

_CHUNK_BYTES = 1 << 16
_WINDOW_BITS = 12  # the modem unpacks with a 4096-byte window
_LEVEL = 9


class _Spool:
    """A source over an open file: `name`, `size`, `readinto`."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name
        self.size = file.seek(0, 2)

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


class FileSource(_Spool):
    """One firmware file.

    Args:
        path: the file.

    Raises:
        Refusal: `no-such-file` or `file-not-readable`.
    """

    def __init__(self, path: Path) -> None:
        try:
            file = path.open("rb", buffering=0)
        except OSError as error:
            absent = error.errno in (errno.ENOENT, errno.ENOTDIR)
            code = "no-such-file" if absent else "file-not-readable"
            raise Refusal(code, str(path) if absent else f"{path}: {error.strerror}") from error
        super().__init__(file, path.name)
        self.path = path
        self._packed: _Spool | None = None

    def packed(self) -> _Spool:
        """The whole file as one zlib stream, for sessions that take it; made once, kept on disk."""
        if self._packed is None:
            spool = tempfile.TemporaryFile(prefix="modemflash-")  # noqa: SIM115 (lives as long as the source)
            packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS)
            chunk = bytearray(_CHUNK_BYTES)
            offset = 0
            while got := self.readinto(offset, chunk):
                spool.write(packer.compress(memoryview(chunk)[:got]))
                offset += got
            spool.write(packer.flush())
            spool.flush()
            self._packed = _Spool(spool, self.name)
        return self._packed

    def close(self) -> None:
        """Let the file and its packed form go."""
        if self._packed is not None:
            self._packed.close()
        super().close()
