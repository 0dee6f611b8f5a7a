"""The card and the flash of a board: FAT images in files, sector by sector.

Rules that hold here: a sector is written whole or not at all; a card that is
full, read-only, gone or worn says so by failing, as a real one does; the image
file is the memory, it survives the board's process and every power cut.
"""

from __future__ import annotations

from pathlib import Path

SECTOR_BYTES = 512
FLASH_BYTES = 4 * 1024 * 1024
CARD_BYTES = 16 * 1024 * 1024


class DriveFailed(Exception):
    """The medium did not do it."""


class Drive:
    """One medium.

    Args:
        path: the image; its size is the medium's.

    Attributes:
        present: it is in its slot.
        read_only: its switch is set: every write fails.
        bad_from: sectors from this one on cannot be read.
        fails_after_writes: it is pulled out after so many more written sectors; None for never.
        writes: sectors written so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.present = True
        self.read_only = False
        self.bad_from: int | None = None
        self.fails_after_writes: int | None = None
        self.writes = 0
        self._file = path.open("r+b", buffering=0)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    @property
    def sectors(self) -> int:
        """How large it is."""
        return self.path.stat().st_size // SECTOR_BYTES

    def read(self, first: int, count: int) -> bytes:
        """`count` sectors.

        Raises:
            DriveFailed: it is not there, or cannot be read there.
        """
        if not self.present or (self.bad_from is not None and first + count > self.bad_from):
            raise DriveFailed
        self._file.seek(first * SECTOR_BYTES)
        return self._file.read(count * SECTOR_BYTES).ljust(count * SECTOR_BYTES, b"\0")

    def write(self, sector: int, data: bytes) -> None:
        """One sector.

        Raises:
            DriveFailed: it is not there, or read-only.
        """
        if self.fails_after_writes is not None and self.writes >= self.fails_after_writes:
            self.present = False
        if not self.present or self.read_only:
            raise DriveFailed
        self.writes += 1
        self._file.seek(sector * SECTOR_BYTES)
        self._file.write(data)


def make_blank(path: Path, size_bytes: int) -> Path:
    """An image full of zeros, which is no file system."""
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path
