"""A pseudo terminal whose cable can be pulled: its name goes away, and comes back as another terminal.

Rule: what serves the device owns the terminal; whoever pulls only says so, and it is
done when bytes move next. What the device says meanwhile is lost.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from modemflash_sim.endpoints.pty import PtyEndpoint


class PulledPty:
    """An `Endpoint`; see above.

    Args:
        link: the name that clients open, a link to the terminal.
    """

    rts = True
    pending = 0

    def __init__(self, link: Path) -> None:
        self.url = str(link)
        self._link = link
        self._terminal: PtyEndpoint | None = None
        self._again, self._says_again = os.pipe()
        self._is_pulled = threading.Event()
        self._timers: list[threading.Timer] = []
        self._plug_in()

    def pull(self, for_s: float) -> None:
        """Unplug it for so long. From any thread."""
        self._is_pulled.set()
        timer = threading.Timer(for_s, os.write, (self._says_again, b"x"))
        self._timers.append(timer)
        timer.start()

    @property
    def baud(self) -> int:
        """See `Endpoint`."""
        terminal = self._terminal_now()
        return terminal.baud if terminal is not None else 1

    def fileno(self) -> int:
        """See `Endpoint`."""
        terminal = self._terminal_now()
        return terminal.fileno() if terminal is not None else self._again

    def read(self) -> list[tuple[bytes, int]]:
        """See `Endpoint`."""
        terminal = self._terminal_now()
        if terminal is not None:
            return terminal.read()
        os.set_blocking(self._again, False)
        try:
            os.read(self._again, 64)
        except BlockingIOError:
            return []
        self._plug_in()
        return []

    def write(self, data: bytes) -> int:
        """See `Endpoint`."""
        terminal = self._terminal_now()
        return terminal.write(data) if terminal is not None else len(data)

    def close(self) -> None:
        """See `Endpoint`."""
        for timer in self._timers:
            timer.cancel()
            timer.join()
        self._unplug()
        for end in (self._again, self._says_again):
            if end >= 0:
                os.close(end)
        self._again = self._says_again = -1

    def _terminal_now(self) -> PtyEndpoint | None:
        if self._is_pulled.is_set():
            self._is_pulled.clear()
            self._unplug()
        return self._terminal

    def _plug_in(self) -> None:
        self._terminal = PtyEndpoint()
        self._link.symlink_to(self._terminal.url)

    def _unplug(self) -> None:
        if self._terminal is not None:
            self._link.unlink()
            self._terminal.close()
            self._terminal = None
