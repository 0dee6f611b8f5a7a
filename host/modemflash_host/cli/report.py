"""`modemflash report`: one zip of a run, for support, or its page alone."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.place import WHERE, refuse_terminal, tell_place
from modemflash_host.families import registry


@click.command(cls=HelpCommand)
@click.argument("run", required=False, default="")
@click.option("--html", "as_page", is_flag=True, help="Only its page, to look at: it needs no network.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help=WHERE)
def report(run: str, as_page: bool, output: Path | None) -> int:
    """Pack a run into a zip for support: its number in `modemflash history`, or its name; else the last.

    It holds a page to look at, versions, command line, plan, events, the modem before and after, and what
    went over the wire: without firmware, and with the numbers of modem, SIM and phone masked.
    """
    from modemflash_host.capture.runs import find_run
    from modemflash_host.report.bundle import make_page, make_report

    if not as_page:
        refuse_terminal(output)
    tell_place((make_page if as_page else make_report)(find_run(run), registry.words_of, output))
    return 0
