"""The modem's UART through the board's REPL, as the engine's port: slow, and enough for questions.

Rules: nothing of ours has to be on the board, and nothing is written there; the
pins are taken from the LTE driver, which is never called, and freed again; no
more than 128 bytes go to a transmitter that is not known to be empty, because a
write that cannot place a byte for 5 ms fails with an unknown number sent.
Facts: docs/boards.md ("The UART").
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress

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
from modemflash_host.board.console.answers import ask, boolean, decoded
from modemflash_host.board.console.repl import CHUNK_BYTES, Repl
from modemflash_host.errors import BoardProblem

_TAKE_BYTES = 256
_GOT = "str(_b.b2a_base64(_got), 'ascii').strip()"
_OPEN = f"""\
import os, time
try:
    import ubinascii as _b
except ImportError:
    import binascii as _b
from machine import UART
_P = {PINS}[os.uname()[0]]
_k = {{'pins': _P, 'timeout_chars': {UART_GAP_CHARS}, 'rx_buffer_size': {UART_RING_BYTES}}}
try:
    _u = UART({MODEM_UART}, baudrate={MODEM_BAUD}, **_k)
except TypeError:
    del _k['rx_buffer_size']
    _u = UART({MODEM_UART}, baudrate={MODEM_BAUD}, **_k)
def _rate(r):
    ok = _u.wait_tx_done({UART_LOOK_MS})
    if ok:
        _u.init(baudrate=r, **_k)
    return ok
def _put(d, at):
    while at < len(d) and _u.wait_tx_done({UART_LOOK_MS}):
        _u.write(d[at:at + {UART_FIFO_BYTES}])
        at += {UART_FIFO_BYTES}
    return at
try:
    _dog
except NameError:
    _dog = None
def _get(n, ms):
    s = time.ticks_ms()
    while True:
        if _dog:
            _dog.feed()
        d = _u.read(n)
        if d or time.ticks_diff(time.ticks_ms(), s) >= ms:
            return d or b''
        time.sleep_ms(2)
def _drop():
    for i in range(40):
        if not _u.read(128):
            return
"""


class ReplPort:
    """See `modemflash.line` for ports.

    Args:
        repl: in the raw REPL, in which nobody else runs code meanwhile.
        tick: called in every long wait of a write.
    """

    max_burst = 0  # RTS and CTS are wired

    def __init__(self, repl: Repl, tick: Callable[[], object]) -> None:
        self._repl = repl
        self._tick = tick
        self._unread = bytearray()

    def open(self) -> None:
        """Take the modem's pins.

        Raises:
            LinkProblem: `uart-refused`: the firmware does not give them.
        """
        try:
            self._repl.run(_OPEN)
        except BoardProblem as problem:
            if problem.code != "board-refused":
                raise
            raise LinkProblem("uart-refused", problem.detail) from problem

    def close(self) -> None:
        """Free the pins. A board that does not listen any more is none of ours to mend here."""
        with suppress(BoardProblem, LinkProblem):
            self._repl.run("_u.deinit()\n")

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`, as soon as there are any; 0 on time-out."""
        if not self._unread:
            self._unread += self._take(timeout_ms)
        got = min(n, len(self._unread))
        buf[:got] = self._unread[:got]
        del self._unread[:got]
        return got

    def _take(self, timeout_ms: int) -> bytes:
        """What the modem said. It is kept on the board, because the answer may get damaged on its way."""
        try:
            return decoded(self._repl.value(_GOT, f"_got = _get({_TAKE_BYTES}, {timeout_ms})\n"))
        except BoardProblem as problem:
            if problem.code != "board-out-of-step":
                raise
        except ValueError:
            pass
        return ask(self._repl, _GOT, decoded)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on; the last 128 may still be under way.

        Raises:
            LinkProblem: `uart-blocked`: the modem held the line for minutes.
        """
        for at in range(off, off + n, CHUNK_BYTES):
            piece = bytes(buf[at : min(at + CHUNK_BYTES, off + n)])
            self._repl.run(f"_d = _b.a2b_base64('{base64.b64encode(piece).decode()}')\n_n = 0\n")
            self._until_taken("_put(_d, _n)", f"_n >= {len(piece)}")

    def drain(self, timeout_ms: int) -> bool:
        """Wait until all is sent; True when it is."""
        return ask(self._repl, f"_u.wait_tx_done({min(timeout_ms, UART_LOOK_MS)})", boolean)

    def set_baud(self, rate: int) -> bool:
        """Send what waits, then change the rate. What was received and not read is lost."""
        self._unread.clear()
        self._until_taken(f"_rate({rate})", "_n")
        return True

    def drop_input(self) -> None:
        """Forget what was received and not read."""
        self._unread.clear()
        self._repl.run("_drop()\n")

    def _until_taken(self, step: str, is_done: str) -> None:
        """A step again and again, while the modem holds the line; its value is `_n`."""
        clock = self._repl.clock
        begun = clock.ticks_ms()
        while not ask(self._repl, f"bool({is_done})", boolean, f"_n = {step}\n"):
            self._tick()
            if clock.ticks_diff(clock.ticks_ms(), begun) >= UART_HELD_MS:
                raise LinkProblem("uart-blocked")
