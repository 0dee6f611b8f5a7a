"""What this computer remembers of a place while a board is worked on there.

Rules: it is written before anything is done there and taken away afterwards, so
what a killed run leaves is found; who wants the place waits as long as a process
of ours is at work there, with words, and hears stop requests; a process that was
stopped is not at work, so nobody waits for it for ever.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from modemflash.errors import Stopped
from modemflash_host.computer.process import is_at_work
from modemflash_host.store.file_lock import hold
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import kept_file, state_folder

_LOCK = "places.lock"
_STEP_S = 0.2
_SHORT_S, _SHORT_STEP_S = 0.5, 0.02


@dataclass(frozen=True, slots=True)
class Waiting:
    """How something is waited for.

    Attributes:
        stop_wanted: how often the user asked to stop.
        tick: called several times a second with what is waited for.
    """

    stop_wanted: Callable[[], int]
    tick: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place.

    Attributes:
        place: as in `fleet.toml`.
        pid: who works there.
        labgrid_place: what was acquired for it; "" for nothing.
        token: of a reservation; "" for none.
    """

    place: str
    pid: int
    labgrid_place: str = ""
    token: str = ""

    @property
    def is_at_work(self) -> bool:
        """Whether a process other than this one works there."""
        return is_at_work(self.pid)


class HeldPlace:
    """A place that is ours.

    Attributes:
        record: what is written down of it.
        left: what an earlier run left of it, which is over; None for nothing.
    """

    def __init__(self, record: PlaceRecord, left: PlaceRecord | None) -> None:
        self.record = record
        self.left = left
        self.stays = False
        self.note()

    def note(self, **more: str | int) -> None:
        """Write down what is new."""
        self.record = replace(self.record, **more)  # type: ignore[arg-type]
        RecordFile(_path(self.record.place)).save({**asdict(self.record), "pid": str(self.record.pid)})


@contextmanager
def held(place: str, waiting: Waiting) -> Iterator[HeldPlace]:
    """A place, once nobody of ours works there any more.

    Raises:
        Stopped: the user asked to stop.
        OSError: it cannot be written down.
    """
    path = _path(place)
    mine = None
    while mine is None:
        with alone(waiting):
            left = read(path)
            if left is None or not left.is_at_work:
                mine = HeldPlace(PlaceRecord(place, os.getpid()), left)
        if mine is None and left is not None:
            wait_for(left.pid, waiting)
    try:
        yield mine
    finally:
        if not mine.stays:
            path.unlink(missing_ok=True)


@contextmanager
def alone(waiting: Waiting) -> Iterator[None]:
    """Nobody else takes a place or gives one back meanwhile: what is read there stays so.

    Raises:
        Stopped: the user asked to stop.
        OSError: there is no folder for it.
    """
    before, began = waiting.stop_wanted(), time.monotonic()
    with kept_file(state_folder() / _LOCK) as file:
        while not hold(file.fileno()):
            if time.monotonic() - began > _SHORT_S:  # to take a place is a moment, to give one back is not
                waiting.tick("another modemflash gives places back; that is waited for")
            if waiting.stop_wanted() > before:
                raise Stopped("stopped-before-write")
            time.sleep(_SHORT_STEP_S)
        yield


def wait_for(pid: int, waiting: Waiting) -> None:
    """Until a process of ours has come to its end.

    Raises:
        Stopped: the user asked to stop.
    """
    before = waiting.stop_wanted()
    while is_at_work(pid):
        waiting.tick(f"another modemflash is at work there ({pid}); its end is waited for")
        if waiting.stop_wanted() > before:
            raise Stopped("stopped-before-write")
        time.sleep(_STEP_S)


def records() -> Iterator[tuple[Path, PlaceRecord]]:
    """All that is written down."""
    for path in sorted(state_folder("places").glob("*.json")):
        if (record := read(path)) is not None:
            yield path, record


def read(path: Path) -> PlaceRecord | None:
    """What a file says; None where it says nothing that can be used."""
    fields = RecordFile(path).load()
    pid = fields.pop("pid", "")
    with suppress(TypeError, ValueError):
        return PlaceRecord(pid=int(pid), **fields)
    return None


def _path(place: str) -> Path:
    return state_folder("places") / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"
