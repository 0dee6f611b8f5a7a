"""What a run leaves on the card: a log for people, results for tables.

Rules that hold here: a card that is full, read-only or gone never stops a run,
it only ends the writing; every line is on the medium before the next thing
happens; a board has no calendar, so times are seconds since the run began.
"""

import json
import os
import sys

from modemflash.board.card import exists, size_of
from modemflash.interface import LOG_NAME

LOG_MOST = 131072  # bytes; the log before it is kept as .old
SCHEMA = 1
COLUMNS = (
    "schema", "board", "type", "attempt", "from_build", "to_build", "result", "code", "modem_state",
    "seconds", "imei",
)  # fmt: skip


class Log:
    """A text file that grows to `LOG_MOST` and then begins anew.

    Args:
        card: the medium.
    """

    def __init__(self, card: "Card") -> None:
        self._path = card.root + "/" + LOG_NAME
        self._card = card
        size = size_of(self._path)
        if size is not None and size > LOG_MOST:
            card.change(_turn_over, self._path)  # read-only, or it could grow for ever

    def write(self, line: str) -> None:
        """One more line."""
        self._card.append(self._path, line + "\n")

    def trace(self, error: BaseException) -> None:
        """Where a defect of the updater itself happened."""
        self._card.change(_trace, self._path, error)


class Results:
    """One board's attempts: lines in `results/<board>.jsonl`, and one in `results.csv` for each that ended.

    Args:
        card: the medium.
        board: the board's unique id.
        kind: `GPy` or `FiPy`.
    """

    def __init__(self, card: "Card", board: str, kind: str) -> None:
        self._card = card
        self._folder = card.root + "/results"
        self._path = self._folder + "/" + board + ".jsonl"
        self._words = {"schema": SCHEMA, "board": board, "type": kind}  # type: dict[str, Any]

    def begin(self, words: "dict[str, Any]") -> None:
        """An attempt begins. Should the power go, this line is what is left of it."""
        if not exists(self._folder):
            self._card.change(os.mkdir, self._folder)
        self._words["attempt"] = self._count() + 1
        self._add(words)

    def end(self, words: "dict[str, Any]") -> bool:
        """It ended. False where the card did not take that."""
        row = self._add(words)
        path = self._card.root + "/results.csv"
        if not exists(path):
            self._card.append(path, ",".join(COLUMNS) + "\n")
        cells = [row.get(name) for name in COLUMNS]
        return self._card.append(path, ",".join(["" if cell is None else str(cell) for cell in cells]) + "\n")

    def _add(self, words: "dict[str, Any]") -> "dict[str, Any]":
        row = dict(self._words)
        row.update(words)
        self._card.append(self._path, json.dumps(row) + "\n")
        return row

    def _count(self) -> int:
        try:
            count = 0
            with open(self._path, "rb") as file:
                while True:
                    line = file.readline()
                    if not line:
                        return count
                    count += line.find(b'"begun"') >= 0
        except OSError:
            return 0


def _turn_over(path: str) -> None:
    if exists(path + ".old"):
        os.remove(path + ".old")  # a rename replaces nothing on 1.18
    os.rename(path, path + ".old")


def _trace(path: str, error: BaseException) -> None:
    with open(path, "a") as file:
        sys.print_exception(error, file)  # type: ignore[attr-defined]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.board.card import Card
