"""`--help` as one screen: what it is for, two examples, common options; `--help-all` has every option.

Rules: a page fits into 80 × 24; where all options do, all of them are there; a
danger's flag stands in `--help-all` alone, with its risk beside it; a command
that nobody knows is answered with those that are spelled alike.
"""

from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Sequence

import rich_click as click

from modemflash_host.cli.help_examples import EXAMPLES, HelpExamples

LINES = 23  # of a terminal with 24, whose last one is the prompt
_WIDTH = 80
_HELP_NAMES = ("-h", "--help")
_MOST_INDENT, _MOST_EXAMPLE = 26, 56
_NO_EXAMPLES = HelpExamples()


class HelpCommand(click.RichCommand):
    """A command with both."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its options, both of the help included."""
        return [*super().get_params(ctx), _help_all(self)]

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """`--help`."""
        return _help(self)


class HelpGroup(click.RichGroup):
    """A group of commands with both."""

    command_class = HelpCommand
    group_class = type

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its options, both of the help included."""
        return [*super().get_params(ctx), _help_all(self)]

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """`--help`."""
        return _help(self)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant.

        Raises:
            UsageError: there is none; with those that are spelled alike.
        """
        name = args[0]
        if name[:1] == "-" or self.get_command(ctx, name) is not None or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(name, self.list_commands(ctx), n=3, cutoff=0.5)
        meant = (
            f" Did you mean {' or '.join(f'`{ctx.command_path} {each}`' for each in near)}?" if near else ""
        )
        raise click.UsageError(f"No such command '{name}'.{meant}", ctx)


def _help(command: click.Command) -> click.Option:
    """The option of a command, always the same one: click compares them."""
    return _kept(command, "_help_page", _HELP_NAMES, "Show this message and exit.", help_page)


def _help_all(command: click.Command) -> click.Option:
    return _kept(command, "_help_all", ("--help-all",), "Every option.", lambda ctx: ctx.get_help())


def _kept(command: click.Command, place: str, names: Sequence[str], text: str, page: object) -> click.Option:
    known = command.__dict__.get(place)
    if isinstance(known, click.Option):
        return known
    assert callable(page)

    def show(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            click.echo(page(ctx), color=ctx.color)
            ctx.exit()

    words = [*names, place]
    option = click.Option(words, is_flag=True, is_eager=True, expose_value=False, help=text, callback=show)
    setattr(command, place, option)
    return option


def help_page(ctx: click.Context) -> str:
    """The page of a command; its short form where the whole does not fit."""
    shown = EXAMPLES.get(ctx.command_path.partition(" ")[2], _NO_EXAMPLES)
    options = [each for each in ctx.command.get_params(ctx) if isinstance(each, click.Option)]
    ours = [option for option in options if not option.hidden and not set(option.opts) & {*_HELP_NAMES}]
    whole = _page(ctx, shown, [each for each in ours if "--help-all" not in each.opts], more=False)
    if len(whole) <= LINES and not ctx.command.epilog:
        return "\n".join(whole)
    common = [option for option in ours if set(option.opts) & {f"--{name}" for name in shown.common}]
    return "\n".join(_page(ctx, shown, common, more=True))


def _page(
    ctx: click.Context, shown: HelpExamples, options: Sequence[click.Option], *, more: bool
) -> list[str]:
    command = ctx.command
    pieces = " ".join(command.collect_usage_pieces(ctx))
    lines = [*_wrapped(f"Usage: {ctx.command_path} {pieces}", 0), ""]
    lines += _wrapped(_what_for(command, whole=not more), 0)
    if isinstance(command, click.Group):
        commands = [(name, command.get_command(ctx, name)) for name in command.list_commands(ctx)]
        known = [(name, below) for name, below in commands if below is not None and not below.hidden]
        lines += ["", *_pairs([(name, _clause(_what_for(below))) for name, below in known])]
    if shown.examples:
        typed = [(f"modemflash {line}", what) for line, what in shown.examples]
        lines += ["", *_pairs(typed, _MOST_EXAMPLE)]
    if options:
        lines += ["", *_pairs([(_typed(option, ctx), option.help or "") for option in options])]
    if more:
        words = "Every option and the exit codes" if command.epilog else "Every option"
        lines += ["", f"{words}: {ctx.command_path} --help-all"]
    return lines if len(lines) <= LINES else [lines[0], *lines[2:-2], lines[-1]]


def _what_for(command: click.Command, whole: bool = False) -> str:
    """The first sentences of a command's help; with `whole` all of it."""
    text = inspect.cleandoc(command.help or "").replace("\b", "")
    return " ".join((text if whole else text.partition("\n\n")[0]).split())


def _typed(option: click.Option, ctx: click.Context) -> str:
    names = sorted([*option.opts, *option.secondary_opts], key=len)
    value = "" if option.is_flag else f" {option.make_metavar(ctx)}"
    return ", ".join(names) + value


def _clause(text: str) -> str:
    """As much of a sentence as stands behind the name of a command."""
    room = _WIDTH - 16
    while len(text) > room:
        at = max(text.rfind(sign, 0, len(text) - 1) for sign in ",:.")
        if at < 0:
            return textwrap.shorten(text, room, placeholder=" …")
        text = text[:at]
    return text.rstrip(".,:")


def _pairs(pairs: Sequence[tuple[str, str]], most: int = _MOST_INDENT) -> list[str]:
    """What is typed and what it does, side by side; below it where that is long."""
    indent = min(most, max(len(typed) for typed, _ in pairs) + 4)
    lines = []
    for typed, what in pairs:
        text = textwrap.wrap(what, _WIDTH - indent)
        if len(typed) + 4 > indent:
            lines += _wrapped(f"  {typed}", 6)
        else:
            lines.append(f"  {typed:<{indent - 2}}{text.pop(0) if text else ''}".rstrip())
        lines += [" " * indent + line for line in text]
    return lines


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
