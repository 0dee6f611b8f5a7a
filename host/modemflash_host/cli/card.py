"""`modemflash card`: SD cards that update boards with no PC."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import rich_click as click
from rich.table import Table as Grid
from rich.text import Text

from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.family_options import (
    consents_of,
    danger_names,
    option_names,
    options_of,
    options_of_family,
)
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.families.plan import Request
from modemflash_host.families.sequans import card as cards
from modemflash_host.families.sequans.card.lights import LIGHTS, RHYTHMS
from modemflash_host.families.sequans.card.readme import HOOK, can_lines
from modemflash_host.families.sequans.card.results import COLUMNS
from modemflash_host.families.sequans.forecast import Forecast
from modemflash_host.families.sequans.job import engine_options
from modemflash_host.reporters import Event, Reporter
from modemflash_host.reporters.rows import Paragraph
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.words import printable
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result

click.rich_click.OPTION_GROUPS["modemflash card prepare"] = [
    {"name": "Options", "options": ["--to", "--with-engine", "--with-imei", "--hold-light"]},
    {"name": "Consent", "options": danger_names()},
    {"name": "Special cases", "options": option_names("special")},
    {"name": "Output", "options": ["--json", "--color", "--verbose", "--quiet", "--help"]},
]


@click.group(cls=HelpGroup)
def card() -> None:
    """SD cards that update boards with no PC."""


@card.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="The card."
)
@click.option(
    "--with-engine", is_flag=True, help="Put the updater on the card, too; boards with an older one use it."
)
@click.option("--with-imei", is_flag=True, help="Let boards write their modem's IMEI into the results.")
@click.option(
    "--hold-light",
    is_flag=True,
    help="Boards show their end, and their own program waits, until the card is taken out.",
)
@options_of_family("sequans")
@talk_options
def prepare(
    sources: tuple[Path, ...],
    folder: Path,
    with_engine: bool,
    with_imei: bool,
    hold_light: bool,
    talk: Talk,
    **words: object,
) -> int:
    """Lay firmware out on a card. SOURCEs are files, folders or zip archives.

    A consent holds for every board that the card is put into.
    """
    made: list[cards.Prepared] = []
    judged: list[Forecast] = []

    def work(reporter: Reporter) -> Result:
        prepared = cards.prepare(
            sources,
            folder,
            reporter,
            consents=consents_of(words),
            options=engine_options(Request("", options=options_of(words))),
            with_engine=with_engine,
            with_imei=with_imei,
            hold_light=hold_light,
            on_forecasts=judged.extend,
        )
        made.append(prepared)
        reporter.say("card", **_fields(prepared))
        return Result("nothing-to-do", "card-prepared", seconds=reporter.at_s)

    code = carry_out(work, talk)
    if talk.as_json or talk.quiet:
        return code
    if judged and not made:
        _show_ways(SteadyConsole(), judged, "What boards would do with it")
    if made:
        console = SteadyConsole()
        _show_ways(console, made[0].forecasts)
        _show_lights(console)
        console.print(Text("\nEach board needs the hook once", "bold"))
        for line in HOOK:
            console.print(line, markup=False)
        console.print(Text("\nEject the card in your system before you take it out.", "bold"))
    return code


@card.command()
@click.argument("folder", type=click.Path(path_type=Path))
@talk_options
def check(folder: Path, talk: Talk) -> int:
    """Compare every file in FOLDER with what was prepared."""
    found: list[cards.Checked] = []

    def work(reporter: Reporter) -> Result:
        checked = cards.check(folder, reporter)
        found.append(checked)
        reporter.say("card", **_fields(checked))
        return Result("nothing-to-do", "card-good", seconds=reporter.at_s)

    code = carry_out(work, talk)
    if found and not talk.as_json and not talk.quiet:
        _show_ways(SteadyConsole(), found[0].forecasts)
    return code


@card.command("results")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
@talk_options
def show_results(folders: tuple[Path, ...], as_csv: bool, talk: Talk) -> int:
    """Merge what boards wrote on the cards in FOLDERs into one table."""
    if as_csv:  # for a program to read: nothing else may stand there
        sys.stdout.write(cards.results(folders).as_csv())
        return exit_codes.DONE
    tables: list[cards.Table] = []

    def work(reporter: Reporter) -> Result:
        table = cards.results(folders)
        tables.append(table)
        for board in table.boards:
            reporter.say("card-result", **board.row)
        return Result("nothing-to-do", "card-results", seconds=reporter.at_s)

    code = carry_out(work, talk)
    if not tables or talk.as_json or talk.quiet:
        return code
    console = SteadyConsole()
    boards = tables[0].boards
    console.print(_results_grid(boards))
    console.print(Text(f"{sum(board.good for board in boards)} of {len(boards)} updated", "bold"))
    if tables[0].torn_lines:
        console.print(f"{tables[0].torn_lines} lines were torn by a power cut and are left out.", style="dim")
    return code


def _results_grid(boards: tuple[cards.BoardResult, ...]) -> Grid:
    """What fits 80 columns; the name of a board is never cut. The rest is in --csv and --json."""
    has_imei = any(board.row["imei"] is not None for board in boards)
    grid = Grid(box=None, header_style="bold")
    grid.add_column("board", no_wrap=True, min_width=12)
    for name in ("type", "result", "builds", "tries", "imei", "card"):
        if name != "imei" or has_imei:
            grid.add_column(name, overflow="fold")
    for board in boards:
        row = board.row
        words = {name: "" if row[name] is None else printable(row[name]) for name in COLUMNS}
        result, code = words["result"], words["code"]
        builds = " → ".join(text for text in (words["from_build"], words["to_build"]) if text)
        cells = [
            words["board"],
            words["type"],
            result if code in ("", result) else f"{result}: {code}",
            builds,
        ]
        cells += [words["attempts"], *([words["imei"]] if has_imei else []), words["card"]]
        grid.add_row(*map(Text, cells), style="green" if board.good else "yellow")
    return grid


def _fields(card: cards.Prepared | cards.Checked) -> Event:
    """A card as the fields of an event."""
    names = ("state", "origin", "target", "code", "missing")
    rows = [{name: getattr(each, name) for name in names} for each in card.forecasts]
    return {
        "folder": str(card.folder),
        "ways": json.loads(json.dumps(rows)),
        "with_engine": card.with_engine,
        "with_imei": card.with_imei,
    }


def _show_ways(console: SteadyConsole, ways: Sequence[Forecast], title: str = "What this card does") -> None:
    console.print(Text("\n" + title, "bold"))
    for line in can_lines(ways):
        console.print(Paragraph(Text(line)))


def _show_lights(console: SteadyConsole) -> None:
    console.print(Text("\nWhat the board's light says", "bold"))
    grid = Grid.grid(padding=(0, 2))
    for name, meaning, do in LIGHTS:
        grid.add_row(Text(RHYTHMS[name], "bold"), Text(f"{meaning} {do}"))
    console.print(grid)
