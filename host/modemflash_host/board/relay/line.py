"""The PC's end of the line to a board that relays; frames as in `modemflash.board.pc_line`.

Rules: this side only answers: pieces that the board asked for (and `ahead.py`), a sign of life
twice a second, and an acknowledgement for every event; what is damaged is
passed over, because the board asks again; a rate is used after an echo over it
came back whole, and a line that falls silent goes back to the console's rate.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from modemflash.crc import crc16
from modemflash.interface import (
    AWAY_MS,
    BAUD,
    CONSOLE_BAUD,
    ECHO,
    END,
    EVENT,
    GET,
    HAVE,
    HEARTBEAT,
    HELLO,
    IDS,
    LOSSY_EVENT,
    PIECE_BYTES,
    PING,
    SYNC,
    TEST_BYTES,
    TEST_FILE,
)
from modemflash_host.board.console.repl import ADAPTER_HOLDS_MS, FASTER_BAUDS, RESET_SIGNS
from modemflash_host.board.relay.ahead import Ahead, Request
from modemflash_host.board.relay.frame_reader import FrameReader
from modemflash_host.errors import BoardProblem

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Link

_PING_MS = 500
_SILENCE_MS = 3_000
_DEAD_MS = 15_000
_ECHO_MS = 3_000
_TEST = bytes(range(256)) * 5

_NAMES = {PING: "ping", HAVE: "have", BAUD: "baud", END: "end", HELLO: "hello"}

Serve = Callable[[int, int, int], bytes]
"""(file, start, count) -> those bytes."""
Record = Callable[..., object]
"""Gets the fields of each frame, and never its contents, see `Recorder.relay`."""


def no_record(**frame: object) -> None:
    """Keeps nothing."""


class RelayLost(BoardProblem):
    """The board does not relay any more, or is not heard; it may go on with what it has."""


class RelayLine:
    """The line to one board.

    Args:
        link: the open port, at the console's rate.
        clock: what goes with it.
        serve: where the bytes of files come from.
        on_event: gets the JSON of each event, once.
        stops: how often the user asked to stop.
        record: keeps what goes over the line.
        block_bytes: (file, start) -> how many bytes the block has that begins there; 0 where nobody knows.

    Attributes:
        stops: as given.
        commands: orders for the board so far; it fetches them as a file.
        state, job: as in the board's last heartbeat; empty before the first.
        baud: the rate in use.
        echo: the last test bytes that came back.
        moved_ms: when the board last asked for something or told something new; a heartbeat is neither.
        asks_again: what a PC before this one heard is missing here; the caller says when it came.
        rates: that are still worth a try, the best first.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        serve: Serve,
        on_event: Callable[[bytes], object],
        stops: Callable[[], int] = lambda: 0,
        record: Record = no_record,
        block_bytes: Callable[[int, int], int] = lambda file, start: 0,
    ) -> None:
        self.commands = 0
        self.state = self.job = ""
        self.baud = CONSOLE_BAUD
        self.asks_again = False
        self.rates = list(FASTER_BAUDS)
        self._link = link
        self._clock = clock
        self._serve = serve
        self._on_event = on_event
        self._record = record
        self._block_bytes = block_bytes
        self._ahead = Ahead()
        self.stops = stops
        self._frames = FrameReader(clock)
        self._last_event = -1
        self.echo = b""
        self._last_words = self._last_get = b""
        self._heard = self._pinged = self.moved_ms = clock.ticks_ms()
        self._asked_ms = self._first_asked_ms = self._heard

    # -- what the caller wants ------------------------------------------------------

    def attend(self, until: Callable[[], bool], on_wait: Callable[[], object] = lambda: None) -> None:
        """Serve the board until something is so.

        Raises:
            RelayLost: `relay-restarted`, `relay-silent`.
            LinkProblem: the port.
        """
        self._heard = before = self._clock.ticks_ms()
        while not until():
            self.step(20)
            on_wait()
            if self._since(before) > _SILENCE_MS:
                self._heard = self._clock.ticks_ms() - _SILENCE_MS  # this computer slept: the line is below
                self.set_baud(CONSOLE_BAUD)
            before = self._clock.ticks_ms()
            silent_ms = self._since(self._heard)
            if silent_ms > _DEAD_MS:
                raise RelayLost("relay-silent")
            if silent_ms > _SILENCE_MS and self.baud != CONSOLE_BAUD:
                self.set_baud(CONSOLE_BAUD)
            if self.rates and self.baud == CONSOLE_BAUD and self.state and silent_ms < _PING_MS:
                self._raise_rate()

    def tell_again(self) -> None:
        """We are a new PC, and ask with each ping what the board has found out, until the caller has it."""
        self._last_event = -1
        self.asks_again = True

    def end(self) -> None:
        """Let the board give its console back; the line is at the console's rate then.

        Raises:
            RelayLost: `relay-silent`.
        """
        started = self._clock.ticks_ms()
        while self._since(started) < 2 * AWAY_MS:
            self.send_control(END, 0, 0)
            before = self._heard
            pause = self._clock.ticks_ms()
            while self._since(pause) < 900:
                self.step(50)
            if self._heard == before:  # not one heartbeat
                self.set_baud(CONSOLE_BAUD)
                return
        raise RelayLost("relay-silent")

    def listen_for_heartbeat(self, patience_ms: int) -> bool:
        """Whether the heartbeat of a board that relays comes at this rate."""
        started = self._clock.ticks_ms()
        while not self.job and self._since(started) < patience_ms:
            self.step(50)
        return bool(self.job)

    @property
    def heard_noise(self) -> bool:
        """Whether bytes came that are no text: a board that relays at another rate, perhaps."""
        return self._frames.heard_noise

    @property
    def in_vain_ms(self) -> int:
        """How long the board has asked for the same again and again; 0 where it does not."""
        return self._since(self._first_asked_ms) if self._since(self._asked_ms) < _SILENCE_MS else 0

    # -- one step -------------------------------------------------------------------

    def step(self, timeout_ms: int) -> None:
        """Take what came, answer it, and give a sign of life where one is due."""
        if self._since(self._pinged) >= _PING_MS:
            self._pinged = self._clock.ticks_ms()
            if self.job:
                self.send_control(PING, min(self.stops(), 255), self.commands)
                if self.asks_again:
                    self.send_control(HELLO, 0, 0)
        buf = bytearray(4096)
        got = self._link.readinto(buf, len(buf), timeout_ms)
        self._frames.feed(buf[:got])
        while frame := self._frames.next(self.baud):
            self._heard = self._clock.ticks_ms()
            self._take(*frame)
        if self._frames.passed_over_bytes:
            self._record(relay_rx="?", size=self._frames.passed_over_bytes)
            self._frames.passed_over_bytes = 0
            if self.baud == CONSOLE_BAUD and self.job and self._frames.has_heard(RESET_SIGNS):
                raise RelayLost("relay-restarted")

    def _take(self, kind: bytes, body: bytes) -> None:
        words = body[1:] if kind == GET else body  # who asks again asks by another number
        if kind == GET:
            self._asked_ms = self._clock.ticks_ms()
            if words != self._last_get:
                self._last_get, self._first_asked_ms = words, self._asked_ms
        if kind in (GET, EVENT, LOSSY_EVENT) and words != self._last_words:
            self._last_words = words
            self.moved_ms = self._clock.ticks_ms()
        if kind == GET and len(body) == 10:
            number, file, start, offset, count = struct.unpack(">BBIHH", body)
            self._record(relay_rx="get", id=number, file=file, start=start, offset=offset, count=count)
            self._answer(Request(number, file, start, offset, count))
            return
        self._record(relay_rx=kind.decode("latin-1"), size=len(body))
        if kind == EVENT and body:
            self.send_control(HAVE, body[0], 0)
            if body[0] != self._last_event:
                self._last_event = body[0]
                self._on_event(body[1:])
        elif kind == LOSSY_EVENT:
            self._on_event(body)
        elif kind == HEARTBEAT:
            self.state, self.job = body[:1].decode("ascii", "replace"), body[1:].decode("ascii", "replace")
        elif kind == ECHO:
            self.echo = body

    def _answer(self, request: Request) -> None:
        """The pieces of a request, where requests are late those behind them, each with the sum so far."""
        file, start, offset, number = request.file, request.start, request.offset, request.number
        size = self._block_bytes(file, start)
        end = self._ahead.end_of_answer(request, size, self._clock.ticks_ms(), self.baud)
        if not end:
            return
        data = _TEST[:end] if file == TEST_FILE else self._serve(file, start, end)
        crc = crc16(data, 0, 0, offset)
        out = bytearray()
        for at in range(offset, end, PIECE_BYTES):
            piece_end = min(at + PIECE_BYTES, end)
            crc = crc16(data, crc, at, piece_end)
            out += bytes([SYNC, number]) + crc.to_bytes(2, "big") + data[at:piece_end]
            number = (number + 1) % IDS
        self._record(relay_tx="pieces", size=len(out), crc32=f"{zlib.crc32(out):08x}")
        self._link.write(out, 0, len(out))

    def send_control(self, kind: int, first: int, second: int) -> None:
        """A frame without a body: an opcode and two numbers."""
        self._record(relay_tx=_NAMES[kind], values=[first, second])
        frame = bytes([SYNC, kind, first, second])
        self._link.write(frame + crc16(frame).to_bytes(2, "big"), 0, 6)

    # -- the rate -------------------------------------------------------------------

    def _raise_rate(self) -> None:
        """The next rate that is worth a try; where its echo fails, both sides fall back by themselves."""
        rate = self.rates.pop(0)
        if not (self._link.set_baud(rate) and self._link.set_baud(self.baud)):
            return  # this adapter refuses it, so the board need not try
        self.send_control(BAUD, rate // 100 >> 8, rate // 100 & 0xFF)
        self._link.drain(1_000)
        self._clock.sleep_ms(ADAPTER_HOLDS_MS)  # the board waits for 20
        if not self.set_baud(rate):
            self._await_fallback()
            return
        if self._echoes():
            self.rates.insert(0, rate)  # for the next time, after a silence
            self._heard = self._clock.ticks_ms()
            return
        self.set_baud(CONSOLE_BAUD)
        self._await_fallback()

    def _echoes(self) -> bool:
        """Whether the test bytes come back in time, and whole."""
        self.echo = b""
        started = self._clock.ticks_ms()
        while not self.echo and self._since(started) < _ECHO_MS:
            self.step(20)
        return self.echo == _TEST[:TEST_BYTES]

    def _await_fallback(self) -> None:
        before = self._heard
        started = self._clock.ticks_ms()
        while self._heard == before and self._since(started) < 2 * AWAY_MS:
            self.step(50)

    def set_baud(self, rate: int) -> bool:
        """Our side at another rate; what came before is forgotten. False where the adapter refuses it."""
        if not self._link.set_baud(rate):
            return False
        self.baud = rate
        self._record(relay_baud=rate)
        self._frames.clear()
        return True

    def _since(self, start: int) -> int:
        return self._clock.ticks_diff(self._clock.ticks_ms(), start)
