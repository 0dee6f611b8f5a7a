"""This PC's journals of Sequans modems: one for what is behind a port, or for the modem of a board."""

from __future__ import annotations

from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash_host.board.modem_update import JournalRecord
from modemflash_host.families.plan import DIRECT, Unfinished
from modemflash_host.families.sequans.plan import unfinished_of
from modemflash_host.store import journal_files
from modemflash_host.store.journal_files import SlotFiles, journal_key
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
    """The journal of what is behind `port`."""
    key = journal_key(port)
    store: SlotFiles | _NoFolder
    try:
        store = SlotFiles(state_folder("journal"), key)
    except OSError as error:
        store = _NoFolder(error)
    return Journal(store, key, line.report)


def journal_of_board(port: str, address: str, line: Line) -> Journal:
    """The journal of the board with that address; of the last one at `port` where it is ""."""
    try:
        address = journal_files.board_at(state_folder("journal"), port, address)
    except OSError:
        pass
    return journal_at(address or port, line)


def unfinished_of_board(address: str, record: JournalRecord | None = None) -> Unfinished | None:
    """An update of a board's modem that did not finish.

    Args:
        address: the board's.
        record: what the board's own journal has; it counts before this PC's note.
    """
    return unfinished_of(record or _read(journal_key(address)))


def may_be_unfinished(port: str, via: str) -> bool:
    """Whether a modem that was not reached may be one whose update did not finish.

    Journals of boards go by the board's address, which nobody can ask for now: then any of them counts.
    """
    try:
        folder = state_folder("journal")
    except OSError:
        return False
    known = {journal_key(port)} if via == DIRECT else journal_files.keys(folder)
    return any(has_written(_read(key)) for key in known)


def _read(key: str) -> JournalRecord | None:
    try:
        return Journal(SlotFiles(state_folder("journal"), key), key).read()
    except OSError:
        return None
