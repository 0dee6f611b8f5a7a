"""`modemflash history`: the last runs."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk
from modemflash_host.cli.place import WHERE, tell_place
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines for scripts; the last one is the result.")
@click.option("--html", "as_page", is_flag=True, help="Write them as a page: it needs no network.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help=WHERE)
def history(as_json: bool, as_page: bool, output: Path | None) -> int:
    """List the last runs: board, modem, from and to which version, result, duration."""
    from modemflash_host.report.history import history as rows_of_history

    rows = rows_of_history()
    if as_json:

        def tell(reporter: Reporter) -> Result:
            for row in rows:
                reporter.report(row.event())
            return Result("nothing-to-do", "history-listed")

        return carry_out(tell, Talk(as_json=True))
    if as_page or output is not None:
        from modemflash_host.report.page.history_page import history_page
        from modemflash_host.report.report_files import write_page

        tell_place(write_page(history_page(rows), "modemflash-history.html", output))
        return 0
    from modemflash_host.report.history_table import history_table
    from modemflash_host.reporters.steady_console import SteadyConsole

    console = SteadyConsole()
    arrow = "→" if console.encoding.lower().startswith("utf") else "->"
    console.print(history_table(rows, console.width, arrow))
    return 0
