"""Two devices at one cable: the first one's, and from a moment on the second one's.

Rules: whoever hangs at the cable hears and speaks, the other one does neither; both live on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CR = b"\r"


class Swapped:
    """A device of the simulator's wire (`modemflash_sim.endpoints.wire.Device`).

    Args:
        first, second: two devices.
        is_moved: asked before each line of text that is sent, given the number of lines before it and
            its text; from the first True on the cable is at the second one.

    Attributes:
        lines: what the first one was asked, in order.
        heard: everything that the second one was sent.
    """

    def __init__(self, first: Any, second: Any, is_moved: Callable[[int, str], bool]) -> None:
        self._first, self._second = first, second
        self._is_moved = is_moved
        self._at = first
        self.lines: list[str] = []
        self.heard = b""

    @property
    def is_moved(self) -> bool:
        return self._at is self._second

    def move(self) -> None:
        """The cable goes to the second one."""
        self._at = self._second

    @property
    def asked(self) -> list[str]:
        """The lines of text that the second one was sent."""
        return [each.decode("latin-1").strip() for each in self.heard.split(CR) if each.strip()]

    def advance(self, now_us: int) -> None:
        self._first.advance(now_us)
        self._second.advance(now_us)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        self.advance(now_us)
        if not self.is_moved:
            text = data.decode("latin-1").strip() if data.endswith(b"\r\n") else ""
            if text and text.isascii() and text.isprintable():
                if self._is_moved(len(self.lines), text):
                    self._at = self._second
                else:
                    self.lines.append(text)
        if self.is_moved:
            self.heard += data
        self._at.feed(now_us, data, baud)

    def next_due(self) -> int | None:
        due = (self._first.next_due(), self._second.next_due())
        return min((each for each in due if each is not None), default=None)

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        said: dict[bool, list[tuple[bytes, int]]] = {}
        for each in (self._first, self._second):
            said[each is self._at] = each.take(now_us)
        return said[True]

    def set_rts(self, level: bool) -> None:
        self._at.set_rts(level)

    def power(self, on: bool, now_us: int) -> None:
        self._at.power(on, now_us)
