"""`modemflash simulate module`: a simulated GNSS module behind a port, for any program."""

from __future__ import annotations

import dataclasses
import signal
import threading
from pathlib import Path
from urllib.parse import urlencode

import rich_click as click
from rich.console import Console
from rich.text import Text

from modemflash_host.cli.next_command import command_line
from modemflash_host.reporters.rows import Rows
from modemflash_sim import devices, state_files
from modemflash_sim.endpoints.serve import open_endpoint, serve
from modemflash_sim.quectel_gnss import address, assumptions, faults, profiles
from modemflash_sim.quectel_gnss.module import SimGnss

_LOOK_S = 0.5


@click.command("module")
@click.option(
    "--profile", default="lg290p", show_default=True,
    type=click.Choice(list(profiles.PROFILES)), metavar="PROFILE",
    help=f"Which module, in which state: {', '.join(profiles.PROFILES)}.",
)  # fmt: skip
@click.option(
    "--endpoint", default="pty", show_default=True, type=click.Choice(["pty", "tcp", "rfc2217"]),
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
@click.option("--list", "list_all", is_flag=True, help="List the faults and assumptions, and end.")
def simulate_module(
    profile: str,
    endpoint: str,
    tcp_port: int,
    state: Path | None,
    hand: int,
    its_faults: tuple[str, ...],
    its_assumptions: tuple[str, ...],
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
        device = devices.start(f"{devices.SCHEME}://{profile}?{urlencode(said)}")
        opened = open_endpoint(endpoint, tcp_port)
    except (ValueError, OSError) as error:
        if user is not None:
            user.close()
        raise click.UsageError(str(error)) from error
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(device, opened) as port:
        console.print(Text.assemble(("Port  ", "dim"), (port, "bold")), soft_wrap=True)
        info = command_line(["modemflash", "info", "--port", port])
        console.print(Text.assemble(("Try   ", "dim"), (info, "cyan")), soft_wrap=True)
        console.print(Text(f"A simulated {profile} answers there. Ctrl-C ends it.", "dim"))
        while not ended.wait(_LOOK_S):  # short waits: on Windows a signal ends no longer one
            pass
    if state is not None and isinstance(device, SimGnss):
        address.save(device, state)
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
