"""The last runs, as people read them: a line of columns for each, and a dim one about where and why.

Rules: every value passes `printable`; narrow terminals get the columns below
each other; a run is named by its number, the newest is 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from modemflash_host.report.history import NO_END, RUNNING, Row
from modemflash_host.reporters import words as w
from modemflash_host.reporters.rows import Rows

_COLUMNS = (("started", 16), ("command", 8), ("version", 17), ("result", 17))
_NUMBER, _TIME, _GAP = 2, 7, 2
_WIDE = _NUMBER + sum(_GAP + cells for _, cells in _COLUMNS) + _GAP + _TIME
_NOTHING = "nothing-to-do"  # info and a dry run: what was done stands in the code
_STYLES = {
    "updated": "green",
    _NOTHING: "green",
    "installed-unconfirmed": "yellow",
    "refused": "yellow",
    "interrupted": "yellow",
    "failed": "bold red",
    NO_END: "bold red",
    RUNNING: "cyan",
}


def history_table(rows: Sequence[Row], width: int, arrow: str = "→") -> RenderableType:
    """The runs as lines.

    Args:
        rows: the runs, newest first.
        width: columns of the terminal.
        arrow: what stands between two versions.
    """
    if not rows:
        return Text("No run is remembered yet.")
    return Group(*_table(rows, width, arrow))


def _table(rows: Sequence[Row], width: int, arrow: str) -> Iterator[RenderableType]:
    wide = width >= _WIDE
    if wide:
        names = "".join(f"{name:<{cells + _GAP}}" for name, cells in _COLUMNS)
        yield Text(f"{'#':>{_NUMBER}}{'':{_GAP}}{names}{'time':>{_TIME}}", "dim")
    for number, row in enumerate(rows, 1):
        begun = (Text(w.printable(row.started)), Text(w.printable(row.command)))
        ended = (Text(_versions(row, arrow)), _result(row))
        time = "" if row.seconds is None else w.clock_time(row.seconds)
        line = Text.assemble((f"{number:>{_NUMBER}}", "bold"), " " * _GAP)
        columns = line.copy()
        for cell, (_, cells) in zip((*begun, *ended), _COLUMNS, strict=True):
            columns.append_text(cell).append(" " * max(1, cells + _GAP - len(cell)))
        columns.append(f"{time:>{_TIME}}")
        if wide and len(columns) <= width:
            yield columns
        else:
            yield line.append_text(_joined(begun))
            yield _indented(_joined((*ended, Text(time))))
        code = row.code if row.status != _NOTHING and row.code != row.status else ""
        about = [w.printable(each) for each in (row.board, row.modem, code) if each]
        yield _indented(Text(", ".join(about), "dim"))


def _joined(cells: Sequence[Text]) -> Text:
    return Text("  ").join(cell for cell in cells if cell.plain)


def _indented(words: Text) -> RenderableType:
    """Below the first column, each of its lines."""
    return Rows([("", words)], width=_NUMBER + _GAP - 1)


def _versions(row: Row, arrow: str) -> str:
    if not row.to_version or row.to_version == row.from_version:
        return w.printable(row.from_version)
    return w.printable(f"{row.from_version or 'unknown'} {arrow} {row.to_version}")


def _result(row: Row) -> Text:
    words = "no end" if row.status == NO_END else row.status
    if row.status == _NOTHING and row.code:
        words = row.code
    return Text(w.printable(words), _STYLES.get(row.status, ""))
