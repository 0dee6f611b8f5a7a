"""The results of fleets: kept as one JSON file a run, shown as table, CSV, JSON or page.

Rules: a run keeps its own file and names it; the last twenty stay; a file that is not ours is passed over.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from modemflash.errors import Refusal
from modemflash_host.families.vocabulary import Facts
from modemflash_host.fleet.board_state import BoardState
from modemflash_host.reporters import words as w
from modemflash_host.store.journal_files import make_newest
from modemflash_host.store.regular_file import read_regular
from modemflash_host.store.state_folder import kept_file, state_folder
from modemflash_host.strict_json import loads

_NAME = re.compile(r"\d{8}-\d{6}-\d{1,10}\.json")
_KEPT = 20
_FORMULA = ("=", "+", "-", "@")  # a cell that begins so is one in a spreadsheet
_LARGEST_BYTES = 32 << 20
COLUMNS = (
    "name",
    "port",
    "status",
    "code",
    "modem_state",
    "from_version",
    "to_version",
    "seconds",
    "starts",
    "happened",
    "next",
)


def content_of(states: Sequence[BoardState], seconds: float) -> Facts:
    """A run as it is kept and shown."""
    return {"fleet": 1, "seconds": round(seconds, 1), "boards": [row_of(state) for state in states]}


def keep(content: Facts) -> None:
    """Write a run down, and forget the oldest.

    Raises:
        OSError: it cannot be written.
    """
    folder = state_folder("fleets")
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.json"
    with kept_file(path) as file:
        file.write(json.dumps(content).encode())
    make_newest(path, "*.json")
    for old in _files(folder)[_KEPT:]:
        old.unlink(missing_ok=True)


def row_of(state: BoardState) -> Facts:
    """A board as it is kept: what it came to, and when it did what."""
    return {**state.row(), "began_s": round(state.began_s, 1), "phases": state.phases, "rates": state.rates}


def last() -> Facts:
    """The newest run that was kept.

    Raises:
        Refusal: `fleet-no-results`.
    """
    with suppress(OSError):  # no folder, no results
        for path in _files(state_folder("fleets")):
            if (content := _read(path)) is not None:
                return content
    raise Refusal("fleet-no-results")


def joined(paths: Sequence[Path]) -> Facts:
    """Runs of several computers as one, each board with its file's name before its own.

    Args:
        paths: files with what `modemflash fleet results --json` prints.

    Raises:
        Refusal: `fleet-results-broken`.
    """
    boards: list[Facts] = []
    seconds = 0.0
    for path in paths:
        content = _read(path)
        if content is None:
            raise Refusal("fleet-results-broken", str(path))
        boards += [{**row, "name": f"{path.stem}/{row['name']}"} for row in content["boards"]]
        seconds = max(seconds, content["seconds"])
    return {"fleet": 1, "seconds": seconds, "boards": boards}


def _read(path: Path) -> Facts | None:
    """A run as it was kept; None where there is none, or one that cannot be shown."""
    try:
        data = read_regular(path, _LARGEST_BYTES)
        text = data.decode("utf-16" if data[:2] == codecs.BOM_UTF16 else "utf-8-sig")  # PowerShell's >
        event, _, result = text.strip().partition("\n")
        content = loads(event if '"event": "result"' in result else text)
    except (OSError, ValueError):
        return None
    is_run = (
        isinstance(content, dict)
        and content.get("fleet") == 1
        and _is_number(content.get("seconds"))
        and _are_rows(content.get("boards"))
    )
    return content if is_run else None


def _are_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) and _is_row(row) for row in rows)


def _is_row(row: Facts) -> bool:
    """Whether it has all that is shown of a board, each of its kind."""
    numbers = [row.get(name) for name in ("seconds", "starts", "began_s")]
    points = row.get("rates")
    phases = row.get("phases")
    return (
        all(
            isinstance(row.get(name), str)
            for name in (*COLUMNS, "stage")
            if name not in ("seconds", "starts")
        )
        and all(map(_is_number, numbers))
        and isinstance(points, list)
        and all(isinstance(each, list) and len(each) == 2 and all(map(_is_number, each)) for each in points)
        and isinstance(phases, list)
        and all(isinstance(each, list) and len(each) == 2 and _is_number(each[0]) for each in phases)
    )


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _files(folder: Path) -> list[Path]:
    """The runs, the newest first."""
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: (_written_at(path), path.name), reverse=True)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another fleet has forgotten it meanwhile
        return 0.0


def as_csv(rows: Sequence[Facts]) -> str:
    """The rows for a spreadsheet, a line each; what could be a formula there is text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [w.printable(row[name]) for name in COLUMNS]
        writer.writerow([f"'{cell}" if cell[:1] in _FORMULA else cell for cell in cells])
    return out.getvalue()
