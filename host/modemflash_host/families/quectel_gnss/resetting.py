"""From wherever the module is into its boot loader: the ways to reset it, one after the other.

Rules: sync words go out from the reset on, because the window is half a second;
what needs nobody comes first; a person is asked last, has 90 seconds, and is told
what is heard meanwhile; nothing is erased by any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modemflash.errors import NoModem, Refusal
from modemflash.line import Line
from modemflash_host.families.quectel_gnss import finding, frames, nmea
from modemflash_host.families.quectel_gnss.boot_loader import BAUD, BootLoader
from modemflash_host.families.quectel_gnss.finding import Found
from modemflash_host.families.quectel_gnss.planning import HAND_S

_AFTER_COMMAND_MS = 3000
_PULSE_MS = 100
_DRAIN_MS = 2000
_PRESS_RESET = (
    f"Now press RESET on the module's board, or cut its power and give it again: {HAND_S} s are left. "
    "The boot loader is being called all the time."
)

Step = Callable[[], bool]


def into_boot_loader(line: Line, boot_loader: BootLoader, found: Found, way: str) -> None:
    """Reset the module and enter its boot loader.

    Args:
        line: the line.
        boot_loader: the boot loader behind it.
        found: what `look` found.
        way: a row of `planning.RESETS`.

    Raises:
        NoModem: `gnss-no-window`.
        Refusal: `gnss-no-control-line`.
        Stopped: the user asked to stop.
    """
    for step in _steps(line, boot_loader, found, way):
        if step():
            return
    raise NoModem("gnss-no-window", f"after {way}" if way != "auto" else "")


def _steps(line: Line, boot_loader: BootLoader, found: Found, way: str) -> Iterator[Step]:
    if way in ("rts", "dtr"):
        yield lambda: _by_control_line(line, boot_loader, way)
    if way in ("auto", "command"):
        if found.state != finding.APPLICATION:
            yield lambda: _by_boot_loader(line, boot_loader)
        if found.baud not in (0, BAUD):
            yield lambda: _by_command(line, boot_loader, found.baud)
        yield lambda: _by_command(line, boot_loader, BAUD)
    if way in ("auto", "hand"):
        yield lambda: _by_button(line, boot_loader)


def _by_command(line: Line, boot_loader: BootLoader, baud: int) -> bool:
    line.set_baud(baud)
    line.write(nmea.sentence(nmea.RESET))
    line.port.drain(_DRAIN_MS)
    return boot_loader.enter(_AFTER_COMMAND_MS)


def _by_boot_loader(line: Line, boot_loader: BootLoader) -> bool:
    """A session that was left open ends with its own reset frame; a window after a window needs none."""
    line.set_baud(BAUD)
    line.write(frames.frame(frames.RESET))
    line.port.drain(_DRAIN_MS)
    return boot_loader.enter(_AFTER_COMMAND_MS)


def _by_control_line(line: Line, boot_loader: BootLoader, name: str) -> bool:
    set_line = getattr(line.port, "set_control_line", None)
    line.set_baud(BAUD)
    if set_line is None or not set_line(name, False):
        raise Refusal("gnss-no-control-line", name)
    line.sleep(_PULSE_MS)
    set_line(name, True)
    return boot_loader.enter(_AFTER_COMMAND_MS)


def _by_button(line: Line, boot_loader: BootLoader) -> bool:
    line.report("phase", phase="reset-by-hand", usual_s=10, allowed_s=HAND_S, note="")
    line.report("note", text=_PRESS_RESET)
    told = False

    def on_heard(data: bytes) -> None:
        nonlocal told
        if not told and nmea.is_gnss(data):
            told = True
            line.report("note", text=f"The application still talks at {BAUD} baud: it was not reset yet.")

    return boot_loader.enter(HAND_S * 1000, on_heard)
