"""The pipe to the simulator, from inside: one request, one answer, and the time that came with it.

Rules that hold here: nothing is allocated by a request that carries small
numbers, because the tests count the heap of the program above; the numbers of
the requests are those of `requests.Op`. Sleeps, and looks that were answered
since anything could have changed, are answered here while it is still, see `requests`.
"""

(
    HELLO,
    SLEEP,
    UART_OPEN,
    UART_CLOSE,
    UART_READ,
    UART_WRITE,
    UART_ANY,
    UART_SENT,
) = range(1, 9)
BLOCKS_READ, BLOCKS_WRITE, CARD = range(10, 13)
(
    LED,
    HEARTBEAT,
    NVS,
    FLAG,
    WATCHDOG,
    HASH,
    RESET,
    RESET_CAUSE,
    UNIQUE_ID,
    PIN,
    LTE,
    RADIO,
) = range(20, 32)
CODE, ENDED, CONSOLE = range(32, 35)
OVER = 40

_LOOKS = 100  # a program that only looks at the clock would stand still for ever
_LOOK_US = 10


class Link:
    """The simulator at the other end.

    Attributes:
        status: of the last answer; 0 is good.
        number: of the last answer.
        length: bytes that came with the last answer.
        ticks_ms: the board's clock.
        still_us: for how long nothing can happen by itself; 0 when something may have.
    """

    def __init__(self, read_fd, write_fd):
        self._in = open(read_fd, "rb", 0)
        self._out = open(write_fd, "wb", 0)
        self._head = bytearray(20)
        self._answer = bytearray(24)
        self.words = bytearray(256)
        self.came = b""
        self._looks = 0
        self.status = self.number = self.length = self.ticks_ms = 0
        self._ticks_us = self._most_looks = self._skipped = self._skipped_us = self.still_us = 0
        self._read_us = [-1, -1]  # by UART: what a look costs that finds nothing; -1: nobody looked yet
        self._any_us = [-1, -1]
        self._any = [0, 0]

    def ask(self, op, a=0, b=0, data=b"", off=0, n=-1, into=None):
        """One request with bytes; bytes that come back go to the start of `into`. The answer's number."""
        if op <= UART_ANY and self._most_looks and self._repeat(op, a, b):
            return self.number
        if n < 0:
            n = len(data) - off
        head = self._head
        head[0] = op
        head[2] = n >> 8
        head[3] = n & 0xFF
        head[4] = a >> 24 & 0xFF
        head[5] = a >> 16 & 0xFF
        head[6] = a >> 8 & 0xFF
        head[7] = a & 0xFF
        head[8] = b >> 24 & 0xFF
        head[9] = b >> 16 & 0xFF
        head[10] = b >> 8 & 0xFF
        head[11] = b & 0xFF
        looks = self._skipped
        head[12] = looks >> 24 & 0xFF
        head[13] = looks >> 16 & 0xFF
        head[14] = looks >> 8 & 0xFF
        head[15] = looks & 0xFF
        looks = self._skipped_us
        head[16] = looks >> 24 & 0xFF
        head[17] = looks >> 16 & 0xFF
        head[18] = looks >> 8 & 0xFF
        head[19] = looks & 0xFF
        self._skipped = self._skipped_us = 0
        self._out.write(head)
        if n:
            self._out.write(data, off, n)
        answer = self._answer
        if self._in.readinto(answer) != 24:
            raise SystemExit  # the power has gone
        self._looks = 0
        self.status = answer[0]
        self.length = answer[2] << 8 | answer[3]
        self.number = answer[4] << 24 | answer[5] << 16 | answer[6] << 8 | answer[7]
        self.ticks_ms = answer[8] << 24 | answer[9] << 16 | answer[10] << 8 | answer[11]
        self._learn(op, a, b, answer)
        if self.length:
            if into is None:
                into = self.came = bytearray(self.length)
            self._fetch(self.length, self.words if self.status else into)
        if self.status == 2:
            raise KeyboardInterrupt
        return self.number

    def fetch(self, op, a=0, b=0, data=b""):
        """One request; the bytes that came back."""
        self.came = b""
        self.ask(op, a, b, data)
        return bytes(self.came)

    def _repeat(self, op, a, b):
        """Answer a sleep, or a look like one before, while it is still. Whether it was answered."""
        number = 0
        if op == SLEEP:
            cost_us = a
        elif b > 1:
            return False
        elif op == UART_ANY:
            cost_us = self._any_us[b]
            number = self._any[b]
        elif op == UART_READ and a:
            cost_us = self._read_us[b]
        else:
            return False
        if cost_us < 0 or cost_us >= self.still_us:
            return False
        self.still_us -= cost_us
        self._most_looks -= 1
        self._skipped += 1
        self._skipped_us += cost_us
        self._ticks_us += cost_us
        self.ticks_ms += self._ticks_us // 1000
        self._ticks_us %= 1000
        self._looks = self.status = self.length = 0
        self.number = number
        return True

    def _learn(self, op, a, b, answer):
        """What the last answer says about the next questions."""
        self._ticks_us = answer[12] << 8 | answer[13]
        self._most_looks = answer[14] << 8 | answer[15]
        cost_us = answer[16] << 24 | answer[17] << 16 | answer[18] << 8 | answer[19]
        found = self.length or self.status
        if (op != UART_ANY and op != UART_READ) or found or cost_us >= self.still_us:
            self._read_us[0] = self._read_us[1] = self._any_us[0] = self._any_us[1] = -1
        self.still_us = answer[20] << 24 | answer[21] << 16 | answer[22] << 8 | answer[23]
        if b < 2 and not found:
            if op == UART_ANY:
                self._any_us[b] = cost_us
                self._any[b] = self.number
            elif op == UART_READ and a:
                self._read_us[b] = cost_us

    def look(self):
        """The clock; a look costs next to nothing, many do."""
        self._looks += 1
        if self._looks >= _LOOKS:
            self.ask(SLEEP, _LOOKS * _LOOK_US)
        return self.ticks_ms

    def _fetch(self, length, into):
        have = self._in.readinto(into, length)
        while have < length:
            have += self._in.readinto(memoryview(into)[have:length])

    def refuse(self):
        """Raise what the simulator refused with: an OSError with its words, as Pycom's peripherals do."""
        raise OSError(
            bytes(memoryview(self.words)[: self.length]).decode() or "the requested operation failed"
        )


link = None
profile = None


def connect(read_fd, write_fd):
    """Open the pipe, once; `profile` is filled in with the first answer."""
    global link
    link = Link(read_fd, write_fd)
    return link
