"""`modemflash ports`: the serial ports of this computer. Opens none."""

from __future__ import annotations

import dataclasses

import rich_click as click
from rich.table import Table
from rich.text import Text

from modemflash_host.api.opening import port_event
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.links.absent import why_absent
from modemflash_host.links.ports import Port, list_ports
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.words import printable
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@talk_options
def ports(talk: Talk) -> int:
    """Show every serial port: what it is, and who holds it. Opens none."""
    found: list[Port] = []

    def work(reporter: Reporter) -> Result:
        found.extend(list_ports())
        for port in found:
            reporter.report(port_event(port))
        return Result("nothing-to-do", "ports-listed")

    code = carry_out(work, dataclasses.replace(talk, quiet=talk.quiet or not talk.as_json))
    if not talk.as_json:
        _show(SteadyConsole(), found)
    return code


def _show(console: SteadyConsole, found: list[Port]) -> None:
    if not found:
        console.print("No serial port. Check the cable (one that only charges has no data wires).")
    else:
        console.print(_table(found))
    if not any(port.is_candidate for port in found) and (why := why_absent()):
        console.print(Text(printable(f"{why[0].upper()}{why[1:]}."), "yellow"), soft_wrap=True)


def _table(found: list[Port]) -> Table:
    table = Table(box=None, header_style="bold")
    for title in ("port", "what it is", "USB", "place", "now"):
        table.add_column(title, overflow="fold")
    for port in found:
        style = "" if port.is_candidate else "dim"
        words = (port.name or "(no port)", port.device.name, port.usb, port.location, _now(port))
        table.add_row(*(Text(printable(word), style) for word in words))
    return table


def _now(port: Port) -> str:
    if port.holder:
        return f"held by {port.holder}"
    return "free" if port.permitted else "not permitted: modemflash setup"
