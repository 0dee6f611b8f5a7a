"""The help of every command, as a terminal of 80 columns shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from modemflash_host.cli.app import modemflash_group

Found = tuple[tuple[str, ...], click.Command]


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[Found]:
    """Every command below this one, itself included, with the words that lead to it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


ALL = dict(commands(modemflash_group))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_fits_80_columns(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is longer, every option has its whole name there, and so has every choice."""
    monkeypatch.setenv("COLUMNS", "80")
    text = CliRunner().invoke(modemflash_group, [*path, "--help"], prog_name="modemflash").output
    assert max(map(len, text.splitlines())) <= 80
    typed = text.replace("│", " ").split()
    words = [part for word in typed for part in word.split("/")]
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert any(name in words for name in parameter.opts), parameter.opts
            assert all(name in words for name in parameter.secondary_opts), parameter.secondary_opts
            assert "|" not in (parameter.metavar or "") or parameter.metavar in typed, parameter.metavar
        if isinstance(parameter.type, click.Choice):
            missing = [name for name in parameter.type.choices if not any(name in word for word in words)]
            assert not missing, (parameter.name, missing)


def test_simulate_board_says_where_a_micropython_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who has none learns how to get one on each system."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    done = CliRunner().invoke(modemflash_group, ["simulate", "board"], prog_name="modemflash")
    assert done.exit_code == 2
    text = " ".join(done.output.replace("│", " ").split())
    for words in ("apt install micropython", "brew install micropython", "--micropython", "--fetch"):
        assert words in text
