"""What boards wrote on cards, merged into one table.

Rules: a board has no calendar, so attempts are ordered by their number on each
card; a success anywhere counts as the board's state, because a board whose
modem runs the target says so on every other card; a torn line is counted and
passed over; unknown fields of a later schema are left alone; what a card says
is text and nothing else, in a spreadsheet, too, where a cell that begins like a
formula would be carried out.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modemflash_host import strict_json
from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.layout import RESULTS
from modemflash_host.reporters.words import printable
from modemflash_host.store.regular_file import NotRegular, TooLarge, read_regular

COLUMNS = (
    "board",
    "type",
    "result",
    "code",
    "modem_state",
    "from_build",
    "to_build",
    "attempts",
    "seconds",
    "imei",
    "card",
)
_GOOD = ("updated", "nothing-to-do")
_MOST_BYTES = 2 << 20  # a board that tried a thousand times writes a quarter of that
_MOST_FILES = 10_000  # one for each board that had the card
_LONGEST_CELL = 200
BEGUN = "begun"  # as a board writes it
INTERRUPTED = "interrupted"  # it began, and no end was written


Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a board wrote about one attempt: when it began, and again when it ended.

    Fields that a line does not have, or that hold no plain value, are None; the names are the
    board's (`modemflash.board.records`).
    """

    board: Cell = None
    type: Cell = None
    result: Cell = None
    code: Cell = None
    modem_state: Cell = None
    from_build: Cell = None
    to_build: Cell = None
    seconds: Cell = None
    imei: Cell = None

    @classmethod
    def decode(cls, line: str) -> Attempt | None:
        """The attempt that a line is about; None for a line that no power cut left whole."""
        try:
            words = strict_json.loads(line)
        except ValueError:
            return None
        if not isinstance(words, dict):
            return None
        known = {name: words.get(name) for name in cls.__slots__}
        return cls(**{name: value for name, value in known.items() if _is_cell(value)})

    @property
    def is_good(self) -> bool:
        """Whether the modem runs what it should."""
        return self.result in _GOOD


@dataclass(frozen=True, slots=True)
class BoardResult:
    """What became of one board.

    Attributes:
        board: its unique id.
        last: its last word.
        attempts: how often it began, on all cards.
        card: which card has its last word.
    """

    board: str
    last: Attempt
    attempts: int
    card: str

    @property
    def good(self) -> bool:
        """Whether its modem runs what it should."""
        return self.last.is_good

    @property
    def row(self) -> dict[str, Cell]:
        """The cells by `COLUMNS`."""
        mine: dict[str, Cell] = {"board": self.board, "attempts": self.attempts, "card": self.card}
        if self.last.result == BEGUN:
            mine["result"] = INTERRUPTED
        return {name: mine[name] if name in mine else getattr(self.last, name) for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Table:
    """All boards of all cards.

    Attributes:
        boards: by unique id.
        torn_lines: lines that no power cut left whole.
    """

    boards: tuple[BoardResult, ...]
    torn_lines: int

    def as_csv(self) -> str:
        """The rows, for a spreadsheet."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in each.row.items()} for each in self.boards)
        return text.getvalue()


def _cell(value: Cell) -> str:
    """A value as text that stays text."""
    text = "" if value is None else printable(value)
    is_formula = isinstance(value, str) and text[:1] in ("=", "+", "-", "@")
    return "'" + text if is_formula else text


@dataclass(slots=True)
class _Seen:
    attempts: int = 0
    last: list[tuple[Attempt, str]] = field(default_factory=list)  # of each card


def results(folders: Sequence[Path]) -> Table:
    """Read the results of several cards.

    Raises:
        Refusal: a folder holds none, or cannot be read.
    """
    seen: dict[str, _Seen] = {}
    torn = 0
    for folder in folders:
        where = folder / RESULTS if (folder / RESULTS).is_dir() else folder
        paths = _files(where)
        if not paths:
            raise Refusal("card-no-results", str(folder))
        for path in paths:
            last, begun, bad = _attempts(path)
            torn += bad
            if last is not None:
                board = seen.setdefault(path.stem if last.board is None else str(last.board), _Seen())
                board.attempts += begun
                board.last.append((last, str(folder)))
    return Table(tuple(_board(name, seen[name]) for name in sorted(seen)), torn)


def _is_cell(value: object) -> bool:
    """Whether a board may have written it: a number, or a text of its length."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _LONGEST_CELL)


def _files(folder: Path) -> list[Path]:
    """What boards wrote, by name.

    Raises:
        Refusal: `card-no-results`: there are more than boards write.
    """
    found = list(itertools.islice(folder.glob("*.jsonl"), _MOST_FILES + 1))
    if len(found) > _MOST_FILES:
        raise Refusal("card-no-results", f"more than {_MOST_FILES} files in {folder}")
    return sorted(found)


def _attempts(path: Path) -> tuple[Attempt | None, int, int]:
    """The last attempt of one file, how many were begun, and how many lines are torn."""
    last, begun, torn = None, 0, 0
    try:
        lines = io.BytesIO(read_regular(path, _MOST_BYTES, follow=False))
    except (NotRegular, TooLarge) as error:
        raise Refusal("card-no-results", f"{path.name} is no file that a board wrote") from error
    except OSError as error:
        raise Refusal("card-gone", f"{path.name}: {error.strerror}") from error
    for data in lines:
        line = data.decode("utf-8", "replace").strip()
        attempt = Attempt.decode(line)
        if attempt is not None:
            last = attempt
            begun += attempt.result == BEGUN
        elif line.strip("\0 "):
            torn += 1
    return last, begun, torn


def _board(name: str, seen: _Seen) -> BoardResult:
    best, card = next((each for each in reversed(seen.last) if each[0].is_good), seen.last[-1])
    return BoardResult(name, best, seen.attempts, card)
