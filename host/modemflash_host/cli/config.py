"""`modemflash config`: every setting, its value, and who gave it."""

from __future__ import annotations

import json

import rich_click as click
from rich.text import Text

from modemflash.errors import Problem
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk
from modemflash_host.privacy import without_passwords
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.rows import Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.words import printable
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines for scripts; the last one is the result.")
def config(as_json: bool) -> int:
    """Show every setting, its value, where it comes from, and which files are read."""
    from modemflash_host.store.settings import load

    try:
        found = load()
    except Problem as problem:
        result = Result.of_problem(problem)
        return carry_out(lambda _: result, Talk(as_json=as_json))
    shown_values = {name: _shown(value.value) for name, value in found.values.items()}
    if as_json:

        def tell(reporter: Reporter) -> Result:
            for name, value in found.values.items():
                reporter.say("setting", name=name, value=shown_values[name], source=value.source)
            return Result("nothing-to-do", "settings-listed")

        return carry_out(tell, Talk(as_json=True))
    console = SteadyConsole()
    for name, value in found.values.items():
        plain = shown_values[name]
        shown = json.dumps(plain) if not isinstance(plain, str) else printable(plain) or '""'
        click.echo(f"{name:15} {shown:12} {printable(value.source)}")
        about = (value.setting.about, value.setting.variable)
        console.print(Rows([("", Text(words, "dim")) for words in about], width=15))
    click.echo()
    for path, there in found.files:
        click.echo(f"{'read' if there else 'not there':15} {printable(path)}")
    for warning in found.warnings:
        click.echo(f"! {printable(without_passwords(warning))}", err=True)
    return 0


def _shown(value: object) -> object:
    """A setting without the password of an address."""
    return without_passwords(value) if isinstance(value, str) else value
