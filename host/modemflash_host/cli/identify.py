"""`modemflash identify`: what firmware files are. No modem is needed."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash.errors import Problem, Stopped
from modemflash_host import api
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, talk_options
from modemflash_host.families import registry
from modemflash_host.families.plan import FirmwareFile
from modemflash_host.files.selection import say_unopened
from modemflash_host.reporters import Event, Reporter
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@talk_options
def identify(files: tuple[Path, ...], talk: Talk) -> int:
    """Say what firmware FILEs are: kind, build, radio, whether they are whole, and where they can go on.

    A FILE is a firmware file, a folder with some, or a .zip.
    """

    def work(reporter: Reporter) -> Result:
        read: list[FirmwareFile | Event] = []
        worst: Problem | None = None

        def broken(name: str, problem: Problem) -> None:
            nonlocal worst
            worst = worst or problem
            read.append({"event": "file", "name": name, "problem": problem.code, "text": problem.happened})

        for path in files:
            try:
                behind = api.candidates([path], simulated=True)
                say_unopened([path], behind, reporter)
            except Problem as problem:
                broken(path.name, problem)
                continue
            for file in behind:
                reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
                try:
                    with api.identify(file, reporter) as checked:
                        read.append(checked)
                except Stopped:
                    raise
                except Problem as problem:
                    broken(file.name, problem)
        good = [each for each in read if isinstance(each, FirmwareFile)]
        for each in read:
            if isinstance(each, FirmwareFile):
                family = registry.family_named(each.family)
                reporter.use(family.vocabulary)
                each = family.file_event(each, tuple(other for other in good if other is not each))
            reporter.report(each)
        if worst is not None:
            return Result.of_problem(worst, seconds=reporter.at_s)
        return Result("nothing-to-do", "files-read", seconds=reporter.at_s)

    return carry_out(work, talk)
