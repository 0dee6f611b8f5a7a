"""The journal of one module on this PC: found by its port first, then by the module itself.

Rules: a record belongs to the module that said who it was when it was written; a
module that is another one is told so, and the first record is kept; one that
cannot say who it is has the record of its port, and that is said; records
without a note, of earlier releases, belong to their port; looking writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modemflash.builds import PACKAGES
from modemflash.identity import is_foreign
from modemflash.journal import Journal
from modemflash.phases import has_written
from modemflash_host.families.sequans.readable import READABLE
from modemflash_host.families.sequans.same_module import changed, imei_in
from modemflash_host.privacy import mask
from modemflash_host.store.journal_files import SlotFiles, journal_key, keys, newest_first
from modemflash_host.store.module_notes import ModuleNote, Place, hashed, read_note, write_note

if TYPE_CHECKING:
    from modemflash.at import At
    from modemflash.identity import Identity
    from modemflash.modem import Modem
    from modemflash_host.board.modem_update import JournalRecord

_MARK_DIGITS = 8
_BOOT_LOADER = "Bootloader0 : "
_ASK_MS = 10_000
_TURNS = 4


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """An update that did not finish.

    Attributes:
        key: of its journal.
        record: as the engine wrote it.
        note: of its module; of an earlier release's record an empty one.
    """

    key: str
    record: JournalRecord
    note: ModuleNote


def open_records(folder: Path) -> list[OpenRecord]:
    """All that are open in a folder, the newest first."""
    found = []
    for key in newest_first(folder, keys(folder)):
        record = Journal(SlotFiles(folder, key), key).read()
        if record is not None and has_written(record):
            found.append(OpenRecord(key, record, read_note(folder, key) or ModuleNote()))
    return found


def at_place(records: list[OpenRecord], port: str) -> list[OpenRecord]:
    """Those of a port, the newest first."""
    place, own = Place.of_port(port), {journal_key(port)}
    return [each for each in records if each.note.was_at(place) or (each.key in own and not each.note.places)]


class ModuleJournal(Journal):
    """See above, and `modemflash.journal.Journal`.

    Args:
        folder: where the journals are.
        port: where the module is looked for.
        report: told warnings.
        key: of a board's journal, which every module at that board has; "" to go by the module.
    """

    def __init__(self, folder: Path, port: str, report: Any, key: str = "") -> None:
        self._folder = folder
        self._port = port
        self._tell = report
        self._fixed = bool(key)
        self._is_known = False
        self._note = ModuleNote()
        self._taken = ""  # the key of the record that this module goes on from
        self.marks: dict[str, str] = {}  # what tells the module from others, see `ModuleInfo.marks`
        self.number = ""  # its IMEI, never shown and never kept
        first = [] if key else at_place(open_records(folder), port)
        self._use(key or (first[0].key if first else journal_key(port)))

    def _use(self, key: str) -> None:
        self.key = key
        super().__init__(SlotFiles(self._folder, key), key, self._tell)

    def at_module(self, modem: Modem, identity: Identity, past: Any) -> Any:
        """See `Journal`. What is asked here is not kept but as a hash.

        Raises:
            Refusal: `module-changed`: it is not the one that this run looked at before.
        """
        if self._fixed:
            return past
        before = self.number
        known = self._who(modem, identity)
        if self._is_known:
            if before and self.number != before:
                raise changed("its IMEI ends otherwise")
            if is_foreign(modem.state, identity):
                raise changed("it is of another make, or does not say who it is")
            if not known.number or known.number == self._note.number:
                return past  # this run's own record counts
        self._is_known = True
        records = open_records(self._folder)
        here = at_place(records, self._port)
        own = [each for each in records if known.number and each.note.number == known.number]
        fitting = own or [each for each in here if _may_be_of(each, known, identity.build)]
        others = [each for each in here if each not in fitting]
        mine = fitting[0] if fitting else None
        place = Place.of_port(self._port)
        self._tell_of(mine, others, known, [each for each in records if each.note.may_come_to(place)])
        if mine is None:
            self._taken, self._note = "", known
            self._use(_free_key(known, self._port, {each.key for each in others}))
            return None
        self._taken, self._note = mine.key, _joined(mine.note, known)
        self._use(_numbered_key(self._note.number) or mine.key)
        return mine.record

    def _tell_of(
        self, mine: OpenRecord | None, others: list[OpenRecord], known: ModuleNote, records: list[OpenRecord]
    ) -> None:
        """Say whose the records are, where that is not beyond doubt."""
        is_mute = not known.product and not known.number
        for other in others:
            self._say("other-module", f"{_told(other)} at this port is of another module: it is kept")
        if mine and is_mute:
            self._say("record-of-port", f"The module cannot say who it is. {_told(mine)} is taken as its own")
        elif mine and known.number and mine.note.number != known.number:
            self._say("record-of-port", f"{_told(mine)} is of this port, and is taken as this module's own")
        elif mine is None and is_mute and records:
            self._say("record-elsewhere", f"{_told(records[0])}: this may be that module, it cannot say")

    def write(self, record: Any) -> None:
        """See `Journal`."""
        if record is not None:
            said = {"product": _product(record.get("product", "")), "ue": _readable(record.get("ue", ""))}
            record = {**record, **{name: said[name] for name in said if name in record}}
        super().write(record)
        if record is None:
            self._clear_taken()
            return
        note = self._note.now_at(Place.of_port(self._port))
        if read_note(self._folder, self.key) != note:
            write_note(self._folder, self.key, note)
        self._clear_taken()  # it goes on under its own name

    def _clear_taken(self) -> None:
        if self._taken and self._taken != self.key:
            Journal(SlotFiles(self._folder, self._taken), self._taken).write(None)
            self._taken = ""

    def _say(self, code: str, text: str) -> None:
        self._tell("warning", code=code, text=text)

    def _who(self, modem: Modem, identity: Identity) -> ModuleNote:
        number = ""
        if modem.state != "errors-only" and (imei := _number_of(modem.at)):
            self.marks = {"imei": imei[-_MARK_DIGITS:]}
            self.number = imei
            try:
                number = self.marks["hash"] = hashed(self._folder, imei)
            except OSError:
                pass  # then it is known by less
        first = next((text for name, text, _ in identity.bootloaders if name == "Bootloader0"), "")
        return ModuleNote(number, _product(identity.product), _readable(first, _BOOT_LOADER))


def _number_of(at: At) -> str:
    """The module's number, said twice the same: a damaged line says another one each time."""
    before = ""
    for turn in range(_TURNS):
        said = imei_in(at.command("AT+CGSN", _ASK_MS).text)
        if said == before and turn:
            return said
        before = said
    return ""


def _readable(said: str, name: str = "", command: str = "") -> str:
    """What a module said, as it may be kept: a record and a file's name are no place for anything else."""
    masked = mask(f"{name}{said}".encode("latin-1", "replace"), READABLE, command)
    return masked.decode("latin-1")[len(name) :]


def _product(said: str) -> str:
    return _readable(said, command="AT+CGMM")


def _may_be_of(record: OpenRecord, known: ModuleNote, build: int | None) -> bool:
    """Whether nothing speaks against it that a record of a port is this module's."""
    note, past = record.note, record.record
    pairs = (
        (note.number, known.number),
        (note.product or str(past.get("product") or ""), known.product),
        (note.boot_loader, known.boot_loader),
    )
    if any(one and other and one != other for one, other in pairs):
        return False
    target = past.get("target")
    builds = (past.get("from_build"), target, PACKAGES[target][1] if target in PACKAGES else None)
    return build is None or not past.get("from_build") or build in builds


def _joined(before: ModuleNote, now: ModuleNote) -> ModuleNote:
    """What was known and is not said now stays known."""
    return replace(
        before,
        number=now.number or before.number,
        product=now.product or before.product,
        boot_loader=now.boot_loader or before.boot_loader,
    )


def _numbered_key(number: str) -> str:
    return f"module-{number}" if number else ""


def _free_key(note: ModuleNote, port: str, kept: set[str]) -> str:
    """A journal's key by the module's number; else by its port and what it says, and none that is kept."""
    words = f"{journal_key(port)} {note.product} {note.boot_loader}"
    key = _numbered_key(note.number) or journal_key(words if note.product else port)
    while key in kept:
        words += " another"
        key = journal_key(words)
    return key


def _told(record: OpenRecord) -> str:
    """A record in words."""
    target = record.record.get("target")
    return f"An update{f' to {target}' if target else ''} that did not finish{where(record.note)}"


def where(note: ModuleNote) -> str:
    """Where a module was, as the end of a sentence."""
    return f" ({note.places[0].given})" if note.places else ""
