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
_ADAPTER_MS = 50  # what was sent may wait in a USB adapter, and a new rate would damage it
_PRESS_RESET = (
    f"Now press RESET on the module's board, or cut its power and give it again: you have {HAND_S} s. "
    "Its boot loader is being called all the time."
)
_RECENT_BYTES = 512
_NOISE_BYTES = 200  # more than a sentence
_SILENT_AFTER_MS = 1500  # sentences come once a second
_HEARD = {
    "silence": "nothing is heard: it waits for RESET, or its power is off",
    "text": f"its application talks at {BAUD} baud: it was not reset yet",
    "noise": "bytes are heard that make no sense: its application at another rate, or the wires",
}

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
    if baud != BAUD:
        line.sleep(_ADAPTER_MS)
    return boot_loader.enter(_AFTER_COMMAND_MS)


def _by_boot_loader(line: Line, boot_loader: BootLoader) -> bool:
    """A session that was left open ends with its own reset frame; a window after a window needs none.

    It is sent twice: where a byte of a packet got lost, the first one ends that packet.
    """
    line.set_baud(BAUD)
    for _ in range(2):
        line.write(frames.frame(frames.RESET))
        line.port.drain(_DRAIN_MS)
        line.sleep(_ADAPTER_MS)
    return boot_loader.enter(_AFTER_COMMAND_MS)


def _by_control_line(line: Line, boot_loader: BootLoader, name: str) -> bool:
    """Each level is tried as the one that holds the module in reset: boards differ, no document says it."""
    set_line = getattr(line.port, "set_control_line", None)
    line.set_baud(BAUD)
    for released in (False, True):
        if set_line is None or not set_line(name, not released):
            raise Refusal("gnss-no-control-line", name)
        line.sleep(_PULSE_MS)
        set_line(name, released)
        if boot_loader.enter(_AFTER_COMMAND_MS):
            return True
    return False


def _by_button(line: Line, boot_loader: BootLoader) -> bool:
    line.report("phase", phase="reset-by-hand", usual_s=10, allowed_s=HAND_S, note="")
    line.report("note", text=_PRESS_RESET)
    return boot_loader.enter(HAND_S * 1000, HeardMeanwhile(line))


class HeardMeanwhile:
    """Tells, while a person is waited for, how long that goes on and what is heard.

    Args:
        line: where it is heard, and who is told.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._start = self._heard_at = line.now()
        self._recent = bytearray()
        self._told = ""

    def __call__(self, data: bytes) -> None:
        """So much came; b"" for nothing."""
        if data:
            self._heard_at = self._line.now()
            self._recent += data
            del self._recent[:-_RECENT_BYTES]
        elif self._line.since(self._heard_at) > _SILENT_AFTER_MS:
            self._recent.clear()
        heard = "silence"
        if self._recent:
            heard = "text" if nmea.is_gnss(bytes(self._recent)) else "noise"
        if heard == "noise" and len(self._recent) < _NOISE_BYTES and self._told:
            return  # half a sentence
        if heard != self._told:
            self._told = heard
            left_s = HAND_S - self._line.since(self._start) // 1000
            note = _HEARD[heard]
            self._line.report("waiting", phase="reset-by-hand", left_s=left_s, heard=heard, note=note)
