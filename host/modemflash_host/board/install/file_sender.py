"""Files onto a board through its stub: as bytes, checked, at the highest rate that the line holds.

    with FileSender(repl, on_bytes) as sender:
        sender.folder("/flash/lib"); sender.put(path, content); sender.remove(path)

Rules: the board asks and this side only answers, with records that fill a block;
a rate is used when the board's next request comes over it whole, and left when that
does not; the console is back at the end, whatever that is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from modemflash.interface import CONSOLE_BAUD, SYNC
from modemflash_host.board.console.repl import ADAPTER_HOLDS_MS, FASTER_BAUDS, Repl
from modemflash_host.board.install.stub import (
    ASK,
    ASK_BYTES,
    BLOCK,
    BLOCK_BYTES,
    CLOSE,
    DATA,
    END,
    FOLDER,
    OPEN,
    RATE,
    REMOVE,
    STUB,
    SUM_BYTES,
    TRIES,
)
from modemflash_host.errors import BoardProblem, LinkProblem

RATES = FASTER_BAUDS
_HEAD_BYTES = 3  # of a record
_FIRST_MS = 2_000  # until the stub runs
_RATE_MS = 1_000
_HIGH_MS = 2_000  # three tries of the board at a rate that does not hold; then it is at the console's
_FALLBACK_MS = 5_000
_ON_ITS_WAY_MS = 150  # a request that comes sooner after a block was sent before it came
_WORK_MS = 20_000  # a flash that erases
_END_MS = 10_000
_LOST_MS = 1_000


class FileSender:
    """See above.

    Args:
        repl: in the raw REPL, and in it again at the end.
        on_bytes: told how many bytes of files the board has, of those that were put.

    Attributes:
        baud: the rate in use.
        repeats: blocks that the board wanted again.

    Raises:
        BoardProblem: the board's Python refused a step, does not answer, or loses too much.
    """

    def __init__(self, repl: Repl, on_bytes: Callable[[int], object] = lambda _: None) -> None:
        self.baud = CONSOLE_BAUD
        self.repeats = 0
        self._repl = repl
        self._on_bytes = on_bytes
        self._number = 0
        self._records = bytearray()
        self._content = 0  # bytes of files in `_records`
        self._sent = 0
        self._sent_ms = self._line_ms = 0
        self._heard = bytearray()
        self._is_over = self._is_ending = False

    def __enter__(self) -> FileSender:
        self._repl.begin(STUB)
        try:
            self._await_request(_FIRST_MS)
            self._raise_rate()
        except BoardProblem:
            self._rescue_console()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
            self._add(END)
            self._end()
        elif not isinstance(error, LinkProblem):
            self._rescue_console()

    def folder(self, path: str) -> None:
        """A folder, where there is none."""
        self._add(FOLDER, path.encode())

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""
        self._add(REMOVE, path.encode())

    def put(self, path: str, data: bytes) -> None:
        """A file, whole or not at all; what stands there is read back and compared by the board."""
        self._add(OPEN, path.encode())
        at = 0
        while at < len(data):
            room = BLOCK_BYTES - len(self._records) - _HEAD_BYTES
            if room < min(_HEAD_BYTES + 64, len(data) - at):
                self._flush()
                continue
            piece = data[at : at + room]
            self._add(DATA, piece)
            self._content += len(piece)
            at += len(piece)
        self._add(CLOSE, hashlib.sha256(data).digest())

    def _add(self, kind: bytes, data: bytes = b"") -> None:
        if len(self._records) + _HEAD_BYTES + len(data) > BLOCK_BYTES:
            self._flush()
        self._records += kind + len(data).to_bytes(2, "big") + data

    # -- blocks -----------------------------------------------------------------

    def _flush(self) -> None:
        """Send what is collected until the board wants the next block."""
        self._send()
        wanted = (self._number + 1) & 0xFFFF
        while (number := self._await_request(_WORK_MS)) != wanted:
            if number != self._number:
                raise BoardProblem("board-out-of-step", f"block {number}")
            if self._may_have_come():
                self.repeats += 1
                self._send()
        self._number = wanted
        self._sent += self._content
        self._on_bytes(self._sent)
        self._records.clear()
        self._content = 0

    def _send(self) -> None:
        body = BLOCK + self._number.to_bytes(2, "big") + len(self._records).to_bytes(2, "big") + self._records
        block = bytes([SYNC]) + body + hashlib.sha256(body).digest()[:SUM_BYTES]
        self._repl.link.write(block, 0, len(block))
        self._sent_ms = self._repl.clock.ticks_ms()
        self._line_ms = len(block) * 10_000 // self.baud

    def _may_have_come(self) -> bool:
        """Whether the board has had the time to miss the block: an older request is answered already."""
        clock = self._repl.clock
        return clock.ticks_diff(clock.ticks_ms(), self._sent_ms) > self._line_ms + _ON_ITS_WAY_MS

    def _end(self) -> None:
        """All that was sent is there; let the stub end, and take the console back."""
        self._is_ending = True
        for _ in range(TRIES):
            self._send()
            if self._request(_LOST_MS) is None:
                break
        if not self._is_over:  # its last word was lost
            self._rescue_console()

    def _await_request(self, patience_ms: int) -> int:
        """The number of the block that the board wants; falls back to the console's rate where it must.

        Raises:
            BoardProblem: nothing comes.
        """
        number = self._request(patience_ms if self.baud == CONSOLE_BAUD else _HIGH_MS)
        if number is None and self.baud != CONSOLE_BAUD:
            self._to_rate(CONSOLE_BAUD)
            number = self._request(_WORK_MS)
        if number is None:
            raise BoardProblem("board-line-bad", raw=bytes(self._heard[-64:]))
        return number

    def _request(self, patience_ms: int) -> int | None:
        """The next request; None where none came, or the stub has ended well.

        Raises:
            BoardProblem: `board-refused`, with the board's exception.
        """
        repl, heard = self._repl, self._heard
        start = repl.clock.ticks_ms()
        buf = bytearray(256)
        while True:
            at = heard.find(bytes([SYNC]) + ASK)
            if at >= 0 and len(heard) >= at + ASK_BYTES:
                request = bytes(heard[at : at + ASK_BYTES])
                if sum(request[:5]) & 0xFF == request[5] == 255 - request[6]:
                    del heard[: at + ASK_BYTES]
                    if request[4]:
                        self._ended()
                        return None
                    return request[2] << 8 | request[3]
                del heard[: at + 1]
                continue
            left_ms = patience_ms - repl.clock.ticks_diff(repl.clock.ticks_ms(), start)
            if left_ms <= 0:
                return None
            got = repl.link.readinto(buf, len(buf), left_ms)
            heard += buf[:got]
            del heard[:-1024]

    def _ended(self) -> None:
        """The stub is over: its words come on the console.

        Raises:
            BoardProblem: `board-refused`, with its exception.
        """
        self._is_over = True
        self._to_rate(CONSOLE_BAUD)
        answer = self._repl.ended(_END_MS)
        if answer.error:
            raise BoardProblem("board-refused", answer.last_line, raw=answer.error)

    def _rescue_console(self) -> None:
        """The stub gives up by itself, and its console is at the usual rate."""
        self._to_rate(CONSOLE_BAUD)
        if not self._is_over:
            with suppress(BoardProblem):
                self._repl.ended(_LOST_MS if self._is_ending else _END_MS)
        if not self._repl.enter():
            raise BoardProblem("board-out-of-step")

    # -- the rate ---------------------------------------------------------------

    def _raise_rate(self) -> None:
        """The highest rate at which a block and the request after it come whole."""
        link = self._repl.link
        for rate in RATES:
            if not (link.set_baud(rate) and link.set_baud(CONSOLE_BAUD)):
                continue  # this adapter refuses it
            self._add(RATE, b"%d" % rate)
            self._send()
            link.drain(1_000)
            self._repl.clock.sleep_ms(ADAPTER_HOLDS_MS)
            self._records.clear()
            if self._to_rate(rate) and self._holds():
                return
            self._to_rate(CONSOLE_BAUD)
            number = self._request(_FALLBACK_MS)
            if number is None:
                raise BoardProblem("board-line-bad", f"after {rate} baud")
            self._number = number

    def _holds(self) -> bool:
        """Whether a block of bytes that mean nothing goes over the line whole, and is answered."""
        first = (self._number + 1) & 0xFFFF
        if self._request(_RATE_MS) != first:
            return False
        self._number = first
        self._add(FOLDER, b"/flash")  # is there: a block that changes nothing
        self._records += (FOLDER + b"\0\x06/flash") * ((BLOCK_BYTES - len(self._records)) // 9)
        self._send()
        self._records.clear()
        if self._request(_RATE_MS) != (first + 1) & 0xFFFF:
            return False
        self._number = (first + 1) & 0xFFFF
        return True

    def _to_rate(self, rate: int) -> bool:
        if rate != self.baud and not self._repl.link.set_baud(rate):
            return False
        self.baud = rate
        self._heard.clear()
        return True
