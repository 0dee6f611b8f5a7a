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
from contextlib import suppress
from typing import Any

from modemflash_host.errors import LinkProblem
from modemflash_host.links.system_errors import is_refused_setting

BURST_WITHOUT_FLOW_CONTROL_BYTES = 2016
WAIT_STEP_S = 0.25
BLOCKED_S = 120.0  # nothing taken for so long: nobody will take it
PIECE_BYTES = 4096  # of a link whose writes do not wait: as much as its driver was told to hold
_LOOK_S = 0.002  # between two looks at what such a driver still holds
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
        self._counts = self._fd < 0 and getattr(link, "write_timeout", None) == 0
        self._held = b""  # what the driver was given last: it may read from there until it is sent
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
            if self._counts:
                self._write_counting(view)
                return
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

    def _write_counting(self, view: memoryview) -> None:
        """Where a write never waits: a piece at a time, each when the driver has sent the one before.

        pyserial's own waiting write on Windows ends never while CTS holds, and where it is given a time,
        nobody learns how much was sent when that is over.
        """
        while view:
            self._wait_until_sent()
            self._held = bytes(view[:PIECE_BYTES])
            taken = self._link.write(self._held)
            view = view[taken or 0 :]

    def _wait_until_sent(self) -> None:
        left, moved_at = self._unsent(), time.monotonic()
        told_at = moved_at
        while left:
            time.sleep(_LOOK_S)
            now, before, left = time.monotonic(), left, self._unsent()
            if left != before:
                moved_at = now
            if now - told_at >= WAIT_STEP_S:
                self._on_wait()
                told_at = now
            if now - moved_at > BLOCKED_S:
                raise LinkProblem("port-blocked", str(self._link.port))

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
            if self._counts:
                raise  # this one has a count: it is gone
            return 0  # sockets and pseudo terminals have none: what was taken is on its way

    def set_baud(self, rate: int) -> bool:
        """Send what waits, then change our rate. False where the link has a fixed one."""
        if self._keeps_baud:
            return False
        self.drain(5000)
        try:
            if self._fd >= 0 and os.name == "posix":
                import termios

                termios.tcdrain(self._fd)
            return self._change_rate(rate)
        except Exception as error:
            raise self._lost() from error

    def _change_rate(self, rate: int) -> bool:
        """Change the rate; one that is refused leaves the one before, and is False."""
        before = self._link.baudrate
        try:
            self._link.baudrate = rate
        except Exception as error:
            if not is_refused_setting(error):
                raise
            with suppress(ValueError):  # it may refuse that, too: pyserial believes in it again in any case
                self._link.baudrate = before
            return False
        return True

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
            if self._counts:
                self._link.reset_output_buffer()  # else some drivers keep a port that CTS holds
            self._link.close()
        except Exception:  # noqa: BLE001 (we are leaving, and what broke was said before)
            pass

    def _lost(self) -> LinkProblem:
        return LinkProblem("port-lost", str(self._link.port))


def _descriptor(link: Any) -> int:
    """The file descriptor to wait on, -1 where the link has none that says the truth."""
    if os.name != "posix" or any(kind.__module__.endswith("rfc2217") for kind in type(link).__mro__):
        return -1
    try:
        return int(link.fileno())
    except Exception:  # noqa: BLE001 (each handler says in its own way that it has none)
        return -1
