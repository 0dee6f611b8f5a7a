"""One open pyserial link, spoken as the engine's port (`modemflash.line`).

Rules: what breaks in use is `port-lost`, whatever pyserial or the system called
it; no read waits longer than it was told, and none polls where the operating
system can wait; a write that waits says so four times a second and ends.
"""

from __future__ import annotations

import errno
import os
import select
import time
from collections.abc import Callable
from typing import Any

from modemflash_host.errors import LinkProblem

BURST_WITHOUT_FLOW_CONTROL_BYTES = 2016
WAIT_STEP_S = 0.25
BLOCKED_S = 120.0  # nothing taken for so long: nobody will take it
_REFUSED = "does not accept parameter change"  # pyserial's words
_MOST_DROPS = 256  # a line that never falls silent must not hold us


class SerialPort:
    """One open pyserial link as the engine's port.

    Args:
        link: an open `serial.Serial` or URL handler.
        on_wait: see `open_link`.
    """

    def __init__(self, link: Any, on_wait: Callable[[], None]) -> None:
        self._link = link
        self._on_wait = on_wait
        self._fd = _descriptor(link)
        self._keeps_baud = type(link).__module__.endswith("protocol_socket")
        flow_control = link.rtscts or self._keeps_baud
        self.max_burst = 0 if flow_control else BURST_WITHOUT_FLOW_CONTROL_BYTES

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`, as soon as there are any; 0 when the time is over.

        Raises:
            LinkProblem: `port-lost`.
        """
        view = memoryview(buf)[:n]
        try:
            if self._fd >= 0:
                return self._read_descriptor(view, timeout_ms / 1000)
            return self._read_link(view, timeout_ms / 1000)
        except OSError as error:
            raise self._lost() from error

    def _read_descriptor(self, view: memoryview, timeout_s: float) -> int:
        if not select.select([self._fd], [], [], timeout_s)[0]:
            return 0
        try:
            got = os.readv(self._fd, [view])
        except BlockingIOError:
            return 0
        if not got:
            raise OSError(errno.EIO, "the other end closed the link")
        return got

    def _read_link(self, view: memoryview, timeout_s: float) -> int:
        # Changing a handler's time-out may negotiate with the far end, so it stays, and we count.
        deadline = time.monotonic() + timeout_s
        while True:
            waiting = self._link.in_waiting
            data = self._link.read(min(len(view), waiting or 1)) if waiting or timeout_s else b""
            if data:
                view[: len(data)] = data
                return len(data)
            if time.monotonic() >= deadline:
                return 0

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """Hand `n` bytes of `buf` from `off` on to the operating system.

        Raises:
            LinkProblem: `port-lost` or `port-blocked`.
        """
        view = memoryview(buf)[off : off + n]
        try:
            if self._fd < 0:
                self._link.write(view)
                return
            taken_at = time.monotonic()
            while view:
                if select.select([], [self._fd], [], WAIT_STEP_S)[1]:
                    try:
                        done = os.write(self._fd, view)
                    except BlockingIOError:
                        done = 0
                    if done:
                        view = view[done:]
                        taken_at = time.monotonic()
                        continue
                self._on_wait()
                if time.monotonic() - taken_at > BLOCKED_S:
                    raise LinkProblem("port-blocked", str(self._link.port))
        except OSError as error:
            raise self._lost() from error

    def drain(self, timeout_ms: int) -> bool:
        """Wait until all is sent. False when the time is over before."""
        deadline = time.monotonic() + timeout_ms / 1000
        try:
            while self._unsent():
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.002)
        except OSError as error:
            raise self._lost() from error
        return True

    def _unsent(self) -> int:
        try:
            return int(self._link.out_waiting)
        except (AttributeError, OSError):
            return 0  # sockets and pseudo terminals have no count: what was taken is on its way

    def set_baud(self, rate: int) -> bool:
        """Send what waits, then change our rate. False where the link has a fixed one."""
        if self._keeps_baud:
            return False
        self.drain(5000)
        try:
            if self._fd >= 0 and os.name == "posix":
                import termios

                termios.tcdrain(self._fd)
            self._change_rate(rate)
        except ValueError:
            return False
        except Exception as error:
            raise self._lost() from error
        return True

    def _change_rate(self, rate: int) -> None:
        """Change the rate; one that is refused leaves the one before.

        Raises:
            ValueError: it is refused.
        """
        before = self._link.baudrate
        try:
            self._link.baudrate = rate
        except (ValueError, OSError) as error:
            if isinstance(error, OSError) and _REFUSED not in str(error):
                raise
            self._link.baudrate = before  # pyserial believes in the new one
            raise ValueError(str(error)) from error

    def set_data_bits(self, bits: int) -> None:
        """Change the data bits of both directions, and nothing else.

        Raises:
            LinkProblem: `port-lost`.
        """
        self.drain(5000)
        try:
            self._link.bytesize = bits
        except Exception as error:
            raise self._lost() from error

    def set_control_line(self, name: str, level: bool) -> bool:
        """Set "rts" or "dtr", which on some boards lead to a reset. False where the link has none."""
        try:
            setattr(self._link, name, level)
        except (OSError, ValueError, AttributeError, NotImplementedError):
            return False
        return not self._keeps_baud

    def drop_input(self) -> None:
        """Forget what came and was not read."""
        rest = bytearray(4096)
        for _ in range(_MOST_DROPS):
            if not self.readinto(rest, len(rest), 0):
                return

    def close(self) -> None:
        """Let the port go. A port that is gone already is no error."""
        try:
            self._link.close()
        except Exception:  # noqa: BLE001 (we are leaving, and what broke was said before)
            pass

    def _lost(self) -> LinkProblem:
        return LinkProblem("port-lost", str(self._link.port))


def _descriptor(link: Any) -> int:
    """The file descriptor to wait on, -1 where the link has none that says the truth."""
    if os.name != "posix" or type(link).__module__.endswith("rfc2217"):
        return -1
    try:
        return int(link.fileno())
    except Exception:  # noqa: BLE001 (each handler says in its own way that it has none)
        return -1
