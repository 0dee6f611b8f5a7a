"""Every command of the program with what it takes, as data: for the site's page and for the manual page.

Rule: it is read from click alone, so that no page says what the program does not; what is hidden
stays hidden.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click

from modemflash_host.cli.app import modemflash_group
from modemflash_host.cli.help_examples import EXAMPLES

_HELP = ("--help", "--help-all")


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option of a command.

    Attributes:
        names: as typed, short ones first.
        value: what is typed behind it, "" for a flag.
        text: what it does, default and environment variable included.
    """

    names: tuple[str, ...]
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command.

    Attributes:
        words: the command line up to its name, `modemflash` first.
        pieces: what the usage line has behind them.
        paragraphs: its help.
        options: all of its own.
        examples: (command line, what it does).
        below: names and summaries of its commands, of a group.
    """

    words: str
    pieces: str
    paragraphs: tuple[str, ...]
    options: tuple[OptionRow, ...]
    examples: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...]


def commands(
    command: click.Command = modemflash_group, above: click.Context | None = None
) -> Iterator[CommandRow]:
    """Every command: the group first, then what is below it."""
    context = click.Context(command, info_name=command.name if above else "modemflash", parent=above)
    below = []
    if isinstance(command, click.Group):
        found = [command.get_command(context, name) for name in command.list_commands(context)]
        below = [each for each in found if each is not None and not each.hidden]
    words = context.command_path
    examples = EXAMPLES.get(words.partition(" ")[2])
    paragraphs = _paragraphs(command)
    yield CommandRow(
        words,
        " ".join(command.collect_usage_pieces(context)),
        paragraphs,
        tuple(_option(each, context) for each in command.params if _is_shown(each)),
        tuple((f"modemflash {line}", what) for line, what in examples.examples) if examples else (),
        tuple((str(each.name), _paragraphs(each)[0]) for each in below),
    )
    for each in below:
        yield from commands(each, context)


def _paragraphs(command: click.Command) -> tuple[str, ...]:
    """The help, without its examples, which stand in their own place."""
    text = inspect.cleandoc(command.help or "").replace("\b", "").partition("\nExamples:")[0]
    return tuple(" ".join(each.split()) for each in text.split("\n\n") if each.strip())


def _is_shown(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.hidden and parameter.opts[-1] not in _HELP


def _option(option: click.Parameter, context: click.Context) -> OptionRow:
    assert isinstance(option, click.Option)
    names = tuple(sorted([*option.opts, *option.secondary_opts], key=len))
    value = "" if option.is_flag or option.count else option.make_metavar(context)
    extra = option.get_help_extra(context)
    said = []
    if default := extra.get("default"):
        said.append(f"Default: {default}.")
    if variables := extra.get("envvars"):
        said.append(f"Environment: {', '.join(variables)}.")
    return OptionRow(names, value, " ".join([option.help or "", *said]).strip())
