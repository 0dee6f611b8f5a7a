"""`modemflash info`: what is between this PC and the modem, and what to do next. Read-only."""

from __future__ import annotations

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.api import commands
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, port_options, talk_options
from modemflash_host.cli.shell_words import command_line
from modemflash_host.families import registry
from modemflash_host.families.plan import AUTO as AUTO_VIA
from modemflash_host.families.plan import Request
from modemflash_host.links.names import AUTO
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result
from modemflash_host.store.firmware_places import places


@click.command(cls=HelpCommand)
@port_options
@talk_options
def info(port: str, via: str, answer_timeout: int | None, talk: Talk) -> int:
    """Say what is there: port, board, card and modem, and what to type next. Writes nothing."""

    def work(reporter: Reporter) -> Result:
        try:
            found = commands.info(Request(port, via, find_timeout_s=answer_timeout), reporter)
        except Refusal as refusal:
            if refusal.code not in ("board-not-pycom", "board-other-firmware"):
                raise
            hint = refusal.hint if refusal.code == "board-other-firmware" else ""
            reporter.note(f"No modem was asked. {refusal.happened} {hint}".rstrip())
            return Result("nothing-to-do", "board-read", seconds=reporter.at_s)
        endings = registry.family_named(reporter.vocabulary.family).suffixes
        any_file = tuple(f"FIRMWARE{ending}" for ending in endings[:1])
        files = places(found.unfinished.files) if found.unfinished else any_file
        where = [*([] if port == AUTO else ["-p", port]), *([] if via == AUTO_VIA else ["--via", via])]
        return Result(
            "nothing-to-do",
            "modem-asked",
            next=command_line(["modemflash", "update", *files, *where]) if found.is_ours and files else "",
            family=reporter.vocabulary.family,
            seconds=reporter.at_s,
        ).of_module(found)

    return carry_out(work, talk, port)
