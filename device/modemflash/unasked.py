"""What a modem says of its own accord, counted: that it started, and that it crashed.

Rules that hold here: every byte of the AT dialogue passes, also those that are
dropped; a word counts once, wherever the reads cut it; the first start is none
of its restarts, because a modem may be found while it boots.
"""

_STARTS = (b"+SYSSTART", b"+SYSFFH")
_CRASHES = (b"^EXIT: File", b"^EXIT: Fatal")  # lines that say what happened; the others are a trace
_KEEP = 64


class Unasked:
    """See above.

    Attributes:
        restarts: starts, but for the first one.
        crash: a line of the last crash that says what happened, as it came; b"" for none.
    """

    def __init__(self) -> None:
        self.restarts = 0
        self.crash = b""
        self._started = False
        self._tail = b""

    def found(self) -> None:
        """The modem talks: any start from here on is a restart."""
        self._started = True

    def take(self, data: bytes) -> None:
        """The next bytes that came."""
        data = self._tail + data
        for word in _STARTS:
            count = data.count(word) - self._tail.count(word)
            if count > 0 and not self._started:
                self._started = True
                count -= 1
            self.restarts += count
        for word in _CRASHES:
            at = data.find(word)
            if at >= 0:
                self.crash = data[at : at + _KEEP].split(b"\r")[0]
        self._tail = data[-_KEEP:]
