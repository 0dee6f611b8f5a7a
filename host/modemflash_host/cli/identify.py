"""`modemflash identify`: what firmware files are. No modem is needed."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash_host.api.firmware import read_files
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.families import registry
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@talk_options
def identify(files: tuple[Path, ...], talk: Talk) -> int:
    """Say what firmware FILEs are: kind, build, radio, whether they are whole, and where they can go on.

    A FILE is a firmware file, a folder with some, or a .zip.
    """

    def work(reporter: Reporter) -> Result:
        events, wrong = read_files(files, reporter)
        for family, event in events:
            if family:
                reporter.use(registry.words_of(family))
            reporter.report(event)
        if wrong is not None:
            return Result.of_problem(wrong, seconds=reporter.at_s)
        return Result("nothing-to-do", "files-read", seconds=reporter.at_s)

    return carry_out(work, talk)
