"""The journal's two slots, as two files per modem.

Rules: a slot is written whole and flushed to the disk before the call returns,
because the next thing that happens may be a power cut; what the bytes mean is
the engine's business (`modemflash.journal`).
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from modemflash_host.computer.home import HOME
from modemflash_host.computer.real_path import real_path
from modemflash_host.links.names import fault_of, is_address
from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import advised, kept_file

_SLOTS = 2
_NEWER_NS = 2_000_000_000  # the coarsest time that a file system keeps
_MOST_BYTES = 1 << 16  # of a slot; a record has some hundred


def place_of(port: str) -> str:
    """Where a port leads to.

    Of an address only the place counts, not its options: for the simulated
    modem that is the file it lives in.
    """
    if is_address(port) and not fault_of(port):
        address = urlsplit(port)
        state = parse_qs(address.query).get("state", [""])[0]
        place = f"{address.scheme}-{address.netloc}{address.path}"
        if state:
            place = f"{address.scheme}-{real_path(state)}"
    else:
        # Names such as /dev/serial/by-id/… are links to the port of the day.
        place = real_path(port) if Path(port).is_symlink() else port
    return place


def journal_key(port: str) -> str:
    """A file name for what is behind a port, the same in every run."""
    place = place_of(port)
    name = re.sub(r"[^A-Za-z0-9.]+", "-", place).strip("-")[-40:]
    return f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"


def keys(folder: Path) -> set[str]:
    """The modems that a folder has journals of."""
    return {path.name[:-2] for path in folder.glob("*.[01]")}


def newest_first(folder: Path, wanted: set[str]) -> list[str]:
    """Journals by when they were written last."""

    def written_at(key: str) -> float:
        try:
            return max(path.stat().st_mtime for path in folder.glob(f"{glob.escape(key)}.[01]"))
        except (OSError, ValueError):
            return 0.0

    return sorted(wanted, key=lambda key: (-written_at(key), key))


def make_newest(path: Path, pattern: str) -> None:
    """Let a file that was just written be the newest of its kind, whatever this computer's clock says.

    A clock that was wrong once has left files of the future, and they would be the last ones for ever.

    Args:
        path: the file.
        pattern: of the names of its kind, in its folder.
    """
    try:
        others = [each.stat().st_mtime_ns for each in path.parent.glob(pattern) if each != path]
        if others and path.stat().st_mtime_ns <= max(others):
            later = max(others) + _NEWER_NS
            os.utime(path, ns=(later, later), follow_symlinks=os.utime not in os.supports_follow_symlinks)
    except (OSError, ValueError, OverflowError):
        pass  # the record is there; only the order of several is doubtful


def board_at(folder: Path, port: str, address: str) -> str:
    """The address of the board at a port. A board in mirror mode cannot be asked: then the last one there.

    Args:
        folder: where the journals are.
        port: its name.
        address: what the board said, which is kept; "" where it cannot say anything.

    Returns:
        The address, "" where none is known.
    """
    note = folder / f"{journal_key(port)}.board"
    if not address:
        try:
            return read_regular(note, _MOST_BYTES, follow=False).decode("ascii")
        except (OSError, UnicodeError):
            return ""
    try:
        with kept_file(note) as file:
            file.write(address.encode("ascii"))
            HOME.flush(file, note)
    except (OSError, UnicodeError):
        pass  # an update that cannot keep its journal ends before its first write
    return address


class SlotFiles:
    """The store that the journal is handed: `load(slot)` and `save(slot, data)`.

    Args:
        folder: where the files are.
        key: which modem, see `journal_key`.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._paths = tuple(folder / f"{key}.{slot}" for slot in range(_SLOTS))

    def load(self, slot: int) -> bytes:
        """The bytes of a slot; empty when it was never written or cannot be read."""
        try:
            return read_regular(self._paths[slot], _MOST_BYTES, follow=False)
        except OSError:
            return b""

    def save(self, slot: int, data: bytes) -> None:
        """Write a slot and wait until the disk has it.

        Raises:
            OSError: the disk is full or read-only.
        """
        path = self._paths[slot]
        try:
            with kept_file(path) as file:
                file.write(data)
                HOME.flush(file, path)
        except OSError as error:
            raise advised(error) from error
        make_newest(path, "*.[01]")
