"""`modemflash demo`: see an update before you do one."""

from __future__ import annotations

import rich_click as click
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from modemflash_host.cli.demonstration import FROM_BUILD, TO_BUILD, show
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.shell_words import command_line
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.run import exit_codes


@click.command(cls=HelpCommand)
def demo() -> int:
    """Update a simulated modem, for real, in about a minute."""
    console = SteadyConsole()

    def say(text: str, style: str = "") -> None:
        console.print(Padding(Text(text, style), (0, 0, 1, 0)))

    def tell(port: str, words: list[str]) -> None:
        say("A demonstration: nothing needs to be plugged in, and nothing is left behind.", "bold")
        say(
            f"A simulated modem runs behind {port}, at the true speed of a serial line. It has build "
            f"{FROM_BUILD}, and it is a difficult one: a crash left a dump in it, it refuses its first "
            "change of boot mode, one message in a hundred is lost, and while it erases it falls silent."
        )
        say(f"What follows is what an owner types to bring it to build {TO_BUILD}, and sees:")
        console.print(Text("$ " + command_line(words), "bold cyan"), soft_wrap=True)
        console.print()

    shown = show(tell, [])
    console.print()
    console.print(Rule(style="dim"))
    if shown.exit_code == exit_codes.DONE:
        faults = "no fault" if not shown.verdict.violations else f"{len(shown.verdict.violations)} faults"
        say(f"The modem agrees: it runs build {shown.verdict.build}, and it counts {faults} of the updater.")
        say(
            "With your own modem: `modemflash identify FILE` says what a file is, "
            "`modemflash info -p PORT` asks the modem who it is, "
            "`modemflash update FILE -p PORT --dry-run` shows the plan."
        )
    else:
        say(f"The demonstration ended with exit code {shown.exit_code}.", "bold yellow")
    return shown.exit_code
