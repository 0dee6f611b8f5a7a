"""The results of a fleet as lines: a board each, and below it what is to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from modemflash_host.families.vocabulary import Facts
from modemflash_host.fleet.table import wrapped
from modemflash_host.fleet.words import short_name
from modemflash_host.reporters import words as w

_SHORTEST_NAME, _LONGEST_NAME, _STATUS = 16, 32, 20
_GOOD = ("updated", "nothing-to-do")


def result_rows(rows: Sequence[Facts], width: int, arrow: str = "→") -> Iterator[Text]:
    """The lines of a kept run.

    Args:
        rows: as `modemflash_host.fleet.results` keeps them.
        width: cells of the terminal.
        arrow: between two versions.
    """
    cells = min(_LONGEST_NAME, max((len(row["name"]) for row in rows), default=0))
    cells = max(_SHORTEST_NAME, cells)
    for row in rows:
        is_good = row["status"] in _GOOD
        status = str(
            row["code"] if row["status"] in ("nothing-to-do", "refused", "failed", "") else row["status"]
        )
        line = Text(f"{short_name(w.printable(row['name']), cells):<{cells}}")
        line.append(
            f"  {w.printable(status or row['stage']):<{_STATUS}.{_STATUS}}",
            "green" if is_good else "bold red",
        )
        versions = f" {arrow} ".join(dict.fromkeys(filter(None, (row["from_version"], row["to_version"]))))
        line.append(f"  {w.printable(versions)}  {w.clock_time(float(row['seconds']))}", "dim")
        line.truncate(max(1, width))
        yield line
        told = " ".join(str(row[name]) for name in ("happened", "next") if row[name])
        if not is_good and told:
            for each in wrapped(Text(w.printable(told), "dim"), width - 2):
                yield Text("  ") + each
    good = sum(row["status"] in _GOOD for row in rows)
    yield Text(f"{good} of {len(rows)} run what they should.", "bold")
