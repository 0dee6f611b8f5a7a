"""Where a file goes that a command makes: `-` is standard output, and then no path is told there."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

from modemflash_host.report.report_files import STANDARD_OUTPUT
from modemflash_host.reporters.words import printable

WHERE = "Where it goes; - is standard output."


def tell_place(path: Path) -> None:
    """Print where it is."""
    if path != STANDARD_OUTPUT:
        click.echo(printable(path))


def refuse_terminal(path: Path | None) -> None:
    """Keep bytes away from a screen.

    Raises:
        UsageError: they would go there.
    """
    if path == STANDARD_OUTPUT and sys.stdout.isatty():
        raise click.UsageError("This is no text for a screen: pipe it on, or name a file.")


def refuse_mixture(*paths: Path | None, is_taken: bool) -> None:
    """Let one alone have standard output.

    Args:
        paths: where files go.
        is_taken: something else is printed there.

    Raises:
        UsageError: two things would be mixed there.
    """
    if paths.count(STANDARD_OUTPUT) + is_taken > 1:
        raise click.UsageError("Standard output is taken already: name a file instead of -.")
