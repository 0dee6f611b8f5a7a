"""A port that tells what passes it, in both directions.

Rules: the port underneath is asked exactly what this one is asked, only that
what would be dropped is read and written down; no error of the port is touched;
a witness that fails, by whatever error, hears nothing more, and the port goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from modemflash_host.capture.recorder import Recorder

if TYPE_CHECKING:
    from modemflash.contracts import Clock, Port

_DROP_BYTES = 4096
_MOST_DROPS = 64  # a line that never falls silent must not hold us


class CapturingPort:
    """The engine's port, and its witness.

    Args:
        port: the port.
        clock: the clock that goes with it.
        recorder: what is told.
    """

    def __init__(self, port: Port, clock: Clock, recorder: Recorder) -> None:
        self._port: Any = port
        self._recorder = recorder
        self._has_failed = False
        before_ms = recorder.now_ms()
        start = clock.ticks_ms()
        # It goes on from where the recorder's own clock stood, so time never goes back.
        recorder.now_ms = lambda: before_ms + clock.ticks_diff(clock.ticks_ms(), start)
        self._tell(recorder.link, self.max_burst)

    @property
    def max_burst(self) -> int:
        """See `modemflash.line`."""
        return int(self._port.max_burst)

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """See `modemflash.line`."""
        got = int(self._port.readinto(buf, n, timeout_ms))
        if got:
            self._tell(self._recorder.heard, bytes(buf[:got]))
        return got

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """See `modemflash.line`."""
        self._tell(self._recorder.sent, bytes(buf[off : off + n]))
        self._port.write(buf, off, n)

    def drain(self, timeout_ms: int) -> bool:
        """See `modemflash.line`."""
        return bool(self._port.drain(timeout_ms))

    def set_baud(self, rate: int) -> bool:
        """See `modemflash.line`."""
        if self._port.set_baud(rate) is False:
            return False
        self._tell(self._recorder.baud, rate)
        return True

    def set_control_line(self, name: str, level: bool) -> bool:
        """See `modemflash_host.links.serial_port`; a port without them says so."""
        set_line = getattr(self._port, "set_control_line", None)
        return set_line is not None and bool(set_line(name, level))

    def drop_input(self) -> None:
        """See `modemflash.line`."""
        rest = bytearray(_DROP_BYTES)
        for _ in range(_MOST_DROPS):
            got = self._port.readinto(rest, _DROP_BYTES, 0)
            if not got:
                break
            self._tell(self._recorder.heard, bytes(rest[:got]), True)
        self._port.drop_input()

    def close(self) -> None:
        """Let the port underneath go."""
        self._port.close()

    def _tell(self, what: Callable[..., object], *words: object) -> None:
        if self._has_failed:
            return
        try:
            what(*words)
        except Exception as error:  # noqa: BLE001 (whatever it is, the module comes first)
            self._has_failed = True
            self._recorder.give_up(error)
