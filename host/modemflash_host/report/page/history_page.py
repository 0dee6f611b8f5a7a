"""The page of all remembered runs: a row a run, the newest first; narrow screens get a block a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modemflash.errors import CATALOGUE
from modemflash_host.families.vocabulary import BAD, DOUBT, GOOD, PLAIN
from modemflash_host.report.history import NO_END, RUNNING, Row
from modemflash_host.report.page.markup import Markup, element, page, parted, prose, section, spans, table
from modemflash_host.reporters.words import clock_time

_TITLE = "The last runs of modemflash on this computer"
_HEADS = ("#", "started", "command", "module", "version", "result", "time")
_STATUSES = {
    "updated": ("updated", GOOD),
    "nothing-to-do": ("nothing written", PLAIN),
    "installed-unconfirmed": ("installed, not confirmed", DOUBT),
    "refused": ("refused", DOUBT),
    "interrupted": ("interrupted", DOUBT),
    "failed": ("failed", BAD),
    NO_END: ("no end: it was killed", BAD),
    RUNNING: ("still runs", PLAIN),
}
_OF_ONE = "modemflash report NUMBER --html"


def history_page(rows: Sequence[Row]) -> str:
    """The page.

    Args:
        rows: the runs, newest first.
    """
    counts = Counter(_STATUSES.get(row.status, (row.status, ""))[0] for row in rows)
    summary = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    body = [_run(number, row) for number, row in enumerate(rows, 1)]
    return page(
        _TITLE,
        element("header", element("p", element("b", "modemflash"), " history", class_="run")),
        element(
            "main",
            element("h1", _TITLE),
            element("p", f"{summary}." if summary else "No run is remembered yet.", class_="more"),
            section("Runs", table("The newest first", _HEADS, body, "history") if body else ""),
        ),
        element("footer", element("p", element("code", _OF_ONE), " makes the page of one run.")),
    )


def _run(number: int, row: Row) -> Markup:
    changed = row.to_version and row.to_version != row.from_version
    version = f"{row.from_version or 'unknown'} → {row.to_version}" if changed else row.from_version
    result = spans([_STATUSES.get(row.status, (row.status, PLAIN))])
    if row.code and row.code != row.status:
        said = CATALOGUE[row.code][0] if row.code in CATALOGUE else row.code
        result += element("span", prose(said), class_="about")
    module = element("span", row.modem or "–") + element("span", row.board, class_="about")
    return element(
        "tr",
        element("th", str(number), scope="row", id=f"run-{number}"),
        element("td", row.started),
        element("td", row.command),
        element("td", module, class_="wrap"),
        element("td", parted(version), class_="wrap"),
        element("td", result, class_="wrap"),
        element("td", "" if row.seconds is None else clock_time(row.seconds)),
    )
