"""The group of all commands, and the guard around them."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO, cast

import rich_click as click

import modemflash
from modemflash.errors import Problem
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.output import Output
from modemflash_host.errors import StopNow
from modemflash_host.reporters.words import printable
from modemflash_host.run import exit_codes

if TYPE_CHECKING:
    from modemflash_host.reporters import Reporter

_COMMANDS = {
    "backup": "backup",
    "board": "board",
    "capture": "capture",
    "card": "card",
    "completion": "completion",
    "config": "config",
    "demo": "demo",
    "explain": "explain",
    "fleet": "fleet",
    "history": "history",
    "identify": "identify",
    "info": "info",
    "ports": "ports",
    "report": "report",
    "rescue": "rescue",
    "settings": "settings",
    "setup": "setup",
    "simulate": "simulate",
    "update": "update",
    "web": "web",
}
is_process = False  # this is a command line's own process, which ends with the command
# Commands whose exit code is the modem's, whatever becomes of the words.
_WRITING = ("rescue", "settings", "update")
_WIDEST = 1000  # columns or lines
_BEFORE_MESSAGE = "Error: "  # of click
# Commands that the settings of this program are for.
_TALKING = ("backup", "identify", "info", "rescue", "settings", "update")
_EPILOG = "Exit codes: " + " · ".join(f"{number} {meaning}" for number, meaning in exit_codes.EXIT_CODES)


class _LazyGroup(HelpGroup):
    """Commands that are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"modemflash_host.cli.{_COMMANDS[name]}")
        command: click.Command = getattr(module, name)
        return command


@click.group(cls=_LazyGroup, epilog=_EPILOG)
@click.version_option(modemflash.__version__, "-V", "--version", prog_name="modemflash")
@click.pass_context
def modemflash_group(context: click.Context) -> None:
    """Update Sequans modems (GPy, FiPy, G01), Quectel modems and LG290P receivers."""
    if context.invoked_subcommand in _TALKING:
        from modemflash_host.privacy import without_passwords
        from modemflash_host.store.settings import load

        config = load()
        for warning in config.warnings:
            click.echo(f"! {printable(without_passwords(warning))}", err=True)
        context.default_map = {name: config.defaults() for name in _TALKING}


def run(arguments: list[str], *, is_stopped: bool = False) -> int:
    """Run one command line; the exit code.

    Args:
        arguments: the words behind the program's name.
        is_stopped: somebody pressed Ctrl-C already.
    """
    _open_missing_streams()
    _drop_absurd_widths()
    real = sys.stdout, sys.stderr
    out, err = Output(sys.stdout), Output(sys.stderr, raises=False)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        code = _run(arguments, out, is_stopped)
        out.end()
        if out.lost is not None and not isinstance(out.lost, BrokenPipeError):
            if not out.is_said:
                print(f"The output could not be written: {out.lost.strerror}.", file=sys.stderr)
            if code == exit_codes.DONE and not _writes(arguments):
                code = exit_codes.FAILED_UNTOUCHED
        err.end()
    finally:
        sys.stdout, sys.stderr = real
    return code


def _drop_absurd_widths() -> None:
    """A screen that is said to be a million columns wide would be filled with blanks, line by line."""
    for name in ("COLUMNS", "LINES"):
        text = os.environ.get(name, "")
        if text and not (text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= _WIDEST):
            del os.environ[name]


def _open_missing_streams() -> None:
    """A scheduler may start us without some: then a port that is opened must not get their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (for good)


def _run(arguments: list[str], out: Output, is_stopped: bool) -> int:
    if os.environ.get("_MODEMFLASH_COMPLETE", "").startswith("powershell"):
        from modemflash_host.cli.powershell_completion import register

        register()
    try:
        if is_stopped:
            raise KeyboardInterrupt
        code = modemflash_group.main(arguments, prog_name="modemflash", standalone_mode=False)
    except click.ClickException as error:
        said = _in_whole_words(error.format_message())
        error.format_message = lambda: said  # type: ignore[method-assign]
        error.show()
        _last_line(arguments, "usage", "refused")
        return exit_codes.USAGE
    except Problem as problem:
        return _failed(problem, arguments)
    except (click.Abort, KeyboardInterrupt):
        print("\nStopped. Nothing was written.", file=sys.stderr)
        _last_line(arguments, "stopped-before-write", "interrupted")
        return exit_codes.INTERRUPTED
    except StopNow:
        print("\nStopped at the third request.", file=sys.stderr)
        _last_line(arguments, "stopped-at-once", "interrupted")
        return exit_codes.INTERRUPTED
    except SystemExit:  # click's answer to a reader that went away
        if out.lost is None or _writes(arguments):
            raise
        return exit_codes.DONE
    except OSError:
        # Whether it is about our words or about a module, only the stream knows; a command that
        # writes has its own guard, and what escapes that is no good end.
        if out.lost is None or _writes(arguments):
            return _unexpected(arguments)
        return exit_codes.DONE  # `modemflash explain | head`, `> /dev/full`; `run` says so
    except Exception:  # noqa: BLE001 (the guard: whatever it is, people get words and a file, no traceback)
        return _unexpected(arguments)
    return code if isinstance(code, int) else exit_codes.DONE


def _in_whole_words(message: str) -> str:
    """What stands behind `Error: `; a terminal would break its lines anywhere."""
    from rich.text import Text

    from modemflash_host.reporters.rows import wrapped
    from modemflash_host.reporters.steady_console import SteadyConsole

    plain = "\n".join(map(printable, message.split("\n")))
    console = SteadyConsole(stderr=True)
    if not console.is_terminal:
        return plain
    lines = wrapped(console, Text(_BEFORE_MESSAGE + plain), console.width)
    return "\n".join(line.plain.rstrip() for line in lines).removeprefix(_BEFORE_MESSAGE)


def _failed(problem: Problem, arguments: list[str]) -> int:
    """One that came before, or without, the work that has a sink: told as any other."""
    from modemflash_host.cli.carry_out import carry_out
    from modemflash_host.cli.options import Talk

    def work(reporter: Reporter) -> NoReturn:
        raise problem

    return carry_out(work, Talk(as_json="--json" in arguments))


def _writes(arguments: list[str]) -> bool:
    return bool(set(_WRITING) & set(arguments[:1])) or arguments[:2] == ["fleet", "update"]


def _last_line(arguments: list[str], code: str, status: str) -> None:
    """A script gets its result line even when the command line was wrong."""
    if "--json" in arguments:
        from modemflash_host.run.result import Result

        state = "unknown" if code == "unexpected" else "untouched"
        with suppress(OSError):  # `run` says so
            print(json.dumps(Result(status, code, state).event()))


def _unexpected(arguments: list[str]) -> int:
    """Write the crash down, and say so."""
    from modemflash_host.errors import HOST_CATALOGUE
    from modemflash_host.privacy import mask_command_line, mask_crash

    happened, hint, _ = HOST_CATALOGUE["unexpected"]
    text = f"modemflash {modemflash.__version__}, Python {sys.version}, {sys.platform}\n"
    text += f"{mask_command_line(arguments)}\n\n{mask_crash(traceback.format_exc())}"
    try:
        from modemflash_host.store.state_folder import kept_file, state_folder

        path = state_folder("crashes") / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        with kept_file(path) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        where = str(path)
    except OSError as error:
        where = f"not written: {error.strerror}"
    last = mask_crash(traceback.format_exc().strip().splitlines()[-1])
    print(
        f"\n{happened}:\n  {last}\n\n  Code   unexpected\n  File   {where}\n  Do     {hint}", file=sys.stderr
    )
    _last_line(arguments, "unexpected", "failed")
    return exit_codes.UNEXPECTED
