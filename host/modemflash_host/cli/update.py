"""`modemflash update`: the plan, the consents, the update."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import rich_click as click

from modemflash_host.api import commands
from modemflash_host.api.firmware import verified_files
from modemflash_host.cli.asking import asker
from modemflash_host.cli.carry_out import carry_out
from modemflash_host.cli.family_options import (
    consents_of,
    danger_names,
    family_options,
    option_names,
    options_of,
)
from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Talk, port_options, talk_options
from modemflash_host.families.plan import Request
from modemflash_host.reporters import Reporter
from modemflash_host.run.expected import NAMES, Expected
from modemflash_host.run.result import Result

click.rich_click.OPTION_GROUPS["modemflash update"] = [
    {"name": "Options", "options": ["--port", "--via", "--dry-run", "--expect", *option_names("options")]},
    {"name": "Consent", "options": ["--yes", *danger_names()]},
    {"name": "Special cases", "options": option_names("special")},
    {"name": "Patience and capture", "options": ["--answer-timeout", "--capture", "--capture-raw"]},
    {"name": "Output", "options": ["--json", "--color", "--verbose", "--quiet", "--help", "--help-all"]},
]


def _expected(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> Expected:
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if not equals:
            raise click.BadParameter(f"{name} has no value: write NAME=VALUE", context, parameter)
    try:
        return Expected.of_words({name: value for name, _, value in pairs})
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command(cls=HelpCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@port_options
@click.option("--dry-run", is_flag=True, help="Show the plan and end; nothing is written.")
@click.option("-y", "--yes", is_flag=True, help="Say yes to a plain upgrade, and to nothing else.")
@click.option(
    "--expect",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_expected,
    help=f"What must be there, else nothing is written: {', '.join(NAMES)}; of an IMEI its last digits.",
)
@family_options
@talk_options
def update(
    files: tuple[Path, ...],
    port: str,
    via: str,
    answer_timeout: int | None,
    dry_run: bool,
    expect: Expected,
    talk: Talk,
    **words: object,
) -> int:
    """Update the modem with firmware FILEs.

    All files are read and checked first, then the modem is asked who it is, and
    the plan is shown. Off a terminal nothing is ever asked: what needs a consent
    that was not given is refused.
    """
    options = options_of(words)

    def work(reporter: Reporter) -> Result:
        with ExitStack() as opened:
            request = Request(
                port=port,
                via=via,
                files=verified_files(files, port, options, reporter, opened),
                consents=consents_of(words),
                options=options,
                find_timeout_s=answer_timeout,
                answer_timeout_s=answer_timeout,
            )
            return commands.update(
                request, reporter, asker(reporter, talk.as_json), dry_run=dry_run, expected=expect
            )

    return carry_out(work, talk, port)
