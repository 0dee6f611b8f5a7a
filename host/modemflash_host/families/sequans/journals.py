"""This PC's journals of Sequans modems: one for each module, or for the modem of a board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from modemflash.journal import Journal
from modemflash.line import Line
from modemflash_host.board.modem_update import JournalRecord
from modemflash_host.families.plan import Unfinished
from modemflash_host.families.sequans.module_journal import ModuleJournal, at_place, open_records
from modemflash_host.families.sequans.plan import unfinished_of
from modemflash_host.store import journal_files
from modemflash_host.store.journal_files import SlotFiles, journal_key
from modemflash_host.store.module_notes import Place
from modemflash_host.store.state_folder import state_folder


class _NoFolder:
    """No place for a journal: reading finds nothing, and an update ends before its first write."""

    def __init__(self, why: OSError) -> None:
        self._why = why

    def load(self, slot: int) -> bytes:
        return b""

    def save(self, slot: int, data: bytes) -> None:
        raise self._why


def journal_at(port: str, line: Line) -> Journal:
    """The journal of the module that is found behind `port`."""
    return _journal(port, line, "")


def marks_of(journal: Journal) -> Mapping[str, str]:
    """What the module told that no other has, see `ModuleInfo.marks`; nothing before it was asked."""
    return journal.marks if isinstance(journal, ModuleJournal) else {}


def number_of(journal: Journal) -> str:
    """The IMEI that the module told; "" where it told none, and before it was asked. It is never kept."""
    return journal.number if isinstance(journal, ModuleJournal) else ""


def journal_of_board(port: str, address: str, line: Line) -> Journal:
    """The journal of the board with that address; of the last one at `port` where it is ""."""
    try:
        address = journal_files.board_at(state_folder("journal"), port, address)
    except OSError:
        pass
    return _journal(port, line, journal_key(address) if address else "")


def _journal(port: str, line: Line, key: str) -> Journal:
    try:
        return ModuleJournal(state_folder("journal"), port, line.report, key)
    except OSError as error:
        return Journal(_NoFolder(error), key or journal_key(port), line.report)


def unfinished_of_board(address: str, record: JournalRecord | None = None) -> Unfinished | None:
    """An update of a board's modem that did not finish.

    Args:
        address: the board's.
        record: what the board's own journal has; it counts before this PC's note.
    """
    return unfinished_of(record or _read(journal_key(address)))


def unfinished_at(port: str) -> Unfinished | None:
    """What the module that was not reached may have open: of its port, else of any; nobody can ask it."""
    try:
        records = open_records(state_folder("journal"))
    except OSError:
        return None
    place = Place.of_port(port)
    here = at_place(records, port)
    elsewhere = [each for each in records if each.note.may_come_to(place)]
    found = next(iter([*here, *elsewhere]), None)
    unfinished = unfinished_of(found.record) if found else None
    if found is None or unfinished is None:
        return None
    begun = found.note.places[0].given if found.note.places else ""
    return replace(unfinished, facts={**unfinished.facts, "begun_at": begun}, is_of_port=bool(here))


def _read(key: str) -> JournalRecord | None:
    try:
        return Journal(SlotFiles(state_folder("journal"), key), key).read()
    except OSError:
        return None
