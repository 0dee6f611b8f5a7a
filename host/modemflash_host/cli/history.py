"""`modemflash history`: the last runs."""

from __future__ import annotations

import json

import rich_click as click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON Lines for scripts.")
def history(as_json: bool) -> int:
    """List the last runs: board, modem, from and to which version, result, duration."""
    from modemflash_host.report.history import history as rows_of_history

    rows = rows_of_history()
    if as_json:
        for row in rows:
            click.echo(json.dumps(row.event()))
        return 0
    from modemflash_host.report.history_table import history_table
    from modemflash_host.reporters.steady_console import SteadyConsole

    console = SteadyConsole()
    arrow = "→" if console.encoding.lower().startswith("utf") else "->"
    console.print(history_table(rows, console.width, arrow))
    return 0
