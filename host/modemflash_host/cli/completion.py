"""`modemflash completion`: what makes a shell complete our command lines."""

from __future__ import annotations

import rich_click as click
from click.shell_completion import get_completion_class

from modemflash_host.cli.help_page import HelpCommand

_PROGRAM = "modemflash"
_VARIABLE = "_MODEMFLASH_COMPLETE"
_SHELLS = ("bash", "zsh", "fish")


@click.command(
    cls=HelpCommand,
    epilog='bash: eval "$(modemflash completion bash)" in ~/.bashrc · zsh: the same in ~/.zshrc · '
    "fish: modemflash completion fish > ~/.config/fish/completions/modemflash.fish",
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a SHELL."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, _PROGRAM, _VARIABLE).source())
    return 0
