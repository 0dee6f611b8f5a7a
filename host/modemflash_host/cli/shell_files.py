"""Where each shell reads our completion from at its start, and what stands there.

Rules: the script itself is written, so that a new terminal starts no Python; a file of the user's gets a
block between two marks, a file of our own is one block; no link is followed, also on the way to it.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from click import Command
from click.shell_completion import get_completion_class

from modemflash_host.cli.powershell_completion import register
from modemflash_host.computer.programs import find_program

PROGRAM, VARIABLE = "modemflash", "_MODEMFLASH_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell")
# compdef is there once compinit ran, which not everybody's start-up file calls.
_ZSH_FIRST = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n"


@dataclass(frozen=True, slots=True)
class ShellFile:
    """A file that a shell reads at its start.

    Attributes:
        base: a folder that is the user's affair, links and all.
        below: names of the folders below it, which are made where they are missing.
        name: of the file.
        again: what is typed to have it read in this terminal.
    """

    base: Path
    below: tuple[str, ...]
    name: str
    again: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.base.joinpath(*self.below, self.name)

    def refuse_odd_places(self) -> None:
        """See that this user has a home, and that no link leads to the file from below `base`.

        Raises:
            NotADirectoryError: else, as for a service, whose home is often only a name.
        """
        home = Path.home()
        if not (home.is_absolute() and home.is_dir()) or os.environ.get("HOME") == "":
            raise NotADirectoryError(errno.ENOTDIR, "this user has no home folder", str(home))
        if not self.base.is_absolute():
            raise NotADirectoryError(errno.ENOTDIR, "it is named from the current folder", str(self.base))
        for count in range(1, len(self.below) + 1):
            if (folder := self.base.joinpath(*self.below[:count])).is_symlink():
                raise NotADirectoryError(errno.ENOTDIR, "a link leads to it", str(folder))


def script(shell: str, group: Command) -> str:
    """What makes a shell complete our command lines."""
    register()
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(group, {}, PROGRAM, VARIABLE).source()


def block(shell: str, group: Command) -> str:
    """What stands between our marks in the shell's file."""
    return (_ZSH_FIRST if shell == "zsh" else "") + script(shell, group)


def file_of(shell: str, environment: Mapping[str, str] = os.environ) -> ShellFile:
    """The file of a shell for this user."""
    home = Path.home()
    if shell == "bash":
        return ShellFile(home, (), ".bashrc", ". ~/.bashrc")
    if shell == "zsh":
        return ShellFile(Path(environment.get("ZDOTDIR") or home), (), ".zshrc", ". ~/.zshrc")
    config = environment.get("XDG_CONFIG_HOME", "")
    base, below = (Path(config), ()) if Path(config).is_absolute() else (home, (".config",))
    if shell == "fish":
        return ShellFile(base, (*below, "fish", "completions"), "modemflash.fish", "fish")
    profile = "Microsoft.PowerShell_profile.ps1"
    if sys.platform == "win32":
        folder = "PowerShell" if find_program("pwsh") else "WindowsPowerShell"
        return ShellFile(Path(platformdirs.user_documents_dir()), (folder,), profile, ". $PROFILE")
    return ShellFile(base, (*below, "powershell"), profile, ". $PROFILE")


def own_shell(environment: Mapping[str, str] = os.environ) -> str | None:
    """The shell of this user, as far as the environment tells; None where it is none of `SHELLS`."""
    if sys.platform == "win32":
        return "powershell"
    name = Path(environment.get("SHELL", "")).name
    name = "powershell" if name == "pwsh" else name
    return name if name in SHELLS else None
