"""`modemflash simulate`: a simulated modem, or a whole board, behind a port, for any program."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rich_click as click
from rich.text import Text

from modemflash_host.board.install.package import deployed
from modemflash_host.cli.help_page import HelpGroup
from modemflash_host.cli.options import Number
from modemflash_host.cli.shell_words import command_line
from modemflash_host.cli.simulate_firmware import simulate_firmware
from modemflash_host.cli.simulate_module import simulate_module
from modemflash_host.cli.simulated_port import (
    from_capture_option,
    module_of,
    serve_capture,
    serve_until_ended,
)
from modemflash_host.cli.typed_lines import TypedLines
from modemflash_host.computer import micropython as micropythons
from modemflash_host.computer.programs import Unavailable
from modemflash_host.links.usb_ids import PIC_VENDOR
from modemflash_host.reporters.rows import Rows
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.store.state_folder import state_folder
from modemflash_sim import state_files
from modemflash_sim.board import profiles as boards
from modemflash_sim.endpoints.serve import KINDS, open_endpoint, usual_endpoint
from modemflash_sim.replay import ReplayModem
from modemflash_sim.sequans import assumptions, faults, profiles, state_file
from modemflash_sim.sequans.modem import SimModem

_MODEM_HELP = f"Which modem, in which state: {', '.join(profiles.PROFILES)}."


@click.group(cls=HelpGroup)
def simulate() -> None:
    """Simulated devices, to try things without risk."""


simulate.add_command(simulate_module)
simulate.add_command(simulate_firmware)


def _parsed(parse: Callable[[str], object]) -> Callable[[click.Context, click.Parameter, Any], object]:
    """A click callback that joins the values and reads them with `parse`."""

    def callback(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> object:
        try:
            return parse(",".join(values))
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


@simulate.command()
@click.option(
    "--profile",
    default="pycom-catm1",
    show_default=True,
    type=click.Choice(list(profiles.PROFILES)),
    metavar="PROFILE",
    help=_MODEM_HELP,
)
@click.option(
    "--endpoint",
    default=usual_endpoint,
    show_default="pty; tcp on Windows",
    type=click.Choice(KINDS),
    help="What it looks like from outside; tcp and rfc2217 work on every system.",
)
@click.option("--tcp-port", type=Number(0, 65535), default=0, help="Of the tcp endpoints; 0: any free one.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="This file keeps the modem, and it goes on from there the next time.",
)
@click.option(
    "--fault",
    "its_faults",
    multiple=True,
    metavar="NAME[:N]",
    callback=_parsed(faults.parse),
    help="What is wrong with it, such as drop:0.01; more than once. --list names them all.",
)
@click.option(
    "--assume",
    "its_assumptions",
    multiple=True,
    metavar="NAME:VALUE",
    callback=_parsed(assumptions.parse),
    help="How it behaves where nobody knows; more than once. --list names them all.",
)
@from_capture_option
@click.option("--list", "list_all", is_flag=True, help="List the faults and assumptions, and end.")
def modem(
    profile: str,
    endpoint: str,
    tcp_port: int,
    state: Path | None,
    its_faults: faults.Faults,
    its_assumptions: assumptions.Assumptions,
    from_capture: Path | None,
    list_all: bool,
) -> int:
    """Run a simulated modem and print the port to use. Ctrl-C ends it."""
    console = SteadyConsole()
    if list_all:
        _list(console)
        return 0
    its_modem: SimModem | ReplayModem
    user = None
    try:
        if state is not None:
            user = state_files.SoleUser(state)
        if from_capture is not None:
            its_modem = module_of(from_capture)
        elif state is not None and state.exists():
            its_modem = state_file.load(state, profiles.find(profile), its_assumptions, its_faults)
        else:
            its_modem = SimModem(profile, its_assumptions, its_faults)
        opened = open_endpoint(endpoint, tcp_port)
    except (ValueError, OSError) as error:
        if user is not None:
            user.close()
        raise click.UsageError(str(error)) from error
    try:
        if isinstance(its_modem, ReplayModem):
            return serve_capture(console, its_modem, opened)
        serve_until_ended(console, its_modem, opened, f"A simulated {profile}")
        if state is not None:
            try:
                state_file.save(its_modem, state)
            except OSError as error:
                raise click.ClickException(f"The modem could not be kept: {error}") from error
        _verdict(console, its_modem)
        return 0
    finally:
        if user is not None:
            user.close()


@simulate.command()
@click.option(
    "--profile", default="gpy-1.20.0", show_default=True,
    type=click.Choice(list(boards.PROFILES)), metavar="PROFILE",
    help=f"Which board: {', '.join(boards.PROFILES)}.",
)  # fmt: skip
@click.option(
    "--modem", "modem_profile", default="pycom-catm1", show_default=True,
    type=click.Choice(list(profiles.PROFILES)), metavar="PROFILE", help=_MODEM_HELP,
)  # fmt: skip
@click.option(
    "--card",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The SD card in its slot; log and results come back here.",
)
@click.option(
    "--fault",
    "its_faults",
    multiple=True,
    metavar="NAME[:N]",
    callback=_parsed(faults.parse),
    help="What is wrong with the modem; more than once. `simulate modem --list` names them all.",
)
@click.option(
    "--endpoint", default=usual_endpoint, show_default="pty; tcp on Windows", type=click.Choice(KINDS),
    help="What its console looks like from outside.",
)  # fmt: skip
@click.option("--blank", is_flag=True, help="Nothing of ours on /flash, as bought.")
@click.option(
    "--adapter", default="plain", show_default=True, type=click.Choice(["plain", "pic"]),
    help="pic: a Pysense, whose PIC can reset the board and cut its power; behind an rfc2217 address.",
)  # fmt: skip
@click.option(
    "--micropython",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PROGRAM",
    help="The MicroPython that runs the board's code; by default the one on PATH, else the fetched one.",
)
@click.option(
    "--fetch",
    is_flag=True,
    help="Fetch a MicroPython through this computer's own package sources (apt or brew), and keep it.",
)
def board(
    profile: str,
    modem_profile: str,
    card: Path | None,
    its_faults: faults.Faults,
    endpoint: str,
    blank: bool,
    adapter: str,
    micropython: Path | None,
    fetch: bool,
) -> int:
    """Run a simulated board, its REPL at a port of its own. Power, reset and card are typed here."""
    from modemflash_sim.board.interactive import COMMANDS, PYSENSE, InteractiveBoard

    console = SteadyConsole()
    micropython = micropython or _micropython(console, fetch)
    try:
        opened = open_endpoint("rfc2217" if adapter == "pic" else endpoint)
    except (ValueError, OSError) as error:
        raise click.UsageError(str(error)) from error
    its_modem = SimModem(modem_profile, None, its_faults)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as room:
        table = InteractiveBoard(
            profile,
            its_modem,
            opened,
            interpreter=micropython,
            room=Path(room),
            card=card,
            library={} if blank else deployed(),
            shield=adapter == "pic",
        )
        port = opened.url + (f"#{PIC_VENDOR:04x}:{PYSENSE:04x}" if adapter == "pic" else "")
        console.print(Text.assemble(("Port   ", "dim"), (port, "bold")), soft_wrap=True)
        info = command_line(["modemflash", "info", "--port", port, "--via", "relay"])
        console.print(Text.assemble(("Try    ", "dim"), (info, "cyan")), soft_wrap=True)
        console.print(Text.assemble(("Type   ", "dim"), ", ".join(COMMANDS)))
        light = ""
        typed = TypedLines(sys.stdin)
        try:
            while not table.over:
                table.step()
                if table.light != light:
                    light = table.light
                    console.print(Text.assemble(("Light  ", "dim"), light))
                line = typed.next()
                if line is not None and (words := table.do(line or "quit")):
                    console.print(words)
        except KeyboardInterrupt:
            pass
        finally:
            table.close()
            opened.close()
    _verdict(console, its_modem)
    return 0


def _micropython(console: SteadyConsole, fetch: bool) -> Path:
    """The interpreter of the board."""
    folder = state_folder() / micropythons.NAME
    known = micropythons.found(folder)
    if known is not None:
        return known
    if not fetch:
        raise click.UsageError(f"there is no micropython on PATH. {micropythons.WHERE_FROM}")
    console.print("Fetching a MicroPython, once; this takes a minute.", style="dim")
    try:
        return micropythons.fetch(folder)
    except Unavailable as why:
        raise click.UsageError(f"no MicroPython could be fetched: {why}") from why


def _list(console: SteadyConsole) -> None:
    for title, table in (
        ("Faults", {name: kind.about for name, kind in faults.FAULTS.items()}),
        (
            "Assumptions",
            {f"{b.name}:{'|'.join(b.alternatives)}": b.about for b in assumptions.ASSUMPTIONS.values()},
        ),
    ):
        console.print(Text(title, "bold"))
        console.print(Rows([(name, Text(about)) for name, about in table.items()], width=16))


def _verdict(console: SteadyConsole, its_modem: SimModem) -> None:
    """What the modem says about those who talked to it."""
    verdict = its_modem.verdict
    about = [("Build", Text(str(verdict.build))), ("Mode", Text(verdict.mode))]
    for image in verdict.images:
        whole = "whole" if image.complete else "cut"
        about.append(
            ("Took", Text(f"{image.kind}, {image.size_bytes} bytes, {whole}, SHA-256 {image.sha256}"))
        )
    about += [("Violation", Text(text, "yellow")) for text in verdict.violations]
    if verdict.bricked:
        about.append(("Bricked", Text(verdict.bricked, "bold red")))
    console.print()
    console.print(Rows(about))
