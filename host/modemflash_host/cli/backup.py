"""`modemflash backup`: a copy of a module's own files, read while it runs. Read-only."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash_host.api import commands
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, port_options, talk_options
from modemflash_host.families.plan import Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the copy goes: a new file (.tar), for you alone.",
)
@port_options
@talk_options
def backup(output: Path, port: str, via: str, answer_timeout: int | None, talk: Talk) -> int:
    """Copy the files of a Quectel modem (calibration, settings) through its DM port. Writes nothing to it.

    It is a copy for experts, not a restore point: this program never writes it back. It holds numbers of
    the module and may hold some of its user; keep it to yourself.
    """

    def work(reporter: Reporter) -> Result:
        copied = commands.backup(Request(port, via, answer_timeout_s=answer_timeout), reporter, output)
        return commands.result_of_copy(copied, reporter)

    return carry_out(work, talk, port)
