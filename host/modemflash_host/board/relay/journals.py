"""The journal on the board, read and written from the PC, beside the PC's own.

Rules: the board's record counts before the PC's, because the board goes with
its modem and the PC may be another one; nothing is written to a board that has
no record.
"""

from __future__ import annotations

from typing import Any

from modemflash.interface import JOURNAL_FOLDER, JOURNAL_NAME
from modemflash.journal import Journal
from modemflash_host.board.console.session import BoardSession
from modemflash_host.errors import BoardProblem

PATHS = tuple(f"{JOURNAL_FOLDER}/{JOURNAL_NAME}.{slot}" for slot in (0, 1))


class BoardSlots:
    """The journal's store: two files on the board.

    Args:
        session: the board.
    """

    def __init__(self, session: BoardSession) -> None:
        self._session = session

    def load(self, slot: int) -> bytes:
        """The bytes of slot 0 or 1; empty when there are none."""
        files = self._session.files
        return files.get(PATHS[slot]) if (files.size(PATHS[slot]) or 0) > 0 else b""

    def save(self, slot: int, data: bytes) -> None:
        """Replace the bytes of a slot.

        Raises:
            OSError: it could not be written.
        """
        try:
            self._session.files.put(PATHS[slot], data)
        except BoardProblem as problem:
            raise OSError(problem.happened) from problem


class BothJournals(Journal):
    """What the board knows, and what this PC knows where the board knows nothing.

    Args:
        session: the board.
        mac: its address, the key of its journal.
        here: this PC's.
    """

    def __init__(self, session: BoardSession, mac: str, here: Journal) -> None:
        super().__init__(BoardSlots(session), mac)
        self.here = here

    def read(self) -> dict[str, Any] | None:
        """See `Journal`."""
        return super().read() or self.here.read()

    def write(self, record: dict[str, Any] | None) -> None:
        """See `Journal`."""
        self.here.write(record)
        if super().read() is not None:
            super().write(record)
