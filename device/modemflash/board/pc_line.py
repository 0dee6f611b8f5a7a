"""The line to the PC while the board works: frames over UART 0, whose console is detached.

Rules that hold here: nobody holds the PC back, so it sends only pieces that were
asked for; a piece counts when the sum over its block so far is right, and is
asked for again otherwise; more is asked for than a small ring holds, because
`pull` is called every millisecond or two, but after a loss no more than it holds,
for longer each time; an event is sent until the PC says that it has it; a PC that
is not heard for 5 s is away, and then the line waits at 115200 baud.

From the board: A5, kind, length (2 bytes), body, CRC-16 of all after A5:

    G  id, file, start (4), offset (2), count (2): send these bytes of the block that begins at `start`
    E  number, JSON: an event, to be acknowledged         P  JSON: one that may get lost
    H  state, job: alive, twice a second                  T  the bytes of the echo test

From the PC: A5, id, CRC-16 of the block up to the end of this piece, the piece; or
A5, kind (F0 and above), two values, CRC-16 of these four:

    F0 stop requests, commands so far    F1 number of the event that arrived
    F2 rate / 100                         F3 the end    F4 a new PC: say it again
"""

from modemflash.crc import crc16
from modemflash.interface import (
    AWAY_MS,
    BAUD,
    CONSOLE_BAUD,
    ECHO,
    END,
    EVENT,
    GET,
    HALF_FRAME_MS,
    HAVE,
    HEARTBEAT,
    HELLO,
    IDS,
    LOOKING,
    LOSSY_EVENT,
    PIECE_BYTES,
    PING,
    SYNC,
    TEST_BYTES,
    TEST_FILE,
    UART_RING_BYTES,
)

_LEAST_RING_BYTES = 512  # what every release has
_WIDE_BYTES = 16 * PIECE_BYTES  # keeps the line busy through an adapter that holds requests for 16 ms
_MOST_BACKOFF = 64  # blocks
_QUIET_MS = 40
_BEAT_MS = 500
_MOST_EVENTS = 40


class PcLine:
    """One end of the line; see the top of this file.

    Args:
        make_uart: makes UART 0 from keyword arguments; raises TypeError for words it does not know.
        clock: the board's.
        name: eight bytes, the job.

    Attributes:
        state: one byte for the heartbeat.
        stops, commands: as the PC said last.
        ended: the PC said that this is the end.
        asked_again: a new PC wants to have it all once more.
        away: nothing is heard.
        got: bytes of the block that are there; `crc` is their CRC-16.
    """

    def __init__(self, make_uart: "Callable[..., Any]", clock: "Clock", name: bytes) -> None:
        self.state = LOOKING.encode()
        self.stops = self.commands = 0
        self.ended = self.asked_again = self.away = False
        self.repeats = 0
        self._name = name
        self._clock = clock
        self._options = {"timeout_chars": 2, "rx_buffer_size": UART_RING_BYTES}
        try:
            self._uart = make_uart(0, CONSOLE_BAUD, **self._options)
            ring = UART_RING_BYTES
        except TypeError:
            del self._options["rx_buffer_size"]
            self._uart = make_uart(0, CONSOLE_BAUD, **self._options)
            ring = _LEAST_RING_BYTES
        self._any, self._read, self._write = self._uart.any, self._uart.readinto, self._uart.write
        self._sure = (ring - 16) // (PIECE_BYTES + 4) * PIECE_BYTES  # what the ring holds in any case
        self._window = _WIDE_BYTES
        self._small_windows = self._backoff = (
            0  # blocks with the small window yet; how many the last loss cost
        )
        self._rate = CONSOLE_BAUD
        self._wanted_rate = 0
        self._heard = self._moved = self._beat = self._event_sent = clock.ticks_ms()
        self._head = bytearray(6)
        self._tails = [memoryview(self._head)[i:] for i in range(6)]
        self._head_bytes = 0
        self._dropping = False
        self._request = bytearray(bytes([SYNC]) + GET + b"\x00\x0a" + bytes(12))
        self._next_id = self._due_id = 0
        self._block = (0, 0, 0)  # file, start, size
        self._asked = self.got = self.crc = 0
        self._buf = bytearray(0)
        self._view = memoryview(self._buf)
        self._views = []  # type: list[memoryview]
        self._waste = bytearray(PIECE_BYTES)
        self._events = []  # type: list[bytes]
        self._number = 0
        self._event_is_out = False  # the first of `_events` is under way

    # -- files -----------------------------------------------------------------

    def begin(self, file: int, start: int, size: int) -> None:
        """Let a block of a file come; `pull` makes it."""
        if len(self._buf) < size:
            self._buf = bytearray(size)
            self._view = memoryview(self._buf)
            self._views = [memoryview(self._buf)[i : i + PIECE_BYTES] for i in range(0, size, PIECE_BYTES)]
        self._block = (file, start, size)
        self.got = self.crc = 0
        if self._small_windows:
            self._small_windows -= 1
        elif self._window > self._sure:
            self._backoff = 0
        self._window = self._sure if self._small_windows else _WIDE_BYTES
        self._again()

    def brings(self, file: int, start: int) -> bool:
        """Whether this is the block that comes, or has come."""
        return self._block[0] == file and self._block[1] == start

    def copy(self, at: int, n: int, into: "Writable", to: int) -> None:
        """Bytes of the block that are there."""
        into[to : to + n] = self._view[at : at + n]

    def pump(self) -> int:
        """`pull`, for `uart.Uart.pump`."""
        return 2 if self.pull() else int(self._asked != self.got)

    def pull(self) -> bool:
        """Take one frame, if one is there. Costs next to nothing when none is."""
        there = self._any()
        if self._dropping:
            return self._drop(there)
        head = self._head
        have = self._head_bytes
        if have < 4:
            if have + there < 4:
                return self._look_late()
            have += self._read(self._tails[have], 4 - have) or 0
            self._head_bytes = have
            if have < 4:
                return True
            there = self._any()
        due = self._asked != self.got
        if head[0] != SYNC:
            return self._lose() if due else self._skip()
        if head[1] >= PING:
            if there + have < 6:
                return self._look_late()
            self._read(self._tails[4], 2)
            if crc16(head, 0, 0, 4) != head[4] << 8 | head[5]:
                return self._lose() if due else self._skip()
            self._head_bytes = 0
            self._control(head[1], head[2], head[3])
            return True
        size = self._block[2] - self.got
        if not due:
            return self._skip()
        if head[1] != self._due_id:
            return self._lose()
        if size > PIECE_BYTES:
            size = PIECE_BYTES
        if there < size:
            return self._look_late()
        got = self.got
        self._read(self._views[got // PIECE_BYTES], size)
        self._head_bytes = 0
        crc = crc16(self._buf, self.crc, got, got + size)
        if crc != head[2] << 8 | head[3]:
            return self._lose()
        self.crc = crc
        self.got = got + size
        self._due_id = (self._due_id + 1) % IDS
        self._moved = self._heard = self._clock.ticks_ms()
        self._ask()
        return True

    def _ask(self) -> None:
        """Ask for as much as may be under way, in few requests."""
        rest = self._block[2] - self._asked
        count = min(rest, self._window - (self._asked - self.got))
        if not count or self.away or (count < rest and 2 * count < self._window):
            return
        file, start, _ = self._block
        frame = self._request
        frame[4], frame[5] = self._next_id, file
        frame[6], frame[7], frame[8], frame[9] = (
            start >> 24,
            start >> 16 & 0xFF,
            start >> 8 & 0xFF,
            start & 0xFF,
        )
        frame[10], frame[11] = self._asked >> 8, self._asked & 0xFF
        frame[12], frame[13] = count >> 8, count & 0xFF
        crc = crc16(frame, 0, 1, 14)
        frame[14], frame[15] = crc >> 8, crc & 0xFF
        self._write(frame)
        if self._asked == self.got:
            self._moved = self._clock.ticks_ms()
        self._asked += count
        self._next_id = (self._next_id + (count + PIECE_BYTES - 1) // PIECE_BYTES) % IDS

    def _again(self) -> None:
        """Ask anew for what is not there."""
        self._asked = self.got
        self._due_id = self._next_id
        self._moved = self._clock.ticks_ms()
        self._ask()

    def _lose(self) -> bool:
        """Something was damaged: let the line fall quiet, then ask again."""
        self.repeats += 1
        if self._window > self._sure:
            self._window = self._sure
            self._small_windows = self._backoff = min(2 * self._backoff, _MOST_BACKOFF) or 1
        self._head_bytes = 0
        self._dropping = True
        self._moved = self._clock.ticks_ms()
        return True

    def _drop(self, there: int) -> bool:
        clock = self._clock
        if there:
            self._read(self._waste, min(there, PIECE_BYTES))
            self._moved = clock.ticks_ms()
        elif clock.ticks_diff(clock.ticks_ms(), self._moved) >= _QUIET_MS:
            self._dropping = False
            self._again()
        return there > 0

    def _skip(self) -> bool:
        """No frame begins here: one byte on."""
        head = self._head
        for i in range(3):
            head[i] = head[i + 1]
        self._head_bytes = 3
        return True

    def _look_late(self) -> bool:
        """Whether half a frame, or nothing at all, has been there for too long."""
        if self._head_bytes or self._asked != self.got:
            clock = self._clock
            # A small ring loses what comes in a pause, and asks again soon; with a large one it is late.
            if clock.ticks_diff(clock.ticks_ms(), self._moved) >= HALF_FRAME_MS + self._sure // 6:
                self._lose()
        return False

    # -- events and the rest ------------------------------------------------------

    def send_event(self, words: bytes, may_be_lost: bool = False) -> None:
        """An event for the PC."""
        if not may_be_lost:
            if len(self._events) >= _MOST_EVENTS:
                self._events.pop(1)
            self._events.append(words)
            self.keep_up()
        elif not self.away:
            self._send(LOSSY_EVENT, words)

    def keep_up(self) -> None:
        """All that is due besides files: from every tick."""
        clock = self._clock
        for _ in range(_MOST_EVENTS):
            if not self.pull():
                break
        now = clock.ticks_ms()
        if self._wanted_rate:
            self._try_rate()
        if not self.away and clock.ticks_diff(now, self._heard) > AWAY_MS:
            self.away = True
            self._set_rate(CONSOLE_BAUD)
        if clock.ticks_diff(now, self._beat) >= _BEAT_MS:
            self._beat = now
            self._send(HEARTBEAT, self.state + self._name)
        if (
            self._events
            and not self.away
            and (not self._event_is_out or clock.ticks_diff(now, self._event_sent) >= HALF_FRAME_MS)
        ):
            self._event_is_out = True
            self._event_sent = now
            self._send(EVENT, bytes([self._number]) + self._events[0])

    def _send(self, kind: bytes, body: bytes) -> None:
        frame = kind + bytes([len(body) >> 8, len(body) & 0xFF]) + body
        crc = crc16(frame)
        self._write(bytes([SYNC]) + frame + bytes([crc >> 8, crc & 0xFF]))

    def _control(self, kind: int, first: int, second: int) -> None:
        self._heard = self._clock.ticks_ms()
        if self.away:
            self.away = self._event_is_out = False
            self._again()
        if kind == PING:
            self.stops, self.commands = first, second
        elif kind == HAVE:
            if self._event_is_out and first == self._number:
                self._events.pop(0)
                self._number = (self._number + 1) & 0xFF
                self._event_is_out = False
        elif kind == BAUD:
            self._wanted_rate = (first << 8 | second) * 100
        elif kind == END:
            self.ended = True
        elif kind == HELLO:
            self.asked_again = True

    def _set_rate(self, rate: int) -> None:
        self._uart.wait_tx_done(200)
        if rate != self._rate:
            self._rate = rate
            self._uart.init(baudrate=rate, **self._options)
            self._head_bytes = 0

    def _try_rate(self) -> None:
        """Change the rate, bring test bytes over it and back; where they do not come, all is as before."""
        clock = self._clock
        file, start, size = self._block
        self._set_rate(self._wanted_rate)
        self._wanted_rate = 0
        began = clock.ticks_ms()
        clock.sleep_ms(20)  # the PC changes, too
        self.begin(TEST_FILE, 0, TEST_BYTES)
        while self.got < TEST_BYTES:
            if clock.ticks_diff(clock.ticks_ms(), began) > 1500:
                self._set_rate(CONSOLE_BAUD)
                break
            if not self.pull():
                clock.sleep_ms(1)
        else:
            self._send(ECHO, bytes(self._view[:TEST_BYTES]))
        self.begin(file, start, size)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.contracts import Clock, Writable
