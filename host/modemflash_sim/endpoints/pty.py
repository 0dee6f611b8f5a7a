"""A pseudo terminal as the device's serial port, for any program (POSIX only).

Rules: the client's rate is read from the terminal's settings each time bytes
pass, because a pty reports no change; our own descriptor of the slave side
stays open, so a client that hangs up takes nothing with it and the next one may
open the same path; the terminal is raw from the start. A pty carries no DTR,
RTS, break, parity or data bits: the RFC 2217 endpoint does.
"""

import os
import termios
import tty

PIECE_BYTES = 4_096
# termios speaks of rates in codes: B9600 is 13 on one system and 9600 on another.
RATES = {
    getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()
}
UNNAMED_RATE = 1
OUTPUT_SPEED = 5


class PtyEndpoint:
    """An open pseudo terminal; `url` is the path that a client opens.

    Args:
        carries_rate: False for a device without one, such as a USB port.
    """

    rts = True
    pending = 0

    def __init__(self, carries_rate: bool = True) -> None:
        self._carries_rate = carries_rate
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.url = os.ttyname(self._slave)

    @property
    def baud(self) -> int:
        """The rate that the client has set; 1 for one that has no name here; 0: it carries none."""
        if not self._carries_rate:
            return 0
        return RATES.get(termios.tcgetattr(self._master)[OUTPUT_SPEED], UNNAMED_RATE)

    def fileno(self) -> int:
        """The master side."""
        return self._master

    def read(self) -> list[tuple[bytes, int]]:
        """See `Endpoint.read`."""
        try:
            return [(os.read(self._master, PIECE_BYTES), self.baud)]
        except BlockingIOError:
            return []

    def write(self, data: bytes) -> int:
        """See `Endpoint.write`."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Close both sides; an open client reads end of file."""
        for side in (self._master, self._slave):
            if side >= 0:
                os.close(side)
        self._master = self._slave = -1
