"""`modemflash update`: the plan, the consents, the update."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import rich_click as click

from modemflash.builds import BOOT_ROM, UPDATER
from modemflash.errors import BadFile, Refusal
from modemflash_host import api
from modemflash_host.cli.common import carry_out, port_options, talk_options
from modemflash_host.cli.update_options import engine_options, given, update_options
from modemflash_host.consents import AFTER_PART_1, DANGERS, YES, flag_of, word_of
from modemflash_host.files.candidates import neighbours, of_path
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result

click.rich_click.OPTION_GROUPS["modemflash update"] = [
    {
        "name": "Options",
        "options": ["--port", "--via", "--dry-run", "--updater", "--bootrom", "--expect-build"],
    },
    {"name": "Consent", "options": ["--yes", *(f"--{name}" for name in DANGERS)]},
    {
        "name": "Special cases",
        "options": ["--repair", "--after-part-1", "--answer-timeout", "--capture", "--capture-raw"],
    },
    {"name": "Output", "options": ["--json", "--color", "--verbose", "--quiet", "--help"]},
]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@port_options
@click.option("--dry-run", is_flag=True, help="Show the plan and end; nothing is written.")
@click.option(
    "--updater", type=click.Path(path_type=Path), metavar="FILE", help="The updater ELF of the same package."
)
@click.option("--bootrom", type=click.Path(path_type=Path), metavar="FILE", help="The boot ROM package.")
@click.option("-y", "--yes", is_flag=True, help="Say yes to a plain upgrade, and to nothing else.")
@update_options
@talk_options
def update(
    files: tuple[Path, ...],
    port: str,
    via: str,
    answer_timeout: int | None,
    dry_run: bool,
    updater: Path | None,
    bootrom: Path | None,
    expect_build: int | None,
    repair: bool,
    after_part_1: bool | None,
    as_json: bool,
    verbose: bool,
    quiet: bool,
    color: str,
    capture: Path | None,
    capture_raw: bool,
    **consents: Any,
) -> int:
    """Update the modem with firmware FILEs.

    All files are read and checked first, then the modem is asked who it is, and
    the plan is shown. Off a terminal nothing is ever asked: what needs a consent
    that was not given is refused.
    """
    engine = engine_options(expect_build, repair, after_part_1)
    if answer_timeout is not None:
        engine["find_ms"] = engine["answer_ms"] = answer_timeout * 1000

    def work(reporter: Reporter) -> Result:
        reporter.say("phase", phase="verify", usual_s=0, allowed_s=0, note="")
        with ExitStack() as opened:
            checked = read_all(files, updater, bootrom, reporter, opened, port.startswith("sim://"))
            return api.update(
                port,
                checked,
                reporter,
                consents=given(consents),
                ask=refuse if as_json or not on_a_terminal() else Asker(reporter),
                options=engine,
                dry_run=dry_run,
                via=via,
            )

    return carry_out(
        work,
        as_json=as_json,
        verbose=verbose,
        quiet=quiet,
        port=port,
        color=color,
        capture=capture,
        capture_raw=capture_raw,
    )


def read_all(
    files: tuple[Path, ...],
    updater: Path | None,
    bootrom: Path | None,
    reporter: Reporter,
    opened: ExitStack,
    simulated: bool,
) -> list[api.CheckedFile]:
    """Every firmware file behind `files`, read and checked, each content once.

    A file that was named must be good; one that merely lies in a folder or an archive is passed over.
    """
    found = api.candidates(files, simulated)
    if updater is None and not any(file.name.lower().endswith(".elf") for file in found):
        updater = _neighbour(files, reporter)
    wanted = [(file, "") for file in found]
    helpers = ((updater, UPDATER), (bootrom, BOOT_ROM))
    wanted += [(of_path(path, simulated=simulated), kind) for path, kind in helpers if path]
    checked: dict[str, api.CheckedFile] = {}
    for file, kind in wanted:
        try:
            one = opened.enter_context(api.identify(file, reporter, kind))
        except BadFile as problem:
            if file.named:
                raise
            reporter.say(
                "warning", code=problem.code, text=f"{file.place} is passed over: {problem.happened}"
            )
            continue
        checked.setdefault(one.image.sha256, one)
    return list(checked.values())


def _neighbour(files: tuple[Path, ...], reporter: Reporter) -> Path | None:
    """The one updater that lies beside the files."""
    beside = {each: None for path in files if path.is_file() for each in neighbours(path)}
    if len(beside) == 1:
        [path] = beside
        reporter.say("note", text=f"{path} lies beside the firmware and is taken for its updater.")
        return path
    if beside:
        names = ", ".join(each.name for each in beside)
        reporter.say("note", text=f"Several updaters lie beside the firmware ({names}): none is taken.")
    return None


def on_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def refuse(consent: str, danger: str, refusal: Refusal) -> bool:
    """Nobody can be asked."""
    raise refusal


class Asker:
    """Asks on the terminal: a plain yes, or the typed word of a danger.

    Args:
        reporter: the reporter, because a wish to stop ends the question.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def __call__(self, consent: str, danger: str, refusal: Refusal) -> bool:
        """See `modemflash_host.api.Ask`."""
        with self._reporter.asking():
            try:
                accepted = self._answer(consent, danger, refusal)
            except click.Abort:
                raise KeyboardInterrupt from None
        if not accepted and consent != AFTER_PART_1:
            raise Refusal("not-confirmed", flag_of(consent))
        return accepted

    def _answer(self, consent: str, danger: str, refusal: Refusal) -> bool:
        if consent == AFTER_PART_1:
            click.echo(refusal.happened)
            return bool(click.confirm("Was part 1 of 48829 the last thing that was written to it?"))
        if consent == YES:
            return bool(click.confirm("Go on?", default=False))
        word = word_of(consent)
        click.secho(f"! {danger[:1].upper()}{danger[1:]}.", fg="yellow", bold=True)
        return bool(word == click.prompt(f"  Type {word} to accept this", default="", show_default=False))
