"""The serial line as the engine sees it: a port, a clock and a reporter.

Rules that hold here: every wait has a deadline; no wait is longer than 250 ms
without a `tick`, so that a watchdog is fed and a screen stays alive; nothing
is allocated per call, because the transfer loop runs through `read` and
`write`.

What is handed in (duck typed, no base classes):

*port*  `readinto(buf, n, timeout_ms)` puts at most n bytes at the start of buf,
returns at the first bytes, 0 on time-out; `write(buf, off, n)`;
`drain(timeout_ms)` True when all is sent; `set_baud(rate)` drains first, False
where the link cannot; `drop_input()`; `max_burst` bytes that may be under way
unanswered, 0 for no limit.

*clock*  `ticks_ms()`, `ticks_diff(end, start)`, `sleep_ms(ms)`.

*reporter*  `report(event)` with a dict whose "event" names it; `tick(now)`;
`stop_wanted()` the number of times the user asked to stop (0: go on).
"""

from modemflash.errors import Stopped

TICK_MS = 250


class Line:
    """One open link to a modem, with deadlines and a reporter.

    Args:
        port: the link, see above.
        clock: the time, see above.
        reporter: who is told, see above.
    """

    def __init__(self, port: "Port", clock: "Clock", reporter: "Reporter") -> None:
        self.port = port
        self.clock = clock
        self.reporter = reporter
        self.baud = 0
        self._stop_at = 1
        self._stop_code = "stopped-before-write"

    def now(self) -> int:
        """Milliseconds of a clock that may wrap; only for `since`."""
        return self.clock.ticks_ms()

    def since(self, start: int) -> int:
        """Milliseconds that have gone by since `start`, a value of `now`."""
        return self.clock.ticks_diff(self.clock.ticks_ms(), start)

    def report(self, kind: str, **fields: "Any") -> None:
        """Tell the reporter one event, a dict with "event": kind."""
        fields["event"] = kind
        self.reporter.report(fields)

    def guard(self, stops: int, code: str) -> None:
        """From here on `stops` more stop requests end the run, with `code`."""
        self._stop_at = self.reporter.stop_wanted() + stops
        self._stop_code = code

    def checkpoint(self) -> None:
        """A safe point between two requests: raise Stopped when the user wants that."""
        if self.reporter.stop_wanted() >= self._stop_at:
            raise Stopped(self._stop_code)

    def set_baud(self, rate: int) -> bool:
        """Change the rate of our side. False where the link cannot do it."""
        if self.port.set_baud(rate) is False:
            return False
        self.baud = rate
        return True

    def write(self, buf: "Readable", off: int = 0, n: int = -1) -> None:
        """Send `n` bytes of `buf` from `off` on (all of them by default)."""
        self.port.write(buf, off, len(buf) - off if n < 0 else n)

    def read(self, buf: "Writable", n: int, timeout_ms: int) -> int:
        """At most `n` bytes into the start of `buf`; 0 when the time is over."""
        clock = self.clock
        start = clock.ticks_ms()
        while True:
            now = clock.ticks_ms()
            self.reporter.tick(now)
            left = timeout_ms - clock.ticks_diff(now, start)
            if left > TICK_MS:
                left = TICK_MS
            elif left < 0:
                left = 0
            got = self.port.readinto(buf, n, left)
            if got:
                return got
            if clock.ticks_diff(clock.ticks_ms(), start) >= timeout_ms:
                return 0

    def sleep(self, ms: int) -> None:
        """Wait with ticks. Input is left where it is."""
        clock = self.clock
        start = clock.ticks_ms()
        while True:
            now = clock.ticks_ms()
            self.reporter.tick(now)
            left = ms - clock.ticks_diff(now, start)
            if left <= 0:
                return
            clock.sleep_ms(left if left < TICK_MS else TICK_MS)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.contracts import Clock, Port, Readable, Reporter, Writable
