"""`--help` as one screen: what it is for, two examples, common options; `--help-all` has every option.

Rules: a page fits into 80 × 24; where all options do, all of them are there; a
danger's flag stands in `--help-all` alone, with its risk beside it; a command
that nobody knows is answered with those that are spelled alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

import rich_click as click

_HELP_NAMES = ("-h", "--help")
# What other programs call it: esptool, fwupd, mpremote, git.
_WORDS_OF_OTHERS = {
    "help": "--help",
    "version": "--version",
    **dict.fromkeys(("flash", "install", "write", "write-flash", "write_flash", "upgrade"), "update"),
    **dict.fromkeys(("devices", "devs", "get-devices", "list", "port", "scan"), "ports"),
    **dict.fromkeys(("probe", "read", "show", "status"), "info"),
    **dict.fromkeys(("check", "image-info", "image_info", "inspect", "verify"), "identify"),
    **dict.fromkeys(("log", "logs", "get-history"), "history"),
    **dict.fromkeys(("error", "errors", "why"), "explain"),
    **dict.fromkeys(("recover", "repair", "unbrick"), "rescue"),
    **dict.fromkeys(("read-flash", "read_flash", "dump"), "backup"),
    **dict.fromkeys(("gui", "page"), "web"),
}


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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words behind its name.

        Raises:
            UsageError: there are none; it shows the page.
        """
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            raise _CommandMissing("a command is missing", ctx)
        return super().parse_args(ctx, args)

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
        import difflib  # costs start-up time, as the texts below

        known = self.list_commands(ctx)
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
        if (ours := _WORDS_OF_OTHERS.get(name.lower(), "")) and (ours in known or ours[0] == "-"):
            near = [ours]
        meant = (
            f" Did you mean {' or '.join(f'`{ctx.command_path} {each}`' for each in near)}?" if near else ""
        )
        raise click.UsageError(f"No such command '{name}'.{meant}", ctx)


class _CommandMissing(click.UsageError):
    """A group alone: its page says more than an error."""

    def show(self, file: IO[str] | None = None) -> None:
        """Show the page."""
        assert self.ctx is not None
        click.echo(_page(self.ctx), file=file, err=file is None, color=self.ctx.color)


def _help(command: click.Command) -> click.Option:
    """The option of a command, always the same one: click compares them."""
    return _kept(command, "_help_page", _HELP_NAMES, "Show this message and exit.", _page)


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


def _page(ctx: click.Context) -> str:
    from modemflash_host.cli.help_text import help_page

    return help_page(ctx)
