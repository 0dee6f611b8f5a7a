"""The command line that is best typed next, after each end of a command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import rich_click as click

from modemflash.errors import RECOVERABLE, UNKNOWN, UPDATED, NoModem, Refusal
from modemflash_host.api.firmware import typed_files, typed_path
from modemflash_host.cli.shell_words import command_line
from modemflash_host.consents import YES, flag_of
from modemflash_host.errors import ConsentMissing
from modemflash_host.links.names import AUTO
from modemflash_host.rescue.retry import MODEM_IS_SILENT
from modemflash_host.run.result import Result
from modemflash_host.store.firmware_places import places

# The board knows how far it came, and goes on from there.
_HELD_CODES = ("relay-silent", "relay-restarted", "relay-late")
_OTHER_FILES_CODES = ("edl-other-package",)  # the same command would be refused for ever
_NEVER_AGAIN_CODES = (
    "sahara-refused",
    "sahara-other-image",
    "sahara-out-of-bounds",
)  # another package, or tool
_AGAIN_CODES = ("port-absent", "port-not-permitted", "port-busy", "port-lost", "not-confirmed")


def next_command(result: Result, port: str, begun: Sequence[str] = (), settings_differ: bool = False) -> str:
    """The command line that is best typed next; "" where nothing is left to do.

    Args:
        result: how the command ended.
        port: where a module was talked to; "" for none.
        begun: names of the files of an update that did not finish.
        settings_differ: some that can be set again are not as they were before the update.
    """
    problem = result.problem
    again = command_line(["modemflash", *sys.argv[1:]])
    ask_it = command_line(["modemflash", "info", "-p", port, *_way_words()]) if port else ""
    if problem is None:
        if result.code == "dry-run":
            return _without_dry_run()
        if result.status == "updated" and settings_differ and port:
            return command_line(["modemflash", "settings", *_where(port), *_way_words()])
        return ask_it if result.status == "installed-unconfirmed" else ""
    if problem.code == "relay-occupied":
        return _without_dry_run() if problem.detail else "modemflash history"
    if isinstance(problem, ConsentMissing):  # a danger's flag is never offered
        plain = problem.consents == (YES,)
        return f"{again} {flag_of(YES)}" if plain else f"modemflash explain {problem.code}"
    if problem.code == "settings-need-yes":
        return f"{again} {flag_of(YES)}"
    if problem.code == "fleet-not-all":
        return again
    if problem.code == "fleet-scanned-in-part":
        return command_line(["modemflash", "fleet", "info", "--boards", _output()])
    if problem.code == "board-console":
        return command_line(["modemflash", *_without_way(), "--via", "relay"])
    if problem.code in _HELD_CODES:
        return again
    if problem.code in MODEM_IS_SILENT and port:
        return _with_files("rescue", port, begun)
    if problem.code in _OTHER_FILES_CODES and port and begun:
        return command_line(["modemflash", "update", *places(begun), *_where(port), *_way_words()])
    is_begun = problem.code == "power-must-stay" or (isinstance(problem, NoModem) and bool(begun))
    if is_begun and port and _files(begun):
        return _with_files("update", port, begun)
    if result.modem_state == UNKNOWN or (result.modem_state == UPDATED and ask_it):
        return ask_it
    if isinstance(problem, NoModem) or result.modem_state == RECOVERABLE or problem.code in _AGAIN_CODES:
        return again
    if problem.code == "unknown-code":
        return "modemflash explain"
    if isinstance(problem, Refusal) or problem.code in _NEVER_AGAIN_CODES:
        return f"modemflash explain {problem.code}"
    return again


def _where(port: str) -> list[str]:
    """The port, where it must be named."""
    return [] if port == AUTO else ["-p", port]


def _way_words() -> list[str]:
    """The way to the modem, where the user has named one."""
    words = sys.argv[1:]
    at = words.index("--via") if "--via" in words else len(words)
    return words[at : at + 2] or [word for word in words if word.startswith("--via=")]


def _without_way() -> list[str]:
    """What was typed, but for `--via`."""
    words = sys.argv[1:]
    at = words.index("--via") if "--via" in words else len(words)
    return [word for word in words[:at] + words[at + 2 :] if not word.startswith("--via=")]


def _with_files(command: str, port: str, begun: Sequence[str]) -> str:
    """Another command at the same port with the same files."""
    if sys.argv[1:2] == [command]:
        return command_line(["modemflash", *sys.argv[1:]])
    return command_line(["modemflash", command, *_files(begun), *_where(port), *_way_words()])


def _files(begun: Sequence[str]) -> list[str]:
    """The files of this command, as they were typed; else those of the update that did not finish."""
    context = click.get_current_context(silent=True)
    said = context.params if context is not None else {}
    options = {name.replace("_", "-"): value for name, value in said.items()}
    files = [typed_path(path) for path in typed_files(said.get("files") or (), options)]
    return files or list(places(begun))


def _output() -> str:
    """The list that this command has written."""
    context = click.get_current_context(silent=True)
    return str(context.params["output"]) if context is not None else "fleet.toml"


def _without_dry_run() -> str:
    return command_line(["modemflash", *(word for word in sys.argv[1:] if word != "--dry-run")])
