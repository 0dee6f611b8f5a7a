"""Watches a board while a person cuts its power: its port goes and comes, and its console says what it hears.

    monitor.watch(look)      calls `look` with what is seen until that returns True

Rules: nothing is ever sent, because the board is listening to its modem; a port
is the same one when it is at its old place on the USB, a board when its address
is; a pulled plug of a moment is told from one of ten seconds, and a reset, at
which the port stays, from both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modemflash.interface import RESCUE_SIGN
from modemflash_host.board.pic import Open
from modemflash_host.errors import LinkProblem
from modemflash_host.links import ports
from modemflash_host.rescue.power_up import PowerUp

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Link

_STEP_MS = 250
_FIND_MS = 2_000  # an open port that goes away tells so by itself, on most systems
_LONGEST_LINE_BYTES = 4096
_RECORD = re.compile(re.escape(RESCUE_SIGN.encode()) + rb" (\{[^\r\n]{1,500}\})\r?\n")

Find = Callable[[], str | None]
"""The port's name now; None while it is away."""


def finder(name: str) -> Find:
    """Finds a port again by where it is on the USB, whatever its name is then.

    In another socket it is taken only when it is of the same kind and was not there before.
    """
    listed = ports.list_ports()
    before = ports.port_at(name, listed)
    others = {port.location for port in listed}

    def find() -> str | None:
        if before is None:  # no port that the system lists, such as a pseudo terminal
            return name if Path(name).exists() else None
        now = ports.list_ports()
        known = ports.find_again(before, now)
        if known is None and before.usb:
            new = [port for port in now if port.usb == before.usb and port.location not in others]
            known = new[0] if len(new) == 1 else None
        return known.name if known else None

    return find


@dataclass(slots=True)
class PortState:
    """What was seen of a port since the monitor began, or since `start_over`.

    Attributes:
        port: its name; None while it is away.
        away_s: how long it is, or was last, away; 0 for never.
        back_s: seconds since it is there, or there again.
        power_up: the board's last record; None where it said nothing.
    """

    port: str | None
    away_s: int = 0
    back_s: int = 0
    power_up: PowerUp | None = None


class PortMonitor:
    """See above.

    Args:
        find: see `Find`.
        open_port: opens the console of a port by its name, see `pic.Open`.
        clock: to wait by.
        board: the address of the board that is meant; words of another one are passed over.
    """

    def __init__(self, find: Find, open_port: Callable[[str], Open], clock: Clock, board: str) -> None:
        self._find = find
        self._open = open_port
        self._clock = clock
        self._board = board
        self._link: Link | None = None
        self._heard = b""
        self.seen = PortState(find())
        self._since_ms = self._found_ms = clock.ticks_ms()

    def start_over(self) -> None:
        """Forget that the port was away."""
        self.seen.away_s = 0

    def watch(self, look: Callable[[PortState], bool]) -> None:
        """Look, four times a second, until `look` returns True. The port is free then."""
        try:
            while not look(self._look()):
                pass
        finally:
            self._close()

    def _look(self) -> PortState:
        seen, clock = self.seen, self._clock
        port = seen.port
        if self._link is None or clock.ticks_diff(clock.ticks_ms(), self._found_ms) >= _FIND_MS:
            self._found_ms = clock.ticks_ms()
            port = self._find()
        if (port is None) != (seen.port is None):
            self._since_ms = clock.ticks_ms()
            self._heard = b""
            if port is None:
                seen.power_up = None
        if port != seen.port:
            self._close()
        seen.port = port
        passed_s = clock.ticks_diff(clock.ticks_ms(), self._since_ms) // 1000
        if port is None:
            seen.away_s = max(1, passed_s)
        else:
            seen.back_s = passed_s
            if self._link is None:
                with suppress(LinkProblem):  # not ready yet, or not ours for a moment
                    self._link = self._open(port)(8)[0]
        if self._link is None or not self._listen():
            clock.sleep_ms(_STEP_MS)
        return seen

    def _listen(self) -> bool:
        """For one step; False when the port went away."""
        buf = bytearray(1024)
        assert self._link is not None
        try:
            got = self._link.readinto(buf, len(buf), _STEP_MS)
        except LinkProblem:
            self._close()
            return False
        self._heard = (self._heard + buf[:got])[-_LONGEST_LINE_BYTES:]
        for found in _RECORD.finditer(self._heard):
            power_up = PowerUp.decode(found[1])
            if power_up is not None and power_up.board == self._board:
                self.seen.power_up = power_up
        if b"\n" in self._heard:
            self._heard = self._heard[self._heard.rindex(b"\n") + 1 :]
        return True

    def _close(self) -> None:
        if self._link is not None:
            with suppress(LinkProblem):
                self._link.close()
            self._link = None
