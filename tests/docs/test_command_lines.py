"""Every command line that a hint, an error, a screen or a document prints is one that the program takes."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import rich_click as click

from modemflash_host.cli.app import modemflash_group
from modemflash_host.errors import CATALOGUE
from modemflash_host.families import registry

ROOT = Path(__file__).resolve().parents[2]
_QUOTED = re.compile(r"`(modemflash [a-z][^`]*)`")
_TYPED = re.compile(r"^\s*(?:\$ )?(modemflash [a-z].*)$", re.MULTILINE)
_INDENTED = re.compile(r"^ {4,}(?:\$ )?(modemflash [a-z].*)$", re.MULTILINE)
_PLACEHOLDERS = {"COMMAND": "info", "NAME": "gpy"}
_SAYS_SO = ("yes", "no", "true", "false", "on", "off", "0", "1")


def texts_of(path: Path) -> Iterator[str]:
    """What a source file may print: its texts, with a placeholder where something is filled in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)


def command_lines() -> list[tuple[str, str]]:
    """(where it stands, command line) of all."""
    found: dict[tuple[str, str], None] = {}
    for room in ("host/modemflash_host", "device"):
        for path in (ROOT / room).rglob("*.py"):
            for text in texts_of(path):
                found |= {(path.name, line): None for line in _QUOTED.findall(text)}
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = path.read_text(encoding="utf-8")
        blocks = "".join(re.findall(r"```(?:console|sh|bash|text)?\n(.*?)```", text, re.DOTALL))
        outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        lines = [*_QUOTED.findall(text), *_TYPED.findall(blocks), *_INDENTED.findall(outside)]
        found |= {(path.name, line): None for line in lines}
    return sorted(found)


def parse(line: str) -> None:
    """Parse it as the program would; nothing is run.

    Raises:
        click.UsageError: the program does not take it.
    """
    words = shlex.split(
        re.split(r" [>|&]+ | {3,}", line.replace("…", " ").replace("\\\n", " "))[0], comments=True
    )
    words = [_PLACEHOLDERS.get(word, word) for word in words[1:]]
    names = 0
    context = click.Context(modemflash_group, info_name="modemflash")
    command: click.Command | None = modemflash_group
    while isinstance(command, click.Group):
        if not words or words[0].startswith("-"):
            return
        name = words.pop(0)
        names += 1
        command = command.get_command(context, name)
        if command is None:
            raise click.UsageError(f"no command {name}")
    assert command is not None
    if not words:
        return  # it names a command, and not everything that is typed with it
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click.Path, "convert", lambda _self, value, _param, _ctx: Path(value))
        try:
            command.make_context(command.name, words, parent=context)
        except click.exceptions.Exit:
            return  # --help
        except click.MissingParameter:
            if " … " not in line:
                raise


def test_every_printed_command_line_is_one_that_the_program_takes() -> None:
    found = command_lines()
    assert len(found) > 60
    refused = []
    for where, line in found:
        try:
            parse(line)
        except click.UsageError as error:
            refused.append((where, line, error.format_message()))
    assert not refused, "\n".join(map(str, refused))


def options() -> dict[str, click.Option]:
    """Every option of every command, as typed."""
    context = click.Context(modemflash_group)
    waiting: list[click.Command] = [modemflash_group]
    found: dict[str, click.Option] = {}
    while waiting:
        command = waiting.pop()
        if isinstance(command, click.Group):
            waiting += [
                each
                for name in command.list_commands(context)
                if (each := command.get_command(context, name))
            ]
        for option in command.params:
            if isinstance(option, click.Option):
                found |= dict.fromkeys([*option.opts, *option.secondary_opts], option)
    return found


def test_every_option_that_a_hint_names_exists_and_takes_what_is_said_with_it() -> None:
    """`--flag no` of a flag without a value would make a file name of the `no`."""
    known = options()
    for code, (happened, hint, _) in CATALOGUE.items():
        ours = re.sub(r"`(?!modemflash)[^`]*`", "", f"{happened} {hint}")
        for name, word in re.findall(r"(--[a-z][a-z0-9-]*)[ =]?(\w*)", ours):
            if name in ("--help", "--help-all"):
                continue
            assert name in known, code
            assert not known[name].is_flag or word not in _SAYS_SO, (code, name, word)


def test_no_hint_has_the_flag_of_a_danger_in_it() -> None:
    flags = [f"--{name}" for name in registry.all_dangers()]
    assert [code for code, row in CATALOGUE.items() if any(flag in row[1] for flag in flags)] == []
