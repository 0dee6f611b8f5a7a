"""A copy of EFS2 on this computer, read before anything is erased: evidence, and not a way back.

Rules: it is 0600, its name has of the IMEI the last two digits only, and it is on
the disk before it counts; pages that came as EE are counted, because many
programmers give that for blank and for bad ones alike, which is why nobody can
write such a copy back as it is. Nothing here, or anywhere, does.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modemflash.errors import Refusal
from modemflash_host.store.new_file import new_file
from modemflash_host.store.state_folder import give_to_caller, state_folder

_FILLED = 0xEE


@dataclass(frozen=True, slots=True)
class Efs2Copy:
    """What was copied.

    Attributes:
        path: of the file; "" where only the sum was wanted.
        sha256: of all bytes.
        pages: how many.
        filled_pages: of these, those that came as nothing but EE.
    """

    path: str
    sha256: str
    pages: int
    filled_pages: int

    @property
    def words(self) -> str:
        """For people."""
        return (
            f"A copy of EFS2 is in {self.path}: {self.pages} pages, {self.filled_pages} of them came as EE. "
            "Keep it: it is evidence for the vendor. It is no restore point, and nothing here writes it back."
        )


class CopyWriter:
    """Takes the bytes of EFS2 as they come.

    Args:
        page_bytes: of the flash.
        path: where they go; None to sum them up only.

    Raises:
        Refusal: `edl-no-copy`.
    """

    def __init__(self, page_bytes: int, path: Path | None) -> None:
        self._page_bytes = page_bytes
        self._path = path
        self._sum = hashlib.sha256()
        self._held = bytearray()
        self._pages = self._filled = 0
        try:
            self._file = new_file(self._part(path)) if path else None
        except OSError as error:
            raise Refusal("edl-no-copy", error.strerror or "") from error

    def take(self, piece: bytes) -> None:
        """The next bytes.

        Raises:
            Refusal: `edl-no-copy`: the disk is full.
        """
        self._sum.update(piece)
        self._held += piece
        while len(self._held) >= self._page_bytes:
            page = self._held[: self._page_bytes]
            self._held[: self._page_bytes] = b""
            self._pages += 1
            self._filled += page.count(_FILLED) == len(page)
        try:
            if self._file is not None:
                self._file.write(piece)
        except OSError as error:
            raise Refusal("edl-no-copy", error.strerror or "") from error

    def finish(self) -> Efs2Copy:
        """All bytes are there: they are on the disk when this returns.

        Raises:
            Refusal: `edl-no-copy`.
        """
        if self._path is not None and self._file is not None:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                os.replace(self._part(self._path), self._path)  # noqa: PTH105 (atomic on every system)
            except OSError as error:
                raise Refusal("edl-no-copy", error.strerror or "") from error
            give_to_caller(self._path)
        return Efs2Copy(str(self._path or ""), self._sum.hexdigest(), self._pages, self._filled)

    def close(self) -> None:
        """An unfinished file goes."""
        if self._file is not None and not self._file.closed:
            with suppress(OSError):
                self._file.close()
        if self._path is not None:
            with suppress(OSError):
                self._part(self._path).unlink()

    @staticmethod
    def _part(path: Path) -> Path:
        return path.with_name(path.name + ".part")


def copy_path(model: str, imei: str) -> Path:
    """Where a new copy goes.

    Args:
        model: of the module; "" where it is not known.
        imei: all of it; "" where it is not known.

    Raises:
        Refusal: `edl-no-copy`.
    """
    whose = f"-imei-ending-{imei[-2:]}" if imei else ""
    name = "".join(c for c in model if c.isalnum() or c == "-")[:30] or "module"
    at = time.strftime("%Y-%m-%d-%Hh%Mm%Ss", time.gmtime())
    try:
        return state_folder("efs2-copies") / f"efs2-{name}{whose}-{at}.bin"
    except OSError as error:
        raise Refusal("edl-no-copy", error.strerror or "") from error
