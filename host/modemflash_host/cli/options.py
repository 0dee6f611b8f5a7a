"""The options that commands share, and what was said with them.

Rule: `talk_options` stands lowest above a command, so that the command gets one
`Talk` in place of the single words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import rich_click as click

from modemflash_host.families.plan import AUTO, LONGEST_ANSWER_S, VIAS
from modemflash_host.links.names import device_name

Command = Callable[..., Any]
"""A command's function: click calls it with a keyword for each option."""


class Number(click.IntRange):
    """A whole number between two others, called so where somebody typed something else."""

    name = "number"


@dataclass(frozen=True, slots=True)
class Talk:
    """How a command speaks, and what it keeps of the wire.

    Attributes:
        as_json: JSON Lines instead of words for people.
        quiet: only the end, and errors.
        verbose: every probe, repeat and reply.
        color: "auto", "always" or "never".
        capture: where the capture goes; None for the run's own file.
        capture_raw: keep firmware and numbers in it.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    capture: Path | None = None
    capture_raw: bool = False


def port_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """What was typed as a port, as this system names it."""
    return device_name(name)


def port_option(about: str) -> Callable[[Command], Command]:
    """--port, of a command that takes the one board where none is said."""
    return click.option(
        "-p",
        "--port",
        default="auto",
        show_default=True,
        envvar="MODEMFLASH_PORT",
        show_envvar=True,
        callback=port_name,
        help=about,
    )


def talk_options(command: Command) -> Command:
    """--json, --color, -v and -q; the command gets all that was said of `Talk` as `talk`."""
    command = _with_talk(command)
    for option in (
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours and a live line; auto: on a terminal. NO_COLOR is heeded.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Only the end, and errors."),
        click.option("-v", "--verbose", is_flag=True, help="Every probe, repeat and reply."),
        click.option(
            "--json", "as_json", is_flag=True, help="JSON Lines for scripts; the last one is the result."
        ),
    ):
        command = option(command)
    return command


def port_options(command: Command) -> Command:
    """--port, --via, --answer-timeout, and where the capture goes."""
    for option in (
        click.option(
            "--capture-raw",
            is_flag=True,
            help="Keep firmware and the numbers of modem and SIM in the capture: never send such a file.",
        ),
        click.option(
            "--capture",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write what goes over the wire here; without it, the last 20 runs are kept.",
        ),
        click.option(
            "--answer-timeout",
            type=Number(1, LONGEST_ANSWER_S),
            metavar="SECONDS",
            help="How long a modem may be silent (60 while it is looked for, 300 in a transfer).",
        ),
        click.option(
            "--via",
            type=click.Choice(list(VIAS)),
            default=AUTO,
            show_default=True,
            help="relay: the board does it; mirror: by its own bridge; direct: the modem is at the port.",
        ),
        port_option(
            "auto: the one board; else a device, COM name, URL (rfc2217://…, socket://…) or sim://PROFILE."
        ),
    ):
        command = option(command)
    return command


def _with_talk(command: Command) -> Command:
    names = [field.name for field in fields(Talk)]

    @functools.wraps(command)
    def with_talk(*arguments: Any, **words: Any) -> Any:
        said = {name: words.pop(name) for name in names if name in words}
        return command(*arguments, talk=Talk(**said), **words)

    return with_talk
