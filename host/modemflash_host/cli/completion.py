"""`modemflash completion`: what makes a shell complete our command lines, printed or put into its file.

Rules: a file of the user's is shown and asked for before it is edited; without a terminal it takes `-y`;
the same command again does nothing; `uninstall` leaves the file as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import rich_click as click

from modemflash.errors import Refusal
from modemflash_host.cli.asking import on_a_terminal, wrapped
from modemflash_host.cli.help_page import HelpCommand, HelpGroup
from modemflash_host.reporters.words import printable

_SHELLS = ("bash", "zsh", "fish", "powershell")
_shell = click.argument("shell", required=False, type=click.Choice(_SHELLS))
_yes = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


@click.group(cls=HelpGroup)
def completion() -> None:
    """What makes a shell complete our command lines: bash, zsh, fish, PowerShell."""


def _printing(shell: str) -> click.Command:
    def show(context: click.Context) -> int:
        from modemflash_host.cli.shell_files import script

        click.echo(script(shell, context.find_root().command))
        return 0

    about = f"Print the completion script of {'PowerShell' if shell == 'powershell' else shell}."
    return click.command(shell, cls=HelpCommand, help=about)(click.pass_context(show))


for _name in _SHELLS:
    completion.add_command(_printing(_name))


@completion.command("install")
@_shell
@_yes
@click.pass_context
def install(context: click.Context, shell: str | None, yes: bool) -> int:
    """Put completion into the start-up file of SHELL, else of yours. Asks first.

    That is ~/.bashrc, ~/.zshrc, modemflash.fish among fish's completions, or PowerShell's profile.
    """
    from modemflash_host.cli.shell_files import block, file_of
    from modemflash_host.store.marked_block import put_in
    from modemflash_host.store.new_file import new_folders

    shell = shell or _own_shell()
    place = file_of(shell)

    def work() -> int:
        place.refuse_odd_places()
        edit = put_in(place.path, block(shell, context.find_root().command))
        if not edit.changes:
            click.echo(f"Nothing to do: the completion stands in {printable(place.path)}.")
            return 0
        lines = edit.after.count(b"\n") - (edit.before or b"").count(b"\n")
        what = f"adds {lines} lines" if lines > 1 else "changes the lines of an earlier version"
        _agree(f"This {what} between two marks, `modemflash completion`, in", place.path, yes)
        new_folders(place.base, *place.below)
        edit.apply()
        click.echo(f"Done. It works in new terminals; in this one type: {place.again}")
        return 0

    return _guarded(work, place.path)


@completion.command("uninstall")
@_shell
@_yes
def uninstall(shell: str | None, yes: bool) -> int:
    """Take the completion of a SHELL out of its start-up file, which is then as it was. Asks first."""
    from modemflash_host.cli.shell_files import file_of
    from modemflash_host.store.marked_block import take_out

    place = file_of(shell or _own_shell())

    def work() -> int:
        place.refuse_odd_places()
        edit = take_out(place.path)
        if not edit.changes:
            click.echo(f"Nothing to do: there is no completion of ours in {printable(place.path)}.")
            return 0
        _agree("This takes our lines out of", place.path, yes)
        edit.apply()
        click.echo("Done. Terminals that are open keep it.")
        return 0

    return _guarded(work, place.path)


def _own_shell() -> str:
    from modemflash_host.cli.shell_files import own_shell

    shell = own_shell()
    if shell is None:
        raise Refusal("shell-unknown")
    return shell


def _agree(what: str, path: Path, yes: bool) -> None:
    """Ask whether a file may be edited.

    Raises:
        Refusal: nobody said yes.
    """
    click.echo(wrapped(f"{what} {printable(path)}"))
    if yes:
        return
    if not on_a_terminal():
        raise Refusal("shell-file-not-edited", "nobody is there to be asked; -y says yes beforehand")
    if not click.confirm("Go on?", default=False):
        raise Refusal("shell-file-not-edited", "you did not say yes")


def _guarded(work: Callable[[], int], path: Path) -> int:
    """What cannot be edited is said in words."""
    from modemflash_host.store.marked_block import TornBlock

    try:
        return work()
    except (OSError, TornBlock) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Refusal("shell-file-not-edited", f"{path}: {why}") from error
