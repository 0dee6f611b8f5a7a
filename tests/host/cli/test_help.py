"""The help of every command, as a terminal of 80 columns shows it."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docs.test_command_lines import parse
from modemflash_host.cli import app
from modemflash_host.cli.app import modemflash_group
from modemflash_host.cli.help_examples import EXAMPLES
from modemflash_host.cli.help_page import _WORDS_OF_OTHERS
from modemflash_host.cli.help_text import _page
from modemflash_host.families import registry

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


def shown(path: tuple[str, ...], word: str) -> str:
    return CliRunner().invoke(modemflash_group, [*path, word], prog_name="modemflash").output


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_all_of_the_help_fits_80_columns(path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is longer, every option has its whole name there, and so has every choice."""
    monkeypatch.setenv("COLUMNS", "80")
    text = shown(path, "--help-all")
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


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_examples_stand_in_their_own_lines(path: tuple[str, ...]) -> None:
    """They come from their table: in a docstring they would run together with its sentences."""
    assert "Examples:" not in (ALL[path].help or "")


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_one_screen(path: tuple[str, ...]) -> None:
    """80 × 24: what it is for, two examples that the program takes, and no danger's flag."""
    text = shown(path, "--help")
    lines = text.splitlines()
    assert len(lines) <= 23 and max(map(len, lines)) <= 80
    assert lines[0].startswith("Usage: modemflash")
    assert all(line.count("(") == line.count(")") for line in lines if path == ()), (
        "a sentence cut in brackets"
    )
    examples = EXAMPLES[" ".join(path)].examples
    assert len(examples) == 2
    for line, what in examples:
        assert f"modemflash {line}" in text and what
        parse(f"modemflash {line}")
    assert not [name for name in registry.all_dangers() if f"--{name}" in text]
    options = [each for each in ALL[path].params if isinstance(each, click.Option) and not each.hidden]
    missing = [each.opts for each in options if not set(each.opts) & set(text.replace(",", " ").split())]
    assert ("--help-all" in text) == bool(missing or ALL[path].epilog)


@pytest.mark.parametrize(
    "path", [path for path, each in ALL.items() if isinstance(each, click.Group)], ids=" ".join
)
def test_a_group_alone_shows_its_page(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """What somebody types first is answered by one screen, and is an error all the same."""
    assert app.run([*path]) == 2
    heard = capsys.readouterr()
    assert heard.err == shown(path, "--help") and not heard.out


@pytest.mark.parametrize(
    "path", [path for path, each in ALL.items() if isinstance(each, click.Group)], ids=" ".join
)
def test_a_command_is_said_in_whole_words(path: tuple[str, ...]) -> None:
    """In the list of a group: no sentence that breaks off, and no second one that only begins."""
    for line in _page(click.Context(ALL[path], info_name="x"), EXAMPLES[" ".join(path)], (), more=False):
        if line.startswith("  ") and not line.startswith("  modemflash"):
            _, said = line.split(None, 1)
            assert "…" not in said and not re.search(r"\. [A-Z]\w*$", said), line


def test_every_row_of_examples_is_of_a_command() -> None:
    for words, row in EXAMPLES.items():
        known = {name for each in ALL[tuple(words.split())].params for name in each.opts}
        assert {f"--{name}" for name in row.common} <= known, words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["updat"], "`modemflash update`"),
        (["bord", "info"], "`modemflash board`"),
        (["board", "deplyo"], "`modemflash board deploy`"),
        (["update", "x", "--dryrun"], "--dry-run"),
        (["UPDATE", "x"], "`modemflash update`"),
        (["help", "update"], "`modemflash --help`"),
        (["board", "help"], "`modemflash board --help`"),
        (["version"], "`modemflash --version`"),
        (["flash", "x"], "`modemflash update`"),
        (["list"], "`modemflash ports`"),
    ],
)
def test_what_was_meant(typed: list[str], meant: str) -> None:
    """Commands and options that are spelled alike are named."""
    done = CliRunner().invoke(modemflash_group, typed, prog_name="modemflash")
    assert done.exit_code == 2
    assert f"Did you mean {meant}" in " ".join(done.output.split()).replace("'", "")


def test_every_word_of_another_program_leads_to_a_command_of_ours() -> None:
    assert not set(_WORDS_OF_OTHERS) & set(modemflash_group.list_commands(click.Context(modemflash_group)))
    for ours in _WORDS_OF_OTHERS.values():
        assert ours.startswith("--") or (ours,) in ALL


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


def test_a_number_is_called_a_number() -> None:
    """A typing error is answered in words for people: "integer range" is none."""
    kinds = {each.type.name for command in ALL.values() for each in command.params}
    assert not [kind for kind in kinds if "range" in kind]


@pytest.mark.parametrize(
    "typed", [["simulate", "modem", "--fault", "nonsense"], ["info", "--via", "\x1b[2J" + "x" * 9], ["updat"]]
)
def test_a_usage_error_breaks_between_words(typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal; elsewhere it is one line. No control code of what was typed gets through."""
    said = {}
    for is_terminal in (True, False):
        screen = io.StringIO()
        monkeypatch.setattr(screen, "isatty", lambda is_terminal=is_terminal: is_terminal)
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("COLUMNS", "60")
        assert app.run(typed) == 2
        assert "\x1b[2J" not in screen.getvalue()
        said[is_terminal] = re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue()).partition("Error: ")[2]
    assert max(map(len, ("Error: " + said[True]).splitlines())) <= 60
    assert said[True].split() == said[False].split() and len(said[False].splitlines()) == 1
