"""One command on every board of a fleet: from the list of boards to the exit code."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import rich_click as click

from modemflash.errors import Problem, Refusal
from modemflash_host.cli.carry_out import carry_out, say_beside
from modemflash_host.cli.options import Talk
from modemflash_host.families import registry
from modemflash_host.families.vocabulary import Event, Facts
from modemflash_host.fleet import labgrid
from modemflash_host.fleet.board_state import BoardState, worst
from modemflash_host.fleet.fleet_file import BoardEntry, read_fleet
from modemflash_host.fleet.place_record import Waiting
from modemflash_host.fleet.places import reached
from modemflash_host.fleet.supervisor import Limits, Supervisor
from modemflash_host.fleet.views import FinalView, JsonView, LinesView, SafeView
from modemflash_host.fleet.worker import Events, Worker
from modemflash_host.report.report_files import STANDARD_OUTPUT
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result
from modemflash_host.store.new_file import may_replace, new_file

PAGE_START, CSV_START = "<!doctype html>", "name,port,"
_MOST_NAMES = 10  # in one sentence
_WHEREVER = 6  # each sixth try is one by a process, whether the device is there or not

Warn = Callable[[str, str], object]
"""Tells of something that went wrong beside the boards: its code, and what it was."""


def carry_out_fleet(
    boards: Path | None,
    everything: bool,
    limits: Limits,
    line: Callable[[BoardEntry, str], list[str]],
    talk: Talk,
    before: Callable[[Sequence[BoardEntry], Reporter], object] = lambda entries, reporter: None,
    results_to: tuple[Path | None, Path | None] | None = None,
    heard: Callable[[BoardState, Event], object] = lambda state, event: None,
    after: Callable[[Sequence[BoardState]], object] = lambda states: None,
    not_all: str = "fleet-not-all",
) -> int:
    """One command on every board; the exit code is that of the worst."""
    codes: list[int] = []

    def warn(reporter: Reporter, code: str, text: str) -> None:
        reporter.say("warning", code=code, text=text)
        if not talk.as_json:  # what else this reporter tells, the rows of the boards do
            say_beside(f"! {text}")

    def work(reporter: Reporter) -> Result:
        for path, beginning in zip(results_to or (), (PAGE_START, CSV_START), strict=False):
            if path is not None:
                check_target(path, beginning)
        entries = entries_of(boards, everything)
        before(entries, reporter)
        is_update = results_to is not None
        states = [BoardState(entry, writes=registry.writes, is_update=is_update) for entry in entries]
        _give_back(reporter, partial(warn, reporter))
        view = _view(talk, partial(warn, reporter), heard)

        def start(state: BoardState, events: Events) -> Worker:
            entry = state.entry
            # A process takes a second of the processor, and a module may be back under another name.
            only_if_there = state.starts > 1 and state.starts % _WHEREVER != 0
            reach = partial(reached, entry.port, must_be_there=only_if_there)
            return Worker(entry.name, reach, lambda port: line(entry, port), events, state.module)

        supervisor = Supervisor(states, limits, start, view, reporter.stop_wanted)
        supervisor.run()
        seconds = supervisor.now_s
        view.close(states, seconds)
        after(states)
        for state in states:
            not_begun = exit_codes.INTERRUPTED  # nobody may take it for done
            codes.append(not_begun if state.exit_code is None else state.exit_code)
        if results_to is not None:
            _keep(states, seconds, results_to, partial(warn, reporter))
        return result_of_all(states, seconds, not_all)

    carried = carry_out(work, replace(talk, quiet=True))
    return worst(codes) if codes and carried != 1 else carried


def result_of_all(states: Sequence[BoardState], seconds: float, not_all: str = "fleet-not-all") -> Result:
    """How a fleet ended: what its worst board is; `not_all` is the code where one did not end well."""
    bad = [state for state in states if not state.is_good]
    if not bad:
        did = any(state.status == "updated" for state in states)
        status = "updated" if did else "nothing-to-do"
        code = "fleet-updated" if did else "fleet-nothing-to-do"
        return Result(status, code, "updated" if did else "untouched", seconds=seconds)
    order = ("unknown", "recoverable", "updated", "untouched")
    state = min((each.modem_state or "untouched" for each in bad), key=order.index)
    names = [each.entry.name for each in bad[:_MOST_NAMES]]
    more = [f"{len(bad) - len(names)} more"] * (len(bad) > len(names))
    problem = Problem(not_all, ", ".join(names + more)).stamp(state)
    return Result.of_problem(problem, seconds)


def _view(talk: Talk, warn: Warn, heard: Callable[[BoardState, Event], object]) -> SafeView:
    def lost(error: Exception) -> None:
        if not isinstance(error, OSError):  # a reader that went away needs no words
            warn("fleet-not-shown", f"the display failed: {error}")

    view: FinalView
    if talk.as_json:
        view = JsonView(sys.stdout)
    else:
        from modemflash_host.fleet.table import TableView

        phases = registry.all_phases()
        console = SteadyConsole(color=talk.color)
        is_live = console.is_terminal and not console.is_dumb_terminal and not console.legacy_windows
        view = TableView(console, phases) if is_live else LinesView(console, phases)
    return SafeView(view, heard, lost)


def entries_of(boards: Path | None, everything: bool) -> tuple[BoardEntry, ...]:
    """Which boards are meant: those of a list, or all that are plugged in here.

    Raises:
        UsageError: both are said, or neither.
        Refusal: `fleet-no-boards`, and those of `read_fleet`.
    """
    if (boards is None) == (not everything):
        raise click.UsageError("Say which boards: --boards fleet.toml, or --all.")
    if boards is not None:
        return read_fleet(boards, registry.all_dangers())
    from modemflash_host.links.ports import list_ports, one_of_each

    entries: list[BoardEntry] = []
    for port in one_of_each(list_ports()):
        entries.append(BoardEntry(_free_name(port.name, [each.name for each in entries]), port.name))
    if not entries:
        raise Refusal("fleet-no-boards")
    return tuple(entries)


def _keep(
    states: Sequence[BoardState],
    seconds: float,
    results_to: tuple[Path | None, Path | None],
    warn: Warn,
) -> None:
    from modemflash_host.fleet import results as kept

    content = kept.content_of(states, seconds)
    try:
        kept.keep(content)
    except OSError as error:
        warn("fleet-not-kept", f"the results were not kept: {error.strerror}")
    try:
        write_results(content, *results_to)
    except Refusal as refusal:  # what became of the boards stands, whatever becomes of a file
        warn(refusal.code, refusal.happened)


def _free_name(port: str, taken: Sequence[str]) -> str:
    """A name for the board at a port, as `fleet.toml` takes it."""
    base = re.sub(r"[^A-Za-z0-9._-]", "-", Path(port).name).strip("-._")[:32] or "board"
    names = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _give_back(reporter: Reporter, warn: Warn) -> None:
    """What a killed run left acquired on other computers, whichever boards this run is about."""
    waiting = Waiting(reporter.stop_wanted, lambda text: None)
    try:
        places = labgrid.release_leftovers(waiting)
    except OSError as error:
        warn("labgrid-failed", f"whether an earlier run left a place is not known: {error.strerror}")
        return
    for place in places:
        text = f"the place {place} of an earlier run could not be given back; it is tried again the next time"
        warn("labgrid-failed", text)


def write_results(content: Facts, html: Path | None, csv_file: Path | None) -> None:
    """Write them as table and as page, where somebody wants that.

    Raises:
        Refusal: `fleet-not-written`.
    """
    from modemflash_host.fleet.results import as_csv

    if csv_file is not None:
        write_output(csv_file, as_csv(content["boards"]), CSV_START)
    if html is not None:
        from modemflash_host.fleet.page import page

        write_output(html, page(content), PAGE_START)


def check_target(path: Path, start: str = "") -> None:
    """Before any board is touched: whether a file can be written there, over nothing but one of its kind.

    Args:
        path: the file; - is standard output.
        start: how each file of its kind begins; "" where nothing may be there.

    Raises:
        Refusal: `fleet-not-written`.
    """
    if path == STANDARD_OUTPUT:
        return
    if not path.parent.is_dir():
        raise Refusal("fleet-not-written", f"{path}: there is no such folder")
    if os.path.lexists(path) and not (start and may_replace(path, start.encode())):
        raise Refusal("fleet-not-written", f"{path}: something else is there, which is not overwritten")


def write_output(path: Path, text: str, start: str = "") -> None:
    """Write a whole file.

    Args:
        path: its name; - is standard output.
        text: what is in it.
        start: as for `check_target`.

    Raises:
        Refusal: `fleet-not-written`.
    """
    check_target(path, start)
    if path == STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    try:
        with new_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise Refusal("fleet-not-written", f"{path}: {error.strerror}") from error
