"""A modem's side of the transfer protocol, and a line in virtual time, for tests.

Written from the protocol's description, not from the sender. Each assumption about
modems is a named switch of `Slave`; `Bench` is port, clock and reporter in one, and
damages messages as it is told. In the dialect.
"""

import binascii

try:
    from binascii import crc_hqx
except ImportError:

    def crc_hqx(data, crc):
        for byte in data:
            crc ^= byte << 8
            for _ in range(8):
                crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
        return crc


RESET, OPEN, COMMAND, BLOCK, DATA_TYPE = range(5)
FAST = b"fast"
TSAF = b"tsaf"


def number(data):
    return int.from_bytes(data, "big")


def be(value, size):
    return value.to_bytes(size, "big")


def frame(signature, op, session, transaction, payload=b"", checked=True):
    payload_crc = be(crc_hqx(payload, 0) if checked and payload else 0, 2)
    head = signature + bytes([op, session]) + be(len(payload), 2) + be(transaction, 4)
    header_crc = be(crc_hqx(head + b"\x00\x00" + payload_crc, 0) if checked else 0, 2)
    return head + header_crc + payload_crc + payload


class Slave:
    """What a modem does with the bytes of the updater.

    Args:
        repeats: what it does with the last request again: "acknowledge", "refuse" or "store".
        idle_drop: it drops half a request after 1 s without a byte.
        computed: its answers carry checksums.
        closing_answer: it answers the RESET that ends a session.
        residues: block number -> bytes left.
        stalls: block number -> ms until it answers.
        unwilling: so many OPEN_SESSION get accepted = 0.
        takes: False: it leaves every byte of every block.
        idle_ends: its session ends, for good, when no byte came for a minute (stalls do not count).
    """

    def __init__(self, version=1, max_transfer=8192, **switches):
        self.version = version
        self.max_transfer = max_transfer
        self.repeats = "acknowledge"
        self.idle_drop = True
        self.computed = False
        self.closing_answer = True
        self.residues = {}
        self.stalls = {}
        self.unwilling = 0
        self.takes = True
        self.idle_ends = True
        for name in switches:
            assert hasattr(self, name), name
            setattr(self, name, switches[name])
        self.image = b""
        self.blocks = 0
        self.data_type = None
        self.closed = False
        self.violations = []
        self.requests = []  # (op, transaction) as they were understood
        self.block_sizes = []
        self._buf = b""
        self._heard_us = self._busy_us = 0
        self.gone = False
        self._session = False
        self._next = 0
        self._last = None
        self._last_answer = None
        self._expected = -1

    def feed(self, now_us, data):
        """Bytes come in: [(ms until the answer, answer)]."""
        if self.idle_drop and now_us - self._heard_us > 1000000:
            self._buf = b""
        if self.idle_ends and self._heard_us and now_us - max(self._heard_us, self._busy_us) > 60000000:
            self.gone = True
        self._heard_us = now_us
        self._buf = b"" if self.gone else self._buf + bytes(data)
        answers = []
        while True:
            at = self._buf.find(FAST)
            if at < 0:
                self._buf = self._buf[-3:]
                return answers
            self._buf = self._buf[at:]
            if len(self._buf) < 16:
                return answers
            head = self._buf[:16]
            op, session, size, transaction = head[4], head[5], number(head[6:8]), number(head[8:12])
            if number(head[12:14]) != crc_hqx(head[:12] + b"\x00\x00" + head[14:16], 0):
                if self.version >= 2:
                    answers.append((0, frame(TSAF, 0x7F, session, transaction, b"", self.computed)))
                self._buf = self._buf[4:]
                continue
            if len(self._buf) < 16 + size:
                return answers
            payload = self._buf[16 : 16 + size]
            self._buf = self._buf[16 + size :]
            if number(head[14:16]) != (crc_hqx(payload, 0) if size else 0):
                if self.version >= 2:
                    answers.append((0, frame(TSAF, op | 0x40, session, transaction, b"", self.computed)))
                continue
            self.requests.append((op, transaction))
            done, reply, delay_ms = self._take(op, session, transaction, payload)
            if done is not None:
                code = op | (0x80 if done else 0x40)
                answers.append((delay_ms, frame(TSAF, code, session, transaction, reply, self.computed)))
            if delay_ms:
                self._busy_us = now_us + delay_ms * 1000

    def _refuse(self, why):
        self.violations.append(why)
        return False, b"", 0

    def _take(self, op, session, transaction, payload):
        if op == RESET:
            closing = self._session
            if closing and transaction:
                self.closed = True
            self._session = False
            self._last = None
            return (True if self.closing_answer or not closing else None), b"", 0
        if (op, transaction) == self._last:
            if self.repeats == "refuse":
                return False, b"", 0
            if self.repeats == "store" and op == BLOCK:
                self.image += payload
            return True, self._last_answer, 0
        if op == OPEN:
            if transaction != 1 or session != 1:
                return self._refuse("OPEN_SESSION with wrong numbers")
            if self.unwilling:
                self.unwilling -= 1
                return True, bytes([0, self.version]) + be(self.max_transfer, 2), 0
            self._session = True
            self._next = 1
            self.image = b""
            self.blocks = 0
            self.data_type = None
            self._expected = -1
            self.closed = False
            return self._done(op, bytes([1, self.version]) + be(self.max_transfer, 2), 0)
        if not self._session or session != 1:
            return self._refuse("no session")
        if transaction != self._next:
            return self._refuse("transaction %d instead of %d" % (transaction, self._next))
        if op == DATA_TYPE:
            if self.version < 2 or self._next != 2:
                return self._refuse("DATA_TYPE out of place")
            self.data_type = number(payload)
            return self._done(op, b"", 0)
        if op == COMMAND:
            self._expected = number(payload)
            if len(payload) != 2 or self._expected + 16 > self.max_transfer or not self._expected:
                return self._refuse("a block of %d bytes" % self._expected)
            return self._done(op, b"", 0)
        if op != BLOCK or len(payload) != self._expected:
            return self._refuse("operation %d with %d bytes" % (op, len(payload)))
        self._expected = -1
        residue = min(len(payload), self.residues.get(self.blocks, 0)) if self.takes else len(payload)
        delay_ms = self.stalls.get(self.blocks, 0)
        self.blocks += 1
        self.block_sizes.append(len(payload))
        self.image += payload[: len(payload) - residue]
        return self._done(op, be(residue, 2), delay_ms)

    def _done(self, op, reply, delay_ms):
        self._last = (op, self._next)
        self._last_answer = reply
        self._next += 1
        return True, reply, delay_ms


class Bench:
    """A line to a slave in virtual time: port, clock and reporter in one.

    Args:
        slave: the modem; None: nobody answers.
        delay_us: from the last byte of a request to the first of its answer.
        max_burst: what the link bears unanswered; 0 for no limit.
        damage: `damage(direction, count, data)` -> the pieces that arrive; direction ">" or "<",
            count of the message in that direction.
    """

    BYTE_US = 10.8506944  # 92160 bytes a second

    def __init__(self, slave, delay_us=1000, max_burst=0, damage=None):
        self.slave = slave
        self.max_burst = max_burst
        self.delay_us = delay_us
        self.corrupt = damage or (lambda direction, count, data: [data])
        self.now_us = 0
        self.events = []
        self.stops = 0
        self.most_unanswered = 0
        self.written = []  # (ms, the first 64 bytes) of each write
        self._unanswered = 0
        self._counts = {">": 0, "<": 0}
        self._sent_us = 0  # the wire to the modem is busy until then
        self._came_us = 0
        self._due = []  # (us, bytes)

    # port
    def write(self, buf, off, n):
        data = bytes(memoryview(buf)[off : off + n])
        self.written.append((self.now_us // 1000, data[:64]))
        if data[:4] != FAST:
            pieces = [data]
        else:
            pieces = self._damaged(">", data)
            if data[4] == BLOCK:
                self._unanswered += 1
                self.most_unanswered = max(self.most_unanswered, self._unanswered)
        self._sent_us = max(self._sent_us, self.now_us) + int(n * self.BYTE_US)
        for piece in pieces:
            for delay_ms, answer in self.slave.feed(self._sent_us, piece) if self.slave else ():
                self.say(answer, self._sent_us + self.delay_us + delay_ms * 1000)

    def say(self, data, at_us=0):
        """The modem says something."""
        start = max(self._came_us, at_us, self.now_us)
        pieces = self._damaged("<", data)
        for piece in pieces:
            start += int(len(piece) * self.BYTE_US)
            if piece:
                self._due.append((start, piece))
        self._came_us = start

    def _damaged(self, direction, data):
        self._counts[direction] += 1
        return self.corrupt(direction, self._counts[direction] - 1, data)

    def readinto(self, buf, n, timeout_ms):
        end = self.now_us + timeout_ms * 1000
        if not self._due or self._due[0][0] > end:
            self.now_us = end
            return 0
        at_us, data = self._due.pop(0)
        self.now_us = max(self.now_us, at_us)
        self._unanswered = 0
        if len(data) > n:
            self._due.insert(0, (at_us, data[n:]))
            data = data[:n]
        buf[: len(data)] = data
        return len(data)

    def drop_input(self):
        self._due = [due for due in self._due if due[0] > self.now_us]

    def drain(self, timeout_ms):
        return True

    def set_baud(self, rate):
        return True

    # clock
    def ticks_ms(self):
        return self.now_us // 1000

    def ticks_diff(self, end, start):
        return end - start

    def sleep_ms(self, ms):
        self.now_us += ms * 1000

    # reporter
    def report(self, event):
        self.events.append(event)

    def tick(self, now):
        pass

    def stop_wanted(self):
        return self.stops

    def kinds(self, kind):
        return [event for event in self.events if event["event"] == kind]


class Image:
    """A firmware file in memory."""

    def __init__(self, size, seed=1):
        self.name = "test.dup"
        self.size = size
        data = bytearray(size)
        for i in range(size):
            seed = (seed * 25173 + 13849) & 0xFFFF
            data[i] = seed >> 8
        self.data = bytes(data)

    def readinto(self, offset, buf):
        piece = self.data[offset : offset + len(buf)]
        buf[: len(piece)] = piece
        return len(piece)


def hexed(data):
    return binascii.hexlify(data).decode()


def flipped(data, bit):
    """`data` with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


class Faults:
    """Damages a share of the messages, the same ones for the same seed.

    Args:
        rate: messages in a thousand, in each direction.
        kinds: of "drop", "flip", "double", "lose" (bytes of the message).
    """

    def __init__(self, seed, rate, kinds=("drop", "flip", "double", "lose")):
        self._state = seed * 2654435 & 0x7FFFFFF
        self.rate = rate
        self.kinds = kinds
        self.count = 0
        for _ in range(5):
            self._random(1)

    def _random(self, below):
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._state >> 8) % below

    def __call__(self, direction, count, data):
        if self._random(1000) >= self.rate:
            return [data]
        self.count += 1
        kind = self.kinds[self._random(len(self.kinds))]
        return damaged(kind, self._random(len(data) * 8), data)


def damaged(kind, place, data):
    """The pieces that arrive of a message."""
    if kind == "drop":
        return []
    if kind == "double":
        return [data, data]
    if kind == "flip":
        return [flipped(data, place)]
    assert kind == "lose", kind
    at = place // 8 % len(data)
    return [data[:at] + data[at + 1 + place % 5 :]]
