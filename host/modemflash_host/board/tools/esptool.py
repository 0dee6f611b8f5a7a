"""esptool, Espressif's own tool, as a program: which chip a board has, and its flash.

Rules: it is run, never imported (its licence is the GPL); nothing is written,
and no stub is loaded into the chip: the ROM answers all of this; the chip is in
its ROM loader only after a hand or a PIC adapter put it there, and is told to
leave it. Boards with chip revision 0 have 4 MB of flash, all newer ones 8 MB.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from modemflash_host.board.pic import Open, pic_channel
from modemflash_host.board.tools.program import ToolProblem, is_installed, port_for_program, run_program
from modemflash_host.errors import BoardProblem
from modemflash_host.links.usb_ids import NO_DEVICE, Device

DEADLINE_S = 90.0  # over the network each register costs a fifth of a second
CONNECT_ATTEMPTS = "3"
_CHIP = re.compile(r"^Chip (?:type|is):?\s+(\S+) \(revision v?(\d+)\.(\d+)\)", re.MULTILINE)
_FIELDS = {
    "features": re.compile(r"^Features:\s+(.+)$", re.MULTILINE),
    "mac": re.compile(r"^MAC:\s+((?:[0-9a-f]{2}:){5}[0-9a-f]{2})", re.MULTILINE),
    "flash_mb": re.compile(r"^Detected flash size:\s+(\d+)MB", re.MULTILINE),
}
_NOBODY = re.compile("failed to connect|no serial data received|timed out waiting", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chip:
    """A board's ESP32.

    Attributes:
        name: in Espressif's words, such as "ESP32-D0WDQ6".
        revision: of the silicon: major and minor.
        mac: its address as twelve hex digits, the same as `machine.unique_id()`.
        flash_mb: its flash; 0 when that was not detected.
        features: in Espressif's words.
    """

    name: str
    revision: tuple[int, int]
    mac: str
    flash_mb: int
    features: str


def chip(
    port: str,
    open_port: Open | None = None,
    device: Device = NO_DEVICE,
    on_wait: Callable[[], object] = lambda: None,
) -> Chip:
    """Ask the chip at a port; afterwards it runs its firmware again, where that can be told to it.

    Args:
        port: a device, a COM name or a pyserial URL, which nobody has open.
        open_port: opens it, for the command channel of a PIC adapter.
        device: what the board hangs on.
        on_wait: called several times a second while esptool works.

    Raises:
        BoardProblem: `esptool-missing`, `esp32-not-in-download-mode`, `tool-…`, `pic-…`.
    """
    require()
    by_pic = device.is_pic and open_port is not None
    words = [
        "--port",
        port_for_program(port),
        "--chip",
        "esp32",
        "--baud",
        "115200",
        "--no-stub",
        "--connect-attempts",
        CONNECT_ATTEMPTS,
    ]
    words += ["--before", "no-reset" if by_pic else "default-reset"]
    words += ["--after", "no-reset" if by_pic else "hard-reset", "flash-id"]
    try:
        if open_port is not None and device.is_pic:
            with _download_mode(open_port):
                said = run_program("esptool", words, DEADLINE_S, on_wait)
        else:
            said = run_program("esptool", words, DEADLINE_S, on_wait)
    except ToolProblem as problem:
        if problem.code == "tool-failed" and _NOBODY.search(problem.raw.decode("utf-8", "replace")):
            raise BoardProblem("esp32-not-in-download-mode", port, raw=problem.raw) from problem
        raise
    return parse(said)


def require() -> None:
    """Say so before a board is touched for nothing.

    Raises:
        BoardProblem: `esptool-missing`.
    """
    if not is_installed("esptool"):
        raise BoardProblem("esptool-missing")


def parse(said: str) -> Chip:
    """What esptool's words mean.

    Raises:
        BoardProblem: `tool-failed`: they are not understood.
    """
    found = _CHIP.search(said)
    field = {name: each.search(said) for name, each in _FIELDS.items()}
    if found is None or field["mac"] is None:
        raise ToolProblem("tool-failed", "esptool's words are not understood", raw=said.encode())
    text = {name: match[1].strip() if match else "" for name, match in field.items()}
    return Chip(
        found[1],
        (int(found[2]), int(found[3])),
        text["mac"].replace(":", ""),
        int(text["flash_mb"] or 0),
        text["features"],
    )


@contextmanager
def _download_mode(open_port: Open) -> Iterator[None]:
    """The ESP32 in its ROM loader, through a PIC adapter."""
    with pic_channel(open_port) as pic:
        pic.enter_download_mode()
    try:
        yield
    finally:
        with pic_channel(open_port) as pic:
            pic.leave_download_mode()
