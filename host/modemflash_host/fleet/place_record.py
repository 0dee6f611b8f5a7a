"""What this computer remembers of a place while a board is worked on there.

Rules: it is written before anything is done there and taken away afterwards, so
what a killed run leaves is found; who wants the place waits as long as a process
of ours is at work there, with words, and hears stop requests; a process that was
stopped is not at work, so nobody waits for it for ever.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from modemflash.errors import Stopped
from modemflash_host.computer.process import is_at_work
from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import kept_file, state_folder
from modemflash_host.strict_json import loads

_LARGEST_BYTES = 4_000
_STEP_S = 0.2


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
        with kept_file(_path(self.record.place)) as file:
            file.write(json.dumps(asdict(self.record)).encode())


@contextmanager
def held(place: str, waiting: Waiting) -> Iterator[HeldPlace]:
    """A place, once nobody of ours works there any more.

    Raises:
        Stopped: the user asked to stop.
        OSError: it cannot be written down.
    """
    path = _path(place)
    while (left := read(path)) is not None and left.is_at_work:
        wait_for(left.pid, waiting)
    mine = HeldPlace(PlaceRecord(place, os.getpid()), left)
    try:
        yield mine
    finally:
        if not mine.stays:
            path.unlink(missing_ok=True)


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
    with suppress(OSError, ValueError, TypeError):
        record = PlaceRecord(**loads(read_regular(path, _LARGEST_BYTES)))
        texts = (record.place, record.labgrid_place, record.token)
        if type(record.pid) is int and all(type(text) is str for text in texts):
            return record
    return None


def _path(place: str) -> Path:
    return state_folder("places") / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"
