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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modemflash.errors import Refusal
from modemflash_host.families.quectel_edl.firehose import Sink
from modemflash_host.store.state_folder import state_folder
from modemflash_host.store.whole_file import whole_file

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


class _Summing:
    """Counts and sums the bytes of EFS2 as they come."""

    def __init__(self, page_bytes: int) -> None:
        self._page_bytes = page_bytes
        self._held = bytearray()
        self.sum = hashlib.sha256()
        self.pages = self.filled_pages = 0

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self.sum.update(piece)
        self._held += piece
        while len(self._held) >= self._page_bytes:
            page = self._held[: self._page_bytes]
            self._held[: self._page_bytes] = b""
            self.pages += 1
            self.filled_pages += page.count(_FILLED) == len(page)


def copy_efs2(read: Callable[[Sink], object], page_bytes: int, path: Path | None) -> Efs2Copy:
    """All bytes of EFS2, on the disk when this returns.

    Args:
        read: reads them into what it is given.
        page_bytes: of the flash.
        path: where they go; None to sum them up only.

    Raises:
        Refusal: `edl-no-copy`: there is no room, or no right.
    """
    summing = _Summing(page_bytes)
    if path is None:
        read(summing.take)
    else:
        try:
            with whole_file(path) as file:

                def take(piece: bytes) -> None:
                    summing.take(piece)
                    file.write(piece)

                read(take)
        except OSError as error:
            raise Refusal("edl-no-copy", error.strerror or "") from error
    return Efs2Copy(str(path or ""), summing.sum.hexdigest(), summing.pages, summing.filled_pages)


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
        folder = state_folder("efs2-copies")
    except OSError as error:
        raise Refusal("edl-no-copy", error.strerror or "") from error
    names = (f"efs2-{name}{whose}-{at}{more}.bin" for more in ("", *(f"-{turn}" for turn in range(2, 100))))
    return next((path for each in names if not os.path.lexists(path := folder / each)), folder / name)
