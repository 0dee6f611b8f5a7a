"""The one hand that reaches onto a card: every file that a list names is looked at and touched here.

Rules: what a card lists was written by nobody knows whom. Nothing is opened,
written or removed but a regular file whose path, with all links followed, lies
below the card's folder; its size is looked at before a byte of it is read, and
nothing that waits (a pipe, a device) is ever opened.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from modemflash.board import manifest
from modemflash.errors import Problem
from modemflash_host.computer.real_path import real_path
from modemflash_host.families.sequans.card.card_manifest import CardManifest
from modemflash_host.families.sequans.card.layout import README
from modemflash_host.store.new_file import SHARED, new_file
from modemflash_host.store.regular_file import NotRegular, only_regular, open_regular, read_regular

MOST_SMALL_BYTES = 1 << 20  # of whatever is read whole: checksums of blocks, a file of the updater
_CHUNK_BYTES = 1 << 16
_SYNC_BYTES = 1 << 20


class CardFolder:
    """A card, by the folder that it is mounted at.

    Every method raises `NotRegular` where something else than a file is there, or a
    link that leads out of the card, and any other `OSError` where the card cannot
    be read or written.

    Args:
        path: the folder.
        on_chunk: called for each piece that is read or written; it may raise `Stopped`.
    """

    def __init__(self, path: Path, on_chunk: Callable[[], object] = lambda: None) -> None:
        self._on_chunk = on_chunk
        self._path = path
        self._real = _real(path)

    def manifest(self) -> CardManifest:
        """The list of the card.

        Raises:
            FileNotFoundError: there is none.
            TooLarge: it is no list.
            Problem: as `CardManifest.decode`.
        """
        path = self._inside(manifest.NAME)
        return CardManifest.decode(read_regular(path, manifest.MOST_BYTES, follow=False))

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is nothing."""
        try:
            status = self._inside(name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        only_regular(status)
        return status.st_size

    def holds(self, name: str, size: int, sha256: str) -> bool:
        """Whether a file has this size and these bytes; it is read only where the size fits."""
        if self.size(name) != size:
            return False
        digest = hashlib.sha256()
        left = size
        with open_regular(self._inside(name), follow=False) as file:
            while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
                self._on_chunk()
                digest.update(chunk)
                left -= len(chunk)
        return digest.hexdigest() == sha256

    def read(self, name: str) -> bytes:
        """A small file whole.

        Raises:
            TooLarge: it has more than `MOST_SMALL_BYTES`.
        """
        return read_regular(self._inside(name), MOST_SMALL_BYTES, follow=False)

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file and bring it to the medium."""
        path = self._inside(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path, rights=SHARED) as file:
            waits_bytes = 0
            for chunk in chunks:
                file.write(chunk)
                self._on_chunk()
                waits_bytes += len(chunk)
                if waits_bytes >= _SYNC_BYTES:  # one wait for all of it would be a long one without a sign
                    waits_bytes = 0
                    file.flush()
                    os.fsync(file.fileno())
            file.flush()
            os.fsync(file.fileno())

    def remove(self, name: str) -> None:
        """Remove a file, where there is one."""
        if self.size(name) is not None:
            self._inside(name).unlink()

    def _inside(self, name: str) -> Path:
        """Where a file is, below the card."""
        path = self._path / name
        real = _real(path.parent) / path.name
        if not real.is_relative_to(self._real) or real == self._real:
            raise NotRegular(errno.EXDEV, "it leads out of the card")
        return real


def earlier_files(card: CardFolder) -> set[str]:
    """What an earlier preparation put there, as paths below the folder; empty where there was none."""
    try:
        listed = card.manifest()
    except (OSError, Problem):
        return set()
    firmware = [file.path for file in listed.files]
    sums = [path + manifest.SUMS for path in firmware]
    engine = [f"{manifest.ENGINE}/{name}" for name in listed.engine]
    return {manifest.NAME, README, *firmware, *sums, *engine}


def _real(path: Path) -> Path:
    return Path(real_path(path))  # `Path.resolve` has an error of its own for links in a ring
