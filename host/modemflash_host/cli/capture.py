"""`modemflash capture`: what went over the wire, for other programs to show."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.place import refuse_terminal
from modemflash_host.cli.shell_words import command_line
from modemflash_host.report.report_files import STANDARD_OUTPUT
from modemflash_host.store.new_file import may_replace, new_file

_CAPTURE_ENDS = ".jsonl"
_PCAPNG_START = b"\x0a\x0d\x0d\x0a"


@click.group(cls=HelpGroup)
def capture() -> None:
    """What went over the wire, for other programs to show."""


@capture.command("export")
@click.argument("run", required=False, default="")
@click.option(
    "--pcapng",
    "to",
    required=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Where it goes; - is standard output, and follows a run that is under way.",
)
def export_run(run: str, to: Path) -> int:
    """Write a RUN as pcapng, for Wireshark: its number in `modemflash history` or its name; else the last.

    A RUN that ends with .jsonl is a file: a capture of --capture, or the one in a report.
    """
    from modemflash_host.capture.export import export
    from modemflash_host.capture.runs import find_run, run_at
    from modemflash_host.report.history import RUNNING, row_of

    refuse_terminal(to)
    is_file = run.endswith(_CAPTURE_ENDS)
    found = run_at(Path(run)) if is_file else find_run(run)
    path = found.path if is_file else Path(found.header.get("capture_at") or found.path)
    if to == STANDARD_OUTPUT:
        export(
            path,
            sys.stdout.buffer,
            lambda: not is_file and row_of(find_run(found.path.stem)).status == RUNNING,
        )
        return 0
    try:
        if not may_replace(to, _PCAPNG_START):
            raise Refusal("capture-over-file", str(to))
        with new_file(to) as out:
            export(path, out)
    except OSError as error:
        raise Refusal("capture-not-written", f"{to}: {error.strerror}") from error
    return 0


@capture.command()
def dissector() -> int:
    """Say where the dissector for Wireshark is, and how to use it."""
    from modemflash_host.capture.export import DISSECTOR

    words = command_line(["-X", f"lua_script:{DISSECTOR}"])
    click.echo(str(DISSECTOR))
    click.echo(f"\nA file:  wireshark {words} FILE")
    click.echo(f"A run:   modemflash capture export --pcapng - | wireshark {words} -k -i -")
    click.echo("Always:  copy it to the folder that Wireshark's Help > About Wireshark > Folders")
    click.echo('         calls "Personal Lua Plugins"; then no -X is needed.')
    return 0
