"""`modemflash setup`: what this computer needs once. Changes nothing."""

from __future__ import annotations

from typing import Any

import rich_click as click
from rich.console import Console
from rich.text import Text

from modemflash_host.cli.common import carry_out, talk_options
from modemflash_host.links.ports import list_ports
from modemflash_host.links.setup import advice
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result


@click.command()
@talk_options
def setup(as_json: bool, quiet: bool, **talk: Any) -> int:
    """Show the exact lines that let this computer's user reach a board. Changes nothing."""
    wanted = advice(list_ports())

    def work(reporter: Reporter) -> Result:
        for each in wanted:
            reporter.say("advice", title=each.title, text=each.text, lines=list(each.lines))
        return Result("nothing-to-do", "setup-shown")

    code = carry_out(work, as_json=as_json, quiet=quiet or not as_json, **talk)
    if not as_json:
        console = Console(highlight=False)
        for each in wanted:
            console.print(Text(each.title, "bold"))
            console.print(Text(each.text))
            # As they are typed: unbroken, unstyled.
            console.print(
                "\n".join(each.lines), markup=False, soft_wrap=True, end="\n\n" if each.lines else "\n"
            )
    return code
