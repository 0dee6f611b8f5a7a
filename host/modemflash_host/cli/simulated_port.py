"""What the `modemflash simulate` commands share: a device behind a port, and a capture as a device."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.text import Text

from modemflash_host.capture.reading import read_capture
from modemflash_host.cli.shell_words import command_line
from modemflash_host.run import exit_codes
from modemflash_sim.endpoints.pace import Endpoint
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.endpoints.wire import Device
from modemflash_sim.replay import CaptureMismatch, ReplayModem

_LOOK_S = 0.5

from_capture_option = click.option(
    "--from-capture",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Answer as the module in a capture did, to a program that asks the same.",
)


def serve_until_ended(console: Console, device: Device, opened: Endpoint, who: str) -> None:
    """Serve a device, say at which port, and wait for Ctrl-C.

    Args:
        console: where that is said.
        device: the device; leave it alone until this returns.
        opened: its endpoint; it is closed.
        who: what answers there, as the beginning of a sentence.
    """
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(device, opened, on_end=ended.set) as port:
        console.print(Text.assemble(("Port  ", "dim"), (port, "bold")), soft_wrap=True)
        info = command_line(["modemflash", "info", "--port", port])
        console.print(Text.assemble(("Try   ", "dim"), (info, "cyan")), soft_wrap=True)
        console.print(Text(f"{who} answers there. Ctrl-C ends it.", "dim"))
        while not ended.wait(_LOOK_S):  # short waits: on Windows a signal ends no longer one
            pass


def serve_capture(console: Console, module: ReplayModem, opened: Endpoint) -> int:
    """Serve the module of a capture, then say how far it was played; the exit code."""
    try:
        serve_until_ended(console, module, opened, "The module of a capture")
    except CaptureMismatch as mismatch:
        console.print(Text(f"The program asks something else than was captured: {mismatch}", "yellow"))
        return exit_codes.FAILED_UNTOUCHED
    whole = "was played to its end" if module.finished else "was not played to its end"
    console.print(f"The capture {whole}.")
    return 0


def module_of(capture: Path) -> ReplayModem:
    """The module of a capture.

    Raises:
        Refusal: it is no capture.
    """
    return ReplayModem(read_capture(capture))
