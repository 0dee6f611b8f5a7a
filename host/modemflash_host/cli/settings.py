"""`modemflash settings`: the modem's own settings, beside what a run before an update recorded."""

from __future__ import annotations

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.api import modem_settings
from modemflash_host.cli.asking import asker
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, port_options, talk_options
from modemflash_host.consents import YES
from modemflash_host.families.plan import Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result


@click.command(cls=HelpCommand)
@click.argument("run", required=False, default="")
@port_options
@click.option("--dry-run", is_flag=True, help="Show what differs and what would be sent, and end.")
@click.option("-y", "--yes", is_flag=True, help="Send it without a question.")
@talk_options
def settings(
    run: str, port: str, via: str, answer_timeout: int | None, dry_run: bool, yes: bool, talk: Talk
) -> int:
    """Set a modem's settings again as they were before an update.

    Shows what was recorded, what is now and what would be sent, and asks first. RUN is its number in
    `modemflash history`, or its name; else the last update of this modem. Contexts, power saving and the
    radio can be set again; bands are shown. Passwords are never recorded, and never set. The settings of
    this program are another thing: `modemflash config`.
    """
    try:  # before this run is one itself
        records = modem_settings.recorded_settings(run)
    except Refusal as refusal:
        result = Result.of_problem(refusal)
        return carry_out(lambda _: result, talk)

    def work(reporter: Reporter) -> Result:
        request = Request(port, via, consents=frozenset({YES} if yes else ()), find_timeout_s=answer_timeout)
        return modem_settings.restore(
            request, reporter, asker(reporter, talk.as_json), records, dry_run=dry_run
        )

    return carry_out(work, talk, port)
