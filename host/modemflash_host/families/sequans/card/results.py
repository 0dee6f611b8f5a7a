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
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modemflash_host.errors.card import Refusal
from modemflash_host.families.sequans.card.layout import RESULTS
from modemflash_host.reporters.words import printable

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
_MOST_BYTES = 64 << 20
INTERRUPTED = "interrupted"  # it began, and no end was written


@dataclass(frozen=True, slots=True)
class Board:
    """What became of one board.

    Attributes:
        board: its unique id.
        row: its last word, by `COLUMNS`.
        attempts: every line of it on every card.
    """

    board: str
    row: dict[str, Any]
    attempts: tuple[dict[str, Any], ...]

    @property
    def good(self) -> bool:
        """Whether its modem runs what it should."""
        return self.row["result"] in _GOOD


@dataclass(frozen=True, slots=True)
class Table:
    """All boards of all cards.

    Attributes:
        boards: by unique id.
        torn_lines: lines that no power cut left whole.
    """

    boards: tuple[Board, ...]
    torn_lines: int

    def as_csv(self) -> str:
        """The rows, for a spreadsheet."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in each.row.items()} for each in self.boards)
        return text.getvalue()


def _cell(value: Any) -> str:
    """A value as text that stays text."""
    text = "" if value is None else printable(value)
    is_formula = isinstance(value, str) and text[:1] in ("=", "+", "-", "@")
    return "'" + text if is_formula else text


@dataclass(slots=True)
class _Seen:
    lines: list[dict[str, Any]] = field(default_factory=list)
    last: list[dict[str, Any]] = field(default_factory=list)  # of each card


def results(folders: Sequence[Path]) -> Table:
    """Read the results of several cards.

    Raises:
        Refusal: a folder holds none, or cannot be read.
    """
    seen: dict[str, _Seen] = {}
    torn = 0
    for folder in folders:
        where = folder / RESULTS if (folder / RESULTS).is_dir() else folder
        paths = sorted(where.glob("*.jsonl"))
        if not paths:
            raise Refusal("card-no-results", str(folder))
        for path in paths:
            lines, bad = _lines(path)
            torn += bad
            if lines:
                board = seen.setdefault(str(lines[-1].get("board", path.stem)), _Seen())
                board.lines += lines
                board.last.append({**lines[-1], "card": str(folder)})
    return Table(tuple(_board(name, seen[name]) for name in sorted(seen)), torn)


def _lines(path: Path) -> tuple[list[dict[str, Any]], int]:
    found, torn = [], 0
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise Refusal("card-no-results", f"{path.name} is no file that a board wrote")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Refusal("card-gone", f"{path.name}: {error.strerror}") from error
    for line in text.splitlines():
        try:
            words = json.loads(line)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, dict):
            found.append(words)
        elif line.strip("\0 "):
            torn += 1
    return found, torn


def _board(name: str, seen: _Seen) -> Board:
    best = next((line for line in reversed(seen.last) if line.get("result") in _GOOD), seen.last[-1])
    row = {column: best.get(column) for column in COLUMNS}
    row["board"] = name
    row["attempts"] = sum(line.get("result") == "begun" for line in seen.lines)
    if row["result"] == "begun":
        row["result"] = INTERRUPTED
    return Board(name, row, tuple(seen.lines))
