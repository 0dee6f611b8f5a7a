"""What this computer knows of updates that were begun on GNSS modules.

Rules: it is on the disk before the erase is sent, and goes when the module itself
has said that it runs the file; a record belongs to the module whose number it
has, else to the port it was begun at; one of another module is kept, whatever
is done at that port; of a module's number only a hash is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path

from modemflash.errors import Problem
from modemflash_host.computer.process import is_at_work
from modemflash_host.families.plan import Unfinished
from modemflash_host.store.journal_files import journal_key, make_newest
from modemflash_host.store.module_notes import Place, hashed
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import state_folder

_SUFFIX = ".gnss"
_STAGES = ("erase", "sent")


@dataclass(frozen=True, slots=True)
class Begun:
    """An update that was begun.

    Attributes:
        stage: "erase" or "sent", the whole image.
        file: the name of the firmware file.
        sha256: of it.
        version: that it leads to.
        target: model, hardware and variant that the module has.
        before: the version before; "" where it did not say.
        number: the hash of the module's own number; "" where it did not tell one.
        given: the port as it was named; "" in records of earlier releases.
        real: the device that it led to.
        pid: the process that worked on it; "" in records of earlier releases.
    """

    stage: str
    file: str
    sha256: str
    version: str
    target: str
    before: str = ""
    number: str = ""
    given: str = ""
    real: str = ""
    pid: str = ""

    def may_be_of(self, version: str, number: str) -> bool:
        """Whether a module whose application says this version and number may be the one it was begun on."""
        if self.number and number:
            return self.number == number
        return version == (self.version if self.stage == "sent" else self.before)

    def may_come_to(self, place: Place) -> bool:
        """See `ModuleNote.may_come_to`."""
        is_free = not is_at_work(int(self.pid or 0))
        return is_free and Place(self.given, self.real).is_simulated == place.is_simulated


class Journal:
    """The journal of the module at `port`."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._key = journal_key(port)

    def load(self) -> Begun | None:
        """What was begun last at the port; None where nothing was, or the note cannot be read."""
        for key, begun in self._all():
            if self._is_here(key, begun):
                self._key = key
                return begun
        return None

    def elsewhere(self) -> Begun | None:
        """What was begun last at any port with a module that may have come to this one."""
        place = Place.of_port(self._port)
        return next((begun for _, begun in self._all() if begun.may_come_to(place)), None)

    def keep(self) -> None:
        """The module at the port is another one: the record stays, and what is begun now has its own."""
        taken = {key for key, _ in self._all()}
        words = self._key = journal_key(self._port)
        while self._key in taken:
            words += " another"
            self._key = journal_key(words)

    def hashed(self, number: str) -> str:
        """A module's own number as it may be kept; "" for none, or without a place for the salt."""
        try:
            return hashed(state_folder("journal"), number) if number else ""
        except OSError:
            return ""

    def save(self, begun: Begun) -> None:
        """Keep it.

        Raises:
            Problem: `gnss-no-journal`.
        """
        place = Place.of_port(self._port)
        try:
            path = state_folder("journal") / f"{self._key}{_SUFFIX}"
            here = replace(begun, given=place.given, real=place.real, pid=str(os.getpid()))
            RecordFile(path).save(asdict(here))
            make_newest(path, f"*{_SUFFIX}")
        except OSError as error:
            raise Problem("gnss-no-journal", error.strerror or "") from error

    def remove(self, number: str = "") -> None:
        """It came to its end; and so did what was begun elsewhere on the module with that number (a hash)."""
        for key, begun in [*self._all()]:
            if key == self._key or (number and begun.number == number):
                try:
                    RecordFile(_folder() / f"{key}{_SUFFIX}").remove()
                except OSError:
                    pass  # the module's own word comes before a note

    def _is_here(self, key: str, begun: Begun) -> bool:
        if not begun.given:
            return key == journal_key(self._port)
        return Place(begun.given, begun.real).is_of(Place.of_port(self._port))

    def _all(self) -> Iterator[tuple[str, Begun]]:
        """Every record with its key, the last one first."""
        try:
            paths = sorted(_folder().glob(f"*{_SUFFIX}"), key=_written_at, reverse=True)
        except OSError:
            return
        for path in paths:
            if (begun := _begun_of(RecordFile(path).load())) is not None:
                yield path.name[: -len(_SUFFIX)], begun


def _folder() -> Path:
    return state_folder("journal")


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _begun_of(found: dict[str, str]) -> Begun | None:
    """A record, also of an earlier release; None for what is none."""
    known = {each.name for each in fields(Begun)}
    needed = {each.name for each in fields(Begun) if each.default is MISSING}
    if not needed <= found.keys() <= known or found["stage"] not in _STAGES:
        return None
    if not found.get("pid", "0").isdecimal():
        return None
    return Begun(**found)


def unfinished_of(begun: Begun | None) -> Unfinished | None:
    """A record in the form that every family's has; None for none."""
    if begun is None:
        return None
    facts = {"stage": begun.stage, "from_version": begun.before, "sha256": begun.sha256}
    return Unfinished(begun.version, (begun.file,), facts=facts)


def unfinished_at(journal: Journal) -> Unfinished | None:
    """What a module that says nothing may have open: of its port, else of any; nobody can ask it."""
    here = journal.load()
    begun = here or journal.elsewhere()
    unfinished = unfinished_of(begun)
    if begun is None or unfinished is None:
        return None
    facts = {**unfinished.facts, "begun_at": begun.given}
    return replace(unfinished, facts=facts, is_of_port=here is not None)
