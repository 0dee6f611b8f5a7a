"""Options that the commands for many boards share."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from modemflash_host.cli.options import Command, Number

BESIDE = 4  # boards at a time where nobody says


def which_boards(command: Command) -> Command:
    """Which boards it is about."""
    for option in (
        click.option("--all", "everything", is_flag=True, help="Every board that is plugged in here."),
        click.option(
            "--boards",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The list of boards: fleet.toml.",
        ),
    ):
        command = option(command)
    return command


def how(command: Command) -> Command:
    """How many at a time, and how long ports are waited for."""
    for option in (
        click.option(
            "--wait",
            type=Number(0, 7200),
            default=120,
            show_default=True,
            metavar="SECONDS",
            help="How long a port that is away is waited for.",
        ),
        click.option(
            "--jobs",
            metavar="N",
            type=Number(1, 256),
            default=BESIDE,
            show_default=True,
            help="Boards at a time.",
        ),
    ):
        command = option(command)
    return command


def kept_in(command: Command) -> Command:
    """Where results go besides."""
    path = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--html", type=path, metavar="FILE", help="Write the results as a page."),
        click.option("--csv", "csv_file", type=path, metavar="FILE", help="Write the results as a table."),
    ):
        command = option(command)
    return command
