"""The options that families bring: what can be asked of an update, and a flag for each danger.

Rules: they are made from the families' tables, none is written down here; a
danger has a flag of its own, and its help names the risk; what was not said is
not passed on, so the family's own defaults hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import rich_click as click

from modemflash_host.cli.options import Command
from modemflash_host.consents import Consent
from modemflash_host.families import registry
from modemflash_host.families.contract import Option
from modemflash_host.families.vocabulary import Danger

_TYPES: dict[str, dict[str, Any]] = {
    "flag": {"is_flag": True},
    "text": {},
    "number": {"type": int},
    "file": {"type": click.Path(path_type=Path)},
    "yes-no": {"default": None},
}


def option_names(group: str) -> list[str]:
    """The families' options of one group, as typed."""
    return [f"--{option.name}" for option in registry.all_options() if option.group == group]


def danger_names() -> list[str]:
    """The flags of all dangers, as typed."""
    return [f"--{name}" for name in registry.all_dangers()]


def family_options(command: Command) -> Command:
    """A flag for each option and each danger of each family."""
    return _with_flags(command, registry.all_options(), registry.all_dangers())


def plain_options(command: Command) -> Command:
    """A flag for each option of each family, and for no danger: those are never accepted for many boards."""
    return _with_flags(command, registry.all_options(), {})


def words_of_options(flags: Mapping[str, object]) -> list[str]:
    """The command line words that say the same to another command."""
    words: list[str] = []
    for name, value in options_of(flags).items():
        if isinstance(value, bool):
            words.append(f"--{name}" if value else f"--not-{name}")
        else:
            words += [f"--{name}", str(value)]
    return words


def options_of_family(name: str) -> Callable[[Command], Command]:
    """The same for one family, without the options that name a file."""
    family = registry.family_named(name)
    options = tuple(option for option in family.options if option.kind != "file")
    return lambda command: _with_flags(command, options, family.vocabulary.dangers)


def _with_flags(command: Command, options: tuple[Option, ...], dangers: Mapping[str, Danger]) -> Command:
    decorators = [_option(option) for option in options]
    for name, danger in dangers.items():
        kind: dict[str, Any] = {"is_flag": True}
        if danger.choices:
            kind = {"type": click.Choice(list(danger.choices))}
        elif danger.argument:
            kind = {"metavar": danger.argument}
        decorators.append(click.option(f"--{name}", help=danger.risk, **kind))
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def _option(option: Option) -> Command:
    typed = f"--{option.name}/--not-{option.name}" if option.kind == "yes-no" else f"--{option.name}"
    return click.option(typed, help=option.help, metavar=option.metavar or None, **_TYPES[option.kind])


def options_of(flags: Mapping[str, object]) -> dict[str, Any]:
    """What was said of the families' options, by their names."""
    unsaid = {option.name: False if option.kind == "flag" else None for option in registry.all_options()}
    said = {name.replace("_", "-"): value for name, value in flags.items()}
    return {name: said[name] for name, value in unsaid.items() if said.get(name, value) is not value}


def consents_of(flags: Mapping[str, object]) -> frozenset[Consent]:
    """The consents that the command line gives; "yes" is one."""
    dangers = registry.all_dangers()
    said = {name.replace("_", "-"): value for name, value in flags.items() if value}
    return frozenset(
        Consent(name, "" if value is True else str(value))
        for name, value in said.items()
        if name in dangers or name == "yes"
    )
