"""`modemflash simulate module`: a simulated GNSS module behind a port, for any program."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from urllib.parse import urlencode

import rich_click as click
from rich.console import Console
from rich.text import Text

from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.simulated_port import (
    from_capture_option,
    module_of,
    serve_capture,
    serve_until_ended,
)
from modemflash_host.reporters.rows import Rows
from modemflash_sim import devices, state_files
from modemflash_sim.endpoints.serve import KINDS, open_endpoint, usual_endpoint
from modemflash_sim.quectel_gnss import address, assumptions, faults, profiles
from modemflash_sim.quectel_gnss.module import SimGnss
from modemflash_sim.replay import ReplayModem


@click.command("module", cls=HelpCommand)
@click.option(
    "--profile", default="lg290p", show_default=True,
    type=click.Choice(list(profiles.PROFILES)), metavar="PROFILE",
    help=f"Which module, in which state: {', '.join(profiles.PROFILES)}.",
)  # fmt: skip
@click.option(
    "--endpoint", default=usual_endpoint, show_default="pty; tcp on Windows", type=click.Choice(KINDS),
    help="What it looks like from outside; tcp and rfc2217 work on every system.",
)  # fmt: skip
@click.option(
    "--tcp-port", type=click.IntRange(0, 65535), default=0, help="Of the tcp endpoints; 0: any free one."
)
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="This file keeps the module, and it goes on from there the next time.",
)  # fmt: skip
@click.option(
    "--hand", type=click.IntRange(0, 3600), default=0, metavar="SECONDS",
    help="Somebody presses RESET every so many seconds; 0: nobody.",
)  # fmt: skip
@click.option(
    "--fault", "its_faults", multiple=True, metavar="NAME[:N]",
    help="What is wrong with it; more than once. --list names them all.",
)  # fmt: skip
@click.option(
    "--assume", "its_assumptions", multiple=True, metavar="NAME:VALUE",
    help="How it behaves where nobody knows; more than once. --list names them all.",
)  # fmt: skip
@from_capture_option
@click.option("--list", "list_all", is_flag=True, help="List the faults and assumptions, and end.")
def simulate_module(
    profile: str,
    endpoint: str,
    tcp_port: int,
    state: Path | None,
    hand: int,
    its_faults: tuple[str, ...],
    its_assumptions: tuple[str, ...],
    from_capture: Path | None,
    list_all: bool,
) -> int:
    """Run a simulated GNSS module and print the port to use. Ctrl-C ends it."""
    console = Console(highlight=False)
    if list_all:
        _list(console)
        return 0
    said = {"fault": ",".join(its_faults), "assume": ",".join(its_assumptions), "hand_s": str(hand)}
    if state is not None:
        said["state"] = str(state)
    user = None
    try:
        if state is not None:
            user = state_files.SoleUser(state)
        device: devices.SimulatedDevice | ReplayModem = (
            module_of(from_capture)
            if from_capture is not None
            else devices.start(f"{devices.SCHEME}://{profile}?{urlencode(said)}")
        )
        opened = open_endpoint(endpoint, tcp_port)
    except (ValueError, OSError) as error:
        if user is not None:
            user.close()
        raise click.UsageError(str(error)) from error
    try:
        if isinstance(device, ReplayModem):
            return serve_capture(console, device, opened)
        serve_until_ended(console, device, opened, f"A simulated {profile}")
        if state is not None and isinstance(device, SimGnss):
            address.save(device, state)
    finally:
        if user is not None:
            user.close()
    about = [(name.capitalize(), Text(str(value))) for name, value in _told(device.verdict)]
    console.print()
    console.print(Rows(about))
    return 0


def _told(verdict: object) -> list[tuple[str, object]]:
    """What the module says about those who talked to it, without what is empty."""
    assert dataclasses.is_dataclass(verdict) and not isinstance(verdict, type)
    return [(name, value) for name, value in dataclasses.asdict(verdict).items() if value not in ("", ())]


def _list(console: Console) -> None:
    rows = {
        "Faults": [(":".join((name, *"N" * count)), about) for name, (count, about) in faults.FAULTS.items()],
        "Assumptions": [
            (f"{name}:{'|'.join(behaviours)}", about)
            for name, (behaviours, about) in assumptions.ASSUMPTIONS.items()
        ],
    }
    for title, those in rows.items():
        console.print(Text(title, "bold"))
        console.print(Rows([(name, Text(about)) for name, about in those], width=20))
