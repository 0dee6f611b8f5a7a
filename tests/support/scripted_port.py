"""A port whose peer is a function, in virtual time: what it is told, and what it says to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modemflash.line import Line
from modemflash_host.errors import LinkProblem
from support.sinks import Clock, EventSink, reporter


class ScriptedPort:
    """The engine's port; time goes by only where nothing is there to be read.

    Args:
        peer: gets what is written, gives what comes back.
        first: what was said before anybody listened.
        piece_bytes: no read gives more at once.
    """

    max_burst = 0

    def __init__(
        self, peer: Callable[[bytes], bytes], first: bytes = b"", piece_bytes: int = 1 << 20
    ) -> None:
        self.clock = Clock()
        self.sent: list[bytes] = []
        self.is_gone = False
        self._peer = peer
        self._held = bytearray(first)
        self._piece_bytes = piece_bytes

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        if self.is_gone:
            raise LinkProblem("port-lost", "scripted")
        piece = self._held[: min(n, self._piece_bytes)]
        if not piece:
            self.clock.now_ms += timeout_ms
        buf[: len(piece)] = piece
        self._held[: len(piece)] = b""
        return len(piece)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        if self.is_gone:
            raise LinkProblem("port-lost", "scripted")
        data = bytes(buf[off : off + n])
        self.sent.append(data)
        self._held += self._peer(data)

    def drop_input(self) -> None:
        self._held.clear()

    def drain(self, timeout_ms: int) -> bool:
        return True

    def set_baud(self, rate: int) -> bool:
        return False

    def close(self) -> None:
        """Nothing was opened."""


def line_to(port: ScriptedPort, sink: EventSink | None = None) -> Line:
    """The line to it."""
    made: Any = port
    return Line(made, port.clock, reporter(sink or EventSink()))
