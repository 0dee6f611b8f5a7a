"""What `--help` says, as the lines of one screen."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Sequence

import rich_click as click

from modemflash_host.cli.help_examples import EXAMPLES, HelpExamples

LINES = 23  # of a terminal with 24, whose last one is the prompt
_WIDTH = 80
_MOST_INDENT, _MOST_EXAMPLE = 26, 56
_NO_EXAMPLES = HelpExamples()
_RARELY = ("capture", "completion", "config")  # commands that are left to --help-all


def help_page(ctx: click.Context) -> str:
    """The page of a command; its short form where the whole does not fit."""
    shown = EXAMPLES.get(ctx.command_path.partition(" ")[2], _NO_EXAMPLES)
    options = [each for each in ctx.command.get_params(ctx) if isinstance(each, click.Option)]
    ours = [option for option in options if not option.hidden and "--help" not in option.opts]
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
        known = [(name, below) for name, below in known if not (more and name in _RARELY)]
        lines += ["", *_pairs([(name, _clause(_what_for(below))) for name, below in known])]
    if shown.examples:
        typed = [(f"modemflash {line}", what) for line, what in shown.examples]
        lines += ["", *_pairs(typed, _MOST_EXAMPLE)]
    if options:
        lines += ["", *_pairs([(_typed(option, ctx), option.help or "") for option in options])]
    if more:
        words = "Every command, option and exit code" if command.epilog else "Every option"
        lines += ["", f"{words}: {ctx.command_path} --help-all"]
    for place in (0, -1, 0):  # what goes first, where it is too long: commands and examples stay apart
        empty = [number for number, line in enumerate(lines) if not line]
        if len(lines) > LINES and empty:
            del lines[empty[place]]
    return lines


def _what_for(command: click.Command, whole: bool = False) -> str:
    """The first sentences of a command's help; with `whole` all of it."""
    text = inspect.cleandoc(command.help or "").replace("\b", "")
    return " ".join((text if whole else text.partition("\n\n")[0]).split())


def _typed(option: click.Option, ctx: click.Context) -> str:
    names = sorted([*option.opts, *option.secondary_opts], key=len)
    value = "" if option.is_flag else f" {option.make_metavar(ctx)}"
    return ", ".join(names) + value


def _clause(text: str) -> str:
    """As much of a help as stands behind a name: whole sentences, else the beginning of the first."""
    room = _WIDTH - 16
    sentences = re.split(r"(?<=\.) ", text)
    while sentences:
        if len(whole := " ".join(sentences)) <= room + 1:  # its full stop goes
            return whole.rstrip(" .,:")
        sentences.pop()
    while len(text) > room or text.count("(") > text.count(")"):
        at = max(text.rfind(sign, 0, len(text) - 1) for sign in ",:;.(")
        if at < 0:
            return textwrap.shorten(text, room, placeholder=" …")
        text = text[:at]
    return text.rstrip(" .,:;")


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
