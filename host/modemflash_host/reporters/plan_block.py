"""A plan, as people read it: where it leads, with which files, how long, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from modemflash_host.consents import Consent, names_of
from modemflash_host.families.vocabulary import STRONG, Vocabulary
from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w
from modemflash_host.reporters.rows import STYLES, Rows, marked, texts

_NO_END = "while it answers"  # a slow transfer is not cut short


def plan_blocks(event: Event, vocabulary: Vocabulary, arrow: str) -> Iterator[RenderableType]:
    """The blocks of a plan that has something to do, in order."""
    name, tone = vocabulary.directions.get(event["direction"], (event["direction"], STRONG))
    versions = f"{event['from_version'] or 'unknown'} {arrow} {event['to_version'] or 'unknown'}"
    style = f"bold {STYLES[tone]}" if STYLES[tone] else "bold"
    rows = [("Plan", Text.assemble((w.printable(name), style), "  ", (w.printable(versions), "bold")))]
    for file in event["files"]:
        text = Text(f"{w.printable(file['name'])} ({w.size(file['size'])})")
        if file.get("why"):
            text.append(f", {w.printable(file['why'])}", "dim")
        rows.append((vocabulary.roles.get(file["role"], file["role"]), text))
    if board := event.get("board"):
        words = f"first the updater onto it: {board['files']} files, {w.size(board['bytes'])}"
        rows.append(("Board", Text(words + ("" if board["stays"] else ", taken off again afterwards"))))
    rows += texts(vocabulary.plan_rows(event))
    if event["unused"]:
        rows.append(("Not used", Text(", ".join(w.printable(name) for name in event["unused"]), "dim")))
    yield Rows(rows)
    yield ""
    yield Padding(_phases(event["phases"], vocabulary), (0, 0, 0, 2), expand=False)
    yield ""
    for text in event["warnings"]:
        yield warning_line(text)
    notes = _notes(event)
    if notes:
        yield Rows(notes)
        yield ""


def warning_line(text: str) -> Rows:
    """A warning, as it stands anywhere."""
    return marked("!", "bold yellow", Text(w.printable(text), "yellow"))


def _notes(event: Event) -> list[tuple[str, Text]]:
    notes = [("" if n else "No undo", Text(w.printable(text))) for n, text in enumerate(event["cannot_undo"])]
    if event["way_back"]:
        names = ", ".join(w.printable(name) for name in event["way_back"])
        notes.append(("If cut", Text(f"run the same command again; it needs {names}")))
    for number, need in enumerate(event["consents"]):
        name = names_of([Consent(need["consent"], need["subject"])])
        text = Text.assemble((w.printable(name), "bold"), f": {w.printable(need['danger'])}")
        notes.append(("" if number else "Consent", text))
    return notes


def _phases(phases: list[Event], vocabulary: Vocabulary) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("phase", header_style="dim", min_width=12)
    table.add_column("usual", header_style="dim", justify="right", no_wrap=True)
    table.add_column("allowed", header_style="dim", style="dim", justify="right", no_wrap=True)
    for phase in phases:
        allowed = w.span(phase["allowed_s"]) if phase["allowed_s"] else _NO_END
        table.add_row(w.printable(vocabulary.phase(phase["phase"])), w.span(phase["usual_s"]), allowed)
    usual = sum(phase["usual_s"] for phase in phases)
    table.add_row(Text("in all", "bold"), Text(w.span(usual), "bold"), "")
    return table
