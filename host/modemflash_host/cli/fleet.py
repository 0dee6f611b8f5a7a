"""`modemflash fleet`: many boards by one command, each in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.api.firmware import select_files
from modemflash_host.cli.asking import wrapped
from modemflash_host.cli.family_options import option_names, options_of, plain_options, words_of_options
from modemflash_host.cli.fleet_options import how, kept_in, which_boards
from modemflash_host.cli.fleet_run import carry_out_fleet, check_target, write_output, write_results
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.options import Number, Talk, talk_options
from modemflash_host.cli.place import refuse_mixture
from modemflash_host.consents import YES
from modemflash_host.errors import ConsentMissing
from modemflash_host.families.vocabulary import Event
from modemflash_host.fleet.board_state import BoardState
from modemflash_host.fleet.fleet_file import BoardEntry, fleet_text
from modemflash_host.fleet.supervisor import Limits
from modemflash_host.links.names import is_simulated
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run.result import Result

for _verb in ("update", "plan"):
    click.rich_click.OPTION_GROUPS[f"modemflash fleet {_verb}"] = [
        {"name": "Boards", "options": ["--boards", "--all", "--jobs", "--wait", "--canary", "--stop-after"]},
        {"name": "Options", "options": option_names("options")},
        {"name": "Special cases", "options": option_names("special")},
        {"name": "Results", "options": ["--html", "--csv"]},
        {"name": "Output", "options": ["--yes", "--json", "--color", "--verbose", "--quiet"]},
    ]


@click.group(cls=HelpGroup)
def fleet() -> None:
    """Update many boards: a bench, a rack, several computers.

    The boards stand in a file (`modemflash fleet scan -o fleet.toml` writes one), each
    with what is expected at its port. Every board is an update of its own: what
    happens to one changes nothing for another.
    """


@fleet.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@which_boards
@how
@click.option(
    "--canary",
    type=Number(0),
    metavar="N",
    default=0,
    help="So many first; all must end well.",
)
@click.option(
    "--stop-after",
    type=Number(0),
    metavar="N",
    default=0,
    help="Begin none after so many failures.",
)
@click.option("-y", "--yes", is_flag=True, help="Say yes to plain upgrades, and to nothing else.")
@kept_in
@plain_options
@talk_options
def update(
    files: tuple[Path, ...],
    boards: Path | None,
    everything: bool,
    jobs: int,
    wait: int,
    canary: int,
    stop_after: int,
    yes: bool,
    html: Path | None,
    csv_file: Path | None,
    talk: Talk,
    **words: object,
) -> int:
    """Update all boards with firmware FILEs; the same command again goes on with those that are not done.

    A danger is never accepted for all at once: it stands with its board in the list.
    """

    def before(entries: Sequence[BoardEntry], reporter: Reporter) -> None:
        _check_files(files, entries, words, reporter)
        if not yes:
            _agree(len(entries), jobs, canary, reporter, talk)

    def line(entry: BoardEntry, port: str) -> list[str]:
        consents = [f"--{consent.replace(' ', '=', 1)}" for consent in entry.consents]
        return _update_line(entry, port, files, words, "--yes", *consents)

    refuse_mixture(html, csv_file, is_taken=True)
    limits = Limits(jobs, canary, stop_after, wait)
    return carry_out_fleet(boards, everything, limits, line, talk, before, (html, csv_file))


@fleet.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@which_boards
@how
@plain_options
@talk_options
def plan(
    files: tuple[Path, ...],
    boards: Path | None,
    everything: bool,
    jobs: int,
    wait: int,
    talk: Talk,
    **words: object,
) -> int:
    """Show what `fleet update` would do to each board; nothing is written."""

    def line(entry: BoardEntry, port: str) -> list[str]:
        return _update_line(entry, port, files, words, "--dry-run")

    def before(entries: Sequence[BoardEntry], reporter: Reporter) -> None:
        _check_files(files, entries, words, reporter)

    return carry_out_fleet(boards, everything, Limits(jobs, port_wait_s=wait), line, talk, before)


@fleet.command()
@which_boards
@how
@talk_options
def info(boards: Path | None, everything: bool, jobs: int, wait: int, talk: Talk) -> int:
    """Ask every board and its modem who they are; writes nothing."""

    def line(entry: BoardEntry, port: str) -> list[str]:
        return ["info", "--json", "--port", port, "--via", entry.via]

    return carry_out_fleet(boards, everything, Limits(jobs, port_wait_s=wait), line, talk)


@fleet.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="The list to write; nothing may be there.",
)
@how
@talk_options
def scan(output: Path, jobs: int, wait: int, talk: Talk) -> int:
    """Ask every board that is plugged in who it is, and write the list of them to FILE."""
    found: dict[str, dict[str, str]] = {}

    def heard(state: BoardState, event: Event) -> None:
        known = found.setdefault(state.entry.name, {})
        if event["event"] == "place" and event["board"]:
            known.update(mac=event["board"]["mac"], board=event["board"]["name"])
        elif event["event"] == "identity":
            known["remark"] = f"{event['product']} {event['version']}".strip()

    def after(states: Sequence[BoardState]) -> None:
        entries, remarks = [], {}
        for state in states:
            known = dict(found.get(state.entry.name, {}))
            remark = known.pop("remark", "") or state.code
            remarks[state.entry.name] = remark if remark.isprintable() else ""
            entries.append(replace(state.entry, expected={key: text for key, text in known.items() if text}))
        write_output(output, fleet_text(entries, remarks))

    def line(entry: BoardEntry, port: str) -> list[str]:
        return ["info", "--json", "--port", port]

    refuse_mixture(output, is_taken=True)
    if os.path.lexists(output):
        raise click.BadParameter(f"{output} is there already", param_hint="'-o'")
    return carry_out_fleet(
        None,
        True,
        Limits(jobs, port_wait_s=min(wait, 10)),
        line,
        talk,
        lambda entries, reporter: check_target(output),
        heard=heard,
        after=after,
        not_all="fleet-scanned-in-part",
    )


@fleet.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option(
    "--json", "as_json", is_flag=True, help="JSON Lines for scripts, and for FILE on another computer."
)
@kept_in
def results(files: tuple[Path, ...], as_json: bool, html: Path | None, csv_file: Path | None) -> int:
    """Show the results of the last fleet, or those of several computers from FILEs.

    A FILE is what `modemflash fleet results --json` printed there.
    """
    from modemflash_host.fleet import results as kept

    refuse_mixture(html, csv_file, is_taken=as_json)
    content = kept.joined(files) if files else kept.last()
    write_results(content, html, csv_file)
    if as_json:
        click.echo(json.dumps({"event": "fleet", **content}))
        click.echo(json.dumps(Result("nothing-to-do", "fleet-results").event()))
    elif html is None and csv_file is None:
        from modemflash_host.fleet.result_rows import result_rows

        console = SteadyConsole()
        arrow = "→" if console.encoding.lower().startswith("utf") else "->"
        for each in result_rows(content["boards"], console.width, arrow):
            console.print(each, soft_wrap=True)
    return 0


def _update_line(
    entry: BoardEntry, port: str, files: Sequence[Path], words: Mapping[str, object], *how: str
) -> list[str]:
    """The command line of one board."""
    line = ["update", "--json", *how, f"--port={port}", f"--via={entry.via}", *words_of_options(words)]
    line += [f"--expect={name}={value}" for name, value in entry.expected.items()]
    return [*line, "--", *map(str, files)]


def _check_files(
    files: Sequence[Path], entries: Sequence[BoardEntry], words: Mapping[str, object], reporter: Reporter
) -> None:
    """Before any board is touched: a file that is bad for one is bad for all."""
    real = [entry.port for entry in entries if not is_simulated(entry.port)]
    with ExitStack() as opened:
        select_files(files, (real or [entries[0].port])[0], options_of(words), reporter, opened)


def _agree(count: int, jobs: int, canary: int, reporter: Reporter, talk: Talk) -> None:
    first = f", {canary} first" if 0 < canary < count else ""
    if talk.as_json or not sys.stdin.isatty():
        raise ConsentMissing("-y", (YES,))
    with reporter.asking():
        boards = f"{count} boards, {min(jobs, count)} at a time{first}" if count > 1 else "1 board"
        question = f"Update {boards}?"
        if not click.confirm(wrapped(question), default=False):
            raise Refusal("not-confirmed", "-y")
