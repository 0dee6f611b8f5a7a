"""The modem's UART as the engine's port, and the board's clock.

Rules that hold here: one UART object for the whole run; never more than 128
bytes are handed to a transmitter that is not known to be empty, because a
write that cannot place a byte for 5 ms fails with an unknown number of bytes
sent; what was handed over is never sent again; nothing is allocated per call.

Facts: docs/boards.md ("The UART").
"""

import os

from machine import UART
from utime import sleep_ms, ticks_ms

from modemflash.errors import LinkProblem
from modemflash.interface import (
    MODEM_BAUD,
    MODEM_UART,
    PINS,
    UART_FIFO_BYTES,
    UART_GAP_CHARS,
    UART_HELD_MS,
    UART_LOOK_MS,
    UART_RING_BYTES,
)

_SPIN_MS = 4  # an answer mostly comes at once; a sleep would cost a millisecond each time
_PATIENT_MS = 50  # after so long a look every 5 ms is enough, and leaves the board to its other tasks
_LONG_MS = 1000  # a modem that erases or installs

_MASK = 0x0FFFFFFF  # 74 hours; sums of two such numbers are still small integers
_HALF = 0x08000000


class Clock:
    """Milliseconds of the board, as small integers that wrap."""

    def ticks_ms(self) -> int:
        """Now; only for `ticks_diff`."""
        return ticks_ms() & _MASK  # type: ignore[no-any-return]

    def ticks_diff(self, end: int, start: int) -> int:
        """Milliseconds from `start` to `end`, right for 37 hours both ways."""
        return ((end - start + _HALF) & _MASK) - _HALF

    def sleep_ms(self, ms: int) -> None:
        """Wait."""
        sleep_ms(ms)


class Uart:
    """The port to the modem.

    Args:
        clock: a `Clock`.
        tick: called in every long wait of a write, with the clock's time.

    Attributes:
        idle: None, or a function without arguments, called each time a full FIFO has
            begun to drain: 1.4 ms in which work costs nothing (11 ms at 115200). It must not use the port.
        pump: None, or a function that empties another UART a little: called there, too, and in every
            wait for the modem. It says 2 when something came, 1 when it waits for something, which
            makes that once a millisecond, and 0.

    Raises:
        LinkProblem: `uart-refused`: no such board, or the firmware refuses the UART.
    """

    max_burst = 0  # RTS and CTS are wired

    def __init__(self, clock: Clock, tick: "Callable[[int], object] | None" = None) -> None:
        board = os.uname()[0]
        if board not in PINS:
            raise LinkProblem("uart-refused", "unknown board " + board)
        self._pins = PINS[board]
        self._clock = clock
        self._tick = tick
        self._rate = MODEM_BAUD
        self._active = clock.ticks_ms()  # when something came or went
        self._options = {"rx_buffer_size": UART_RING_BYTES}
        self._scratch = bytearray(UART_FIFO_BYTES)
        self.idle = None  # type: Callable[[], object] | None
        self.pump = None  # type: Callable[[], int] | None
        try:
            self._uart = self._with_options(self._construct)
        except OSError as error:
            raise LinkProblem("uart-refused", str(error.args[0] if error.args else error))
        # A method that is taken from its object is a new object each time: once is enough.
        self._read = self._uart.readinto
        self._send = self._uart.write
        self._sent = self._uart.wait_tx_done

    def readinto(self, buf: "Writable", n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`, as soon as there are any; 0 on time-out."""
        clock = self._clock
        start = clock.ticks_ms()
        while True:
            got = self._read(buf, n)  # type: int | None
            now = clock.ticks_ms()
            if got:  # None when nothing came
                self._active = now
                return got
            gone_ms = clock.ticks_diff(now, start)
            if gone_ms >= timeout_ms:
                return 0
            there = self.pump() if self.pump else 0
            if there > 1:
                continue
            quiet_ms = clock.ticks_diff(now, self._active)
            if quiet_ms >= _SPIN_MS:
                pause_ms = 1 if there or quiet_ms < _PATIENT_MS else 5 if quiet_ms < _LONG_MS else 20
                sleep_ms(min(pause_ms, timeout_ms - gone_ms))

    def write(self, buf: "Readable", off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on; the last 128 may still be under way.

        Raises:
            LinkProblem: `uart-blocked`: the modem held the line for minutes.
        """
        end = off + n
        while off < end:
            n = end - off
            if n > UART_FIFO_BYTES:
                n = UART_FIFO_BYTES
            if not self.drain(UART_HELD_MS):
                raise LinkProblem("uart-blocked")
            try:
                self._send(buf, off, n)
            except OSError:  # an empty FIFO takes 128 bytes: somebody else writes here
                raise LinkProblem("uart-blocked", "the UART does not take what it has room for")
            off += n
            if n == UART_FIFO_BYTES:
                if self.pump:
                    self.pump()
                if self.idle:
                    self.idle()
        self._active = self._clock.ticks_ms()

    def drain(self, timeout_ms: int) -> bool:
        """Wait until all is sent; True when it is. A modem that erases holds the line for long."""
        if self._sent(UART_LOOK_MS if timeout_ms > UART_LOOK_MS else timeout_ms):
            return True
        clock = self._clock
        start = clock.ticks_ms()
        while True:
            now = clock.ticks_ms()
            if self._tick:
                self._tick(now)
            left_ms = timeout_ms - clock.ticks_diff(now, start)
            if left_ms <= 0:
                return False
            sleep_ms(1)  # lets the board's other tasks run
            if self._sent(UART_LOOK_MS if left_ms > UART_LOOK_MS else left_ms):
                return True

    def set_baud(self, rate: int) -> bool:
        """Send what waits, then change the rate of the same UART. What was received and not read is lost."""
        self.drain(UART_HELD_MS)
        self._rate = rate
        self._with_options(self._init)
        return True

    def drop_input(self) -> None:
        """Forget what was received and not read; of an endless flood as much as the ring holds."""
        for _ in range(UART_RING_BYTES // UART_FIFO_BYTES + 2):
            if not self._read(self._scratch, UART_FIFO_BYTES):
                return

    def _construct(self) -> "UART":
        return UART(
            MODEM_UART, baudrate=self._rate, pins=self._pins, timeout_chars=UART_GAP_CHARS, **self._options
        )

    def _init(self) -> None:
        self._uart.init(baudrate=self._rate, pins=self._pins, timeout_chars=UART_GAP_CHARS, **self._options)

    def _with_options(self, open_it: "Callable[[], Any]") -> "Any":
        """The ring can be sized from 1.20.0.rc12 on; older releases do not know the word."""
        try:
            return open_it()
        except TypeError:
            self._options = {}
            return open_it()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.contracts import Readable, Writable
