"""`modemflash simulate module`: a simulated module behind its ports, for any program.

Rules: a GNSS module has one serial port; a Quectel modem has USB ports that come
and go, so it is served as terminals in a folder, or by usb2tcp; at the end the
module says what was done to it.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import rich_click as click
from rich.console import Console
from rich.text import Text

from modemflash_host.cli.help_page import HelpCommand
from modemflash_host.cli.options import Number
from modemflash_host.cli.shell_words import command_line
from modemflash_host.cli.simulated_port import from_capture_option, module_of, serve_capture
from modemflash_host.reporters.rows import Rows
from modemflash_sim import devices, state_files
from modemflash_sim.endpoints.serve import KINDS, open_endpoint, serve, usual_endpoint
from modemflash_sim.endpoints.usb2tcp import Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import PtyEndpoints, Usb2tcpEndpoints, serve_usb
from modemflash_sim.quectel_edl import assumptions as modem_assumptions
from modemflash_sim.quectel_edl import faults as modem_faults
from modemflash_sim.quectel_edl import profiles as modem_profiles
from modemflash_sim.quectel_edl import state_file as modem_file
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_gnss import address as gnss_file
from modemflash_sim.quectel_gnss import assumptions as gnss_assumptions
from modemflash_sim.quectel_gnss import faults as gnss_faults
from modemflash_sim.quectel_gnss import profiles as gnss_profiles
from modemflash_sim.quectel_gnss.module import SimGnss

_LOOK_S = 0.5
_SERIAL_ENDPOINTS, _USB_ENDPOINTS = KINDS, ("pty", "usb2tcp")
_PROFILES = (*gnss_profiles.PROFILES, *modem_profiles.PROFILES)
_TABLES = {
    "GNSS modules": (gnss_faults.FAULTS, gnss_assumptions.ASSUMPTIONS),
    "Quectel modems": (modem_faults.FAULTS, modem_assumptions.ASSUMPTIONS),
}

_FOLDER = (
    "A folder with a link for each of its USB ports, for programs that open terminals. modemflash knows such "
    "a modem by its USB ids: for it take --endpoint usb2tcp, or the port sim://{}."
)


@click.command("module", cls=HelpCommand)
@click.option(
    "--profile", default="lg290p", show_default=True, type=click.Choice(list(_PROFILES)), metavar="PROFILE",
    help=f"Which module, in which state: {', '.join(_PROFILES)}.",
)  # fmt: skip
@click.option(
    "--endpoint", default=usual_endpoint, show_default="pty; tcp on Windows",
    type=click.Choice([*KINDS, "usb2tcp"]),
    help="What it looks like from outside; all but pty work on every system. "
    "A modem with USB ports takes pty or usb2tcp, a GNSS module all but usb2tcp.",
)  # fmt: skip
@click.option("--tcp-port", type=Number(0, 65535), default=0, help="Of the tcp endpoints; 0: any free one.")
@click.option(
    "--folder", type=click.Path(file_okay=False, exists=True, path_type=Path), metavar="FOLDER",
    help="Where the USB ports of a modem appear and disappear; else in a temporary folder.",
)  # fmt: skip
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="This file keeps the module, and it goes on from there the next time.",
)  # fmt: skip
@click.option(
    "--hand", type=Number(0, 3600), default=0, metavar="SECONDS",
    help="Somebody presses RESET of a GNSS module every so many seconds; 0: nobody.",
)  # fmt: skip
@click.option(
    "--fault", "its_faults", multiple=True, metavar="NAME[:N]",
    help="What is wrong with it; more than once. --list names them all.",
)  # fmt: skip
@click.option(
    "--assume", "its_assumptions", multiple=True, metavar="NAME:VALUE",
    help="How it behaves where nobody knows; more than once. --list names them all.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="At the end, what was done to it as one line of JSON.")
@from_capture_option
@click.option("--list", "list_all", is_flag=True, help="List the faults and assumptions, and end.")
def simulate_module(
    profile: str,
    endpoint: str,
    tcp_port: int,
    folder: Path | None,
    state: Path | None,
    hand: int,
    its_faults: tuple[str, ...],
    its_assumptions: tuple[str, ...],
    as_json: bool,
    from_capture: Path | None,
    list_all: bool,
) -> int:
    """Run a simulated module and print the port to use. Ctrl-C ends it."""
    console = Console(highlight=False)
    if list_all:
        _list(console)
        return 0
    if from_capture is not None:
        return _replay(console, from_capture, endpoint, tcp_port)
    said = {"fault": ",".join(its_faults), "assume": ",".join(its_assumptions)}
    said |= {"hand_s": str(hand)} if hand else {}
    said |= {"state": str(state)} if state is not None else {}
    ended = threading.Event()
    with ExitStack() as stack:
        try:
            if state is not None:
                stack.callback(state_files.SoleUser(state).close)
            device = devices.start(f"{devices.SCHEME}://{profile}?{urlencode(said)}")
            has_usb = isinstance(device, SimQuectel)
            if endpoint not in (_USB_ENDPOINTS if has_usb else _SERIAL_ENDPOINTS):
                takes = " or ".join(_USB_ENDPOINTS if has_usb else _SERIAL_ENDPOINTS)
                raise ValueError(f"{profile} takes {takes}, not {endpoint}")
            if isinstance(device, SimQuectel):
                served = _usb(device, endpoint, tcp_port, folder, ended.set)
            else:
                served = serve(device, open_endpoint(endpoint, tcp_port), on_end=ended.set)
        except (ValueError, OSError) as error:
            raise click.UsageError(str(error)) from error
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        with served as port:
            _say(console, profile, port)
            while not ended.wait(_LOOK_S):  # short waits: on Windows a signal ends no longer one
                pass
        if state is not None:
            _saver(device, state)()
    if as_json:
        console.print(json.dumps(dataclasses.asdict(device.verdict)), soft_wrap=True, markup=False)
        return 0
    console.print()
    console.print(Rows([(name.capitalize(), Text(_words(value))) for name, value in _told(device.verdict)]))
    return 0


def _replay(console: Console, capture: Path, endpoint: str, tcp_port: int) -> int:
    try:
        opened = open_endpoint(endpoint, tcp_port)
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    return serve_capture(console, module_of(capture), opened)


@contextmanager
def _usb(
    device: SimQuectel, endpoint: str, tcp_port: int, folder: Path | None, on_end: Callable[[], None]
) -> Iterator[str]:
    """Serve a modem with USB ports; yields its address, or the folder of its ports.

    Raises:
        ValueError: there is no such endpoint for it, or not on this system.
    """
    if endpoint == "usb2tcp":
        server = Usb2tcpEndpoint(tcp_port)
        with serve_usb(device, Usb2tcpEndpoints(server), on_end):
            yield server.url
        return
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modemflash-")))
        stack.enter_context(serve_usb(device, PtyEndpoints(folder), on_end))
        yield str(folder)


def _saver(device: object, state: Path) -> Callable[[], None]:
    if isinstance(device, SimQuectel):
        return partial(modem_file.save, device, state)
    assert isinstance(device, SimGnss)
    return partial(gnss_file.save, device, state)


def _say(console: Console, profile: str, port: str) -> None:
    console.print(Text.assemble(("Port  ", "dim"), (port, "bold")), soft_wrap=True)
    if not Path(port).is_dir():
        info = command_line(["modemflash", "info", "--port", port])
        console.print(Text.assemble(("Try   ", "dim"), (info, "cyan")), soft_wrap=True)
        there = "there"
    else:
        console.print(Text(_FOLDER.format(profile), "dim"))
        there = "at the links in it"
    console.print(Text(f"A simulated {profile} answers {there}. Ctrl-C ends it.", "dim"))


def _told(verdict: object) -> list[tuple[str, object]]:
    """What the module says about those who talked to it, without what is empty."""
    assert dataclasses.is_dataclass(verdict) and not isinstance(verdict, type)
    return [(name, value) for name, value in dataclasses.asdict(verdict).items() if value not in ("", ())]


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return str(value)


def _list(console: Console) -> None:
    for title, (faults, assumptions) in _TABLES.items():
        rows = {
            "faults": [(":".join((name, *"N" * count)), about) for name, (count, about) in faults.items()],
            "assumptions": [
                (f"{name}:{'|'.join(behaviours)}", about) for name, (behaviours, about) in assumptions.items()
            ],
        }
        for what, those in rows.items():
            console.print(Text(f"{title}: {what}", "bold"))
            console.print(Rows([(name, Text(about)) for name, about in those], width=20))
