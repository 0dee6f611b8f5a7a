"""`modemflash setup`: what this computer needs once. Changes nothing."""

from __future__ import annotations

import dataclasses

import rich_click as click
from rich.text import Text

from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.links.ports import list_ports
from modemflash_host.links.setup import advice
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@talk_options
def setup(talk: Talk) -> int:
    """Show the exact lines that let this computer's user reach a board. Changes nothing."""
    wanted = advice(list_ports())

    def work(reporter: Reporter) -> Result:
        for each in wanted:
            reporter.say("advice", title=each.title, text=each.text, lines=list(each.lines))
        return Result("nothing-to-do", "setup-shown")

    code = carry_out(work, dataclasses.replace(talk, quiet=talk.quiet or not talk.as_json))
    if not talk.as_json:
        console = SteadyConsole()
        for each in wanted:
            console.print(Text(each.title, "bold"))
            console.print(Text(each.text))
            # As they are typed: unbroken, unstyled.
            console.print(
                "\n".join(each.lines), markup=False, soft_wrap=True, end="\n\n" if each.lines else "\n"
            )
    return code
