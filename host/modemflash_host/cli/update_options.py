"""What is wanted and what is consented to: the options that `update` and `card prepare` share.

Rules: a danger has a flag of its own, and its help names the risk; what was not
said is not passed on, so the engine's own defaults hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rich_click as click

from modemflash_host.consents import DANGERS

_CHOICES = {"change-radio": ["cat-m1", "nb-iot"]}


def update_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--expect-build, --repair, --after-part-1, and a flag for each danger."""
    options = [
        click.option("--expect-build", type=int, metavar="N", help="The build that must run at the end."),
        click.option("--repair", is_flag=True, help="Write the build again where it runs already."),
        click.option(
            "--after-part-1/--not-after-part-1",
            default=None,
            help="For modems at build 39529: whether part 1 of 48829 was written last.",
        ),
    ]
    for name, danger in DANGERS.items():
        kind: dict[str, Any] = {"is_flag": True}
        if name in _CHOICES:
            kind = {"type": click.Choice(_CHOICES[name])}
        elif danger.argument:
            kind = {"metavar": danger.argument}
        options.append(click.option(f"--{name}", help=danger.risk, **kind))
    for option in reversed(options):
        command = option(command)
    return command


def engine_options(expect_build: int | None, repair: bool, after_part_1: bool | None) -> dict[str, Any]:
    """What was said of them, as the engine's options (`modemflash.upgrade.Update`)."""
    options: dict[str, Any] = {"repair": True} if repair else {}
    if expect_build is not None:
        options["expect_build"] = expect_build
    if after_part_1 is not None:
        options["after_part_1"] = after_part_1
    return options


def given(flags: dict[str, Any]) -> set[str]:
    """The consents that the command line gives."""
    names = {flag.replace("_", "-"): value for flag, value in flags.items() if value}
    return {name if value is True else f"{name} {value}" for name, value in names.items()}
