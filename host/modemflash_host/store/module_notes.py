"""What is known of the module that a journal belongs to: a small file beside the journal's slots.

Rules: a number of the module itself stands here only as a hash, salted with a
number of this computer; a port is where to look first, and a name that is a link
counts before what it points to today; what cannot be read is no note.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from modemflash_host.computer.home import HOME
from modemflash_host.computer.process import is_at_work
from modemflash_host.links.names import is_address
from modemflash_host.store.journal_files import place_of
from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import kept_file

_SALT = "salt"
_SALT_CHARS = 32
_SALT_TRIES = 20
_LARGEST_NOTE = 4096
_MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A port.

    Attributes:
        given: its name as it was given; of an address what it leads to.
        real: the device that a link led to; else the same.
    """

    given: str
    real: str

    @classmethod
    def of_port(cls, port: str) -> Place:
        """The place of a port, whether something is there now or not."""
        return cls(place_of(port) if is_address(port) else port, place_of(port))

    @property
    def is_simulated(self) -> bool:
        """Whether nothing real was there: no real module is ever found again there, or comes from there."""
        return self.given.startswith("sim-")

    def is_of(self, other: Place) -> bool:
        """Whether both may be one: two links that led to one device at two times are not."""
        by_device = self.given == self.real or other.given == other.real
        return self.given == other.given or (self.real == other.real and by_device)


@dataclass(frozen=True, slots=True)
class ModuleNote:
    """Who a module is, and where it was.

    Attributes:
        number: the hash of its own number; "" where it does not tell one.
        product: as it calls itself; "" likewise.
        boot_loader: its first boot loader, which no update changes; "" likewise.
        places: where it was, the last one first.
        pid: the process that worked on it last; 0 where that is not known.
    """

    number: str = ""
    product: str = ""
    boot_loader: str = ""
    places: tuple[Place, ...] = ()
    pid: int = 0

    def was_at(self, place: Place) -> bool:
        """Whether it was at a port."""
        return any(each.is_of(place) for each in self.places)

    def may_come_to(self, place: Place) -> bool:
        """Whether it may have been moved to a port.

        Nothing real comes out of a simulation, and what another process works on is at that one's port.
        """
        is_alike = not self.places or self.places[0].is_simulated == place.is_simulated
        return is_alike and not is_at_work(self.pid)

    def now_at(self, place: Place) -> ModuleNote:
        """The same, at a port, where this process works on it."""
        others = tuple(each for each in self.places if each != place)
        return replace(self, places=(place, *others)[:_MOST_PLACES], pid=os.getpid())


def read_note(folder: Path, key: str) -> ModuleNote | None:
    """The note of a journal; None where there is none, or none of ours."""
    try:
        found = json.loads(read_regular(_path(folder, key), _LARGEST_NOTE, follow=False))
        words = number, product, boot_loader = found["number"], found["product"], found["boot_loader"]
        places = [(each["given"], each["real"]) for each in found["places"]]
        pid = found.get("pid", 0)
        if type(pid) is not int or not all(
            isinstance(word, str) for word in (*words, *(name for pair in places for name in pair))
        ):
            return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return ModuleNote(number, product, boot_loader, tuple(Place(*pair) for pair in places), pid)


def write_note(folder: Path, key: str, note: ModuleNote) -> None:
    """Put a note beside a journal.

    Raises:
        OSError: the disk is full or read-only.
    """
    path = _path(folder, key)
    with kept_file(path) as file:
        file.write(json.dumps(asdict(note)).encode("ascii"))
        HOME.flush(file, path)


def hashed(folder: Path, number: str) -> str:
    """A module's own number as it may be kept: the same on this computer in every run, and nowhere else.

    Raises:
        OSError: the salt cannot be made or read.
    """
    return hashlib.sha256(f"{_salt(folder)} {number}".encode()).hexdigest()[:20]


def _salt(folder: Path) -> str:
    """Made once; who comes second at the same moment waits for it."""
    path = folder / _SALT
    try:
        with kept_file(path, replace=False) as file:
            file.write(os.urandom(_SALT_CHARS // 2).hex().encode("ascii"))
            HOME.flush(file, path)
    except FileExistsError:
        pass
    for _ in range(_SALT_TRIES):
        salt = read_regular(path, _LARGEST_NOTE, follow=False).decode("ascii", "replace")
        if len(salt) >= _SALT_CHARS:
            return salt
        time.sleep(0.01)
    raise OSError("the salt is not whole")


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.note"
