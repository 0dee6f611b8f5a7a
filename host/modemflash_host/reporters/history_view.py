"""The last runs, as people read them.

Rules: every value passes `printable`; narrow terminals get lines instead of a
table that wraps; a run is named by its number, the newest is 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from modemflash_host.report.history import NO_END, Row
from modemflash_host.reporters import words as w

_WIDE = 72
_STYLES = {
    "updated": "green",
    "nothing-to-do": "green",
    "installed-unconfirmed": "yellow",
    "refused": "yellow",
    "interrupted": "yellow",
    "failed": "bold red",
    NO_END: "bold red",
}


def history_table(rows: Sequence[Row], width: int, arrow: str = "→") -> RenderableType:
    """A table, or a list where there is no room for one.

    Args:
        rows: the runs, newest first.
        width: columns of the terminal.
        arrow: what stands between two builds.
    """
    if not rows:
        return Text("No run is remembered yet.")
    if width < _WIDE:
        return Group(*(_lines(number, row, arrow) for number, row in enumerate(rows, 1)))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("#", justify="right", style="bold")
    table.add_column("started", no_wrap=True)
    for name in ("board", "modem", "builds", "result"):
        table.add_column(name, overflow="fold")
    table.add_column("time", justify="right", no_wrap=True)
    for number, row in enumerate(rows, 1):
        values = (w.printable(row.started), row.board, row.modem, _builds(row, arrow))
        table.add_row(str(number), *(Text(w.printable(each)) for each in values), _result(row), _time(row))
    return table


def _lines(number: int, row: Row, arrow: str) -> Text:
    text = Text(f"{number} {w.printable(row.started)}", "bold").append(
        f" {w.printable(row.command)}\n", "not bold"
    )
    text.append("  ").append_text(_result(row)).append(f" {_time(row)}\n")
    about = (row.board, row.modem, _builds(row, arrow))
    return text.append("  " + " ".join(w.printable(each) for each in about if each), "dim")


def _builds(row: Row, arrow: str) -> str:
    if row.to_build is None or row.to_build == row.from_build:
        return str(row.from_build or "")
    return f"{row.from_build or 'unknown'} {arrow} {row.to_build}"


def _result(row: Row) -> Text:
    status = "no end" if row.status == NO_END else row.status
    text = Text(w.printable(status), _STYLES.get(row.status, ""))
    if row.code not in ("", row.status):
        text.append(f" ({w.printable(row.code)})", "dim")
    return text


def _time(row: Row) -> str:
    return "" if row.seconds is None else w.clock_time(row.seconds)
