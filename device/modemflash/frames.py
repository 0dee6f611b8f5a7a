"""Reads and writes the frames of the transfer protocol (STP).

Rules that hold here: nothing is allocated for a frame; the port is never asked
for more than the frame that is expected; what is no answer is dropped, and its
last bytes are kept for the log.

Every message is a 16-byte header and a payload, numbers big-endian:

    0  4  signature: request `fast`, answer `tsaf`
    4  1  operation; in answers + 0x80 done, + 0x40 refused, or 0x7F "not understood"
    5  1  session id
    6  2  payload length
    8  4  transaction id, one more after each request that was done
    12 2  header CRC, computed with this field 0 and the payload CRC in place
    14 2  payload CRC, 0 for an empty payload
"""

from modemflash.crc import crc16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.line import Line

RESET = 0
OPEN_SESSION = 1
BLOCK_COMMAND = 2
BLOCK = 3
DATA_TYPE = 4

HEADER = 16
MAX_BLOCK = 8176  # bytes of payload
ANSWER_BYTES = (0, 4, 0, 2, 0)  # payload of the answer, by operation
_LONGEST_ANSWER = HEADER + 4
SAID_DONE = 0x80
SAID_REFUSED = 0x40
SAID_NOT_UNDERSTOOD = 0x7F
_QUIET_CAP_MS = 2000
QUIET_MS = 50

# What a wait ended with.
DONE, REFUSED, DAMAGED, DOUBTFUL, STRAYS, SILENT = range(6)


def write_header(op: int, buf: bytearray, size: int, session: int, transaction: int) -> None:
    """All but the payload CRC, byte by byte: struct would allocate."""
    buf[0], buf[1] = 0x66, 0x61
    buf[2], buf[3] = 0x73, 0x74
    buf[4] = op
    buf[5] = session
    buf[6] = size >> 8
    buf[7] = size & 0xFF
    buf[8] = 0
    buf[9] = transaction >> 16 & 0xFF
    buf[10] = transaction >> 8 & 0xFF
    buf[11] = transaction & 0xFF
    buf[12] = buf[13] = 0
    if not size:
        buf[14] = buf[15] = 0
    crc = crc16(buf, 0, 0, HEADER)
    buf[12] = crc >> 8
    buf[13] = crc & 0xFF


def put_payload_crc(buf: bytearray, crc: int) -> None:
    """Into a request's header; `write_header` leaves it as it is."""
    buf[14] = crc >> 8
    buf[15] = crc & 0xFF


class Frames:
    """The answers that come over a line, one after the other.

    Args:
        line: the open line.

    Attributes:
        answer: the last one, its payload from `HEADER` on; good until the next `receive`.
        checked: it carried checksums, and they were right.
        used: bytes of `answer` that were taken already.
        strayed: bytes came that are no answer.
        broken: half an answer, or a damaged one, came.
        early_probe: strays may stand for our answer: ask again after a short quiet.
        sent, wire_ms: when the request was sent, and how long it takes on the wire, with 50 ms more.
        junk_bytes: how many bytes were no answer.
    """

    def __init__(self, line: "Line") -> None:
        self.answer = bytearray(32)
        self.checked = False
        self.used = self.junk_bytes = self.wire_ms = 0
        self.strayed = self.broken = self.early_probe = False
        self.sent = line.now()
        self._line = line
        self._tails = [memoryview(self.answer)[i:] for i in range(_LONGEST_ANSWER)]
        self._have = 0  # bytes in `answer`
        self._junk = bytearray(64)

    def begin(self, size: int, baud: int) -> None:
        """A request of so many bytes is about to go out: what came before says nothing about it."""
        self.strayed = self.broken = False
        self.wire_ms = size * 10000 // baud + QUIET_MS

    def heard(self) -> bytes:
        """The last bytes that were no answer, 64 at most."""
        first = self.junk_bytes - 64 if self.junk_bytes > 64 else 0
        return bytes([self._junk[i & 63] for i in range(first, self.junk_bytes)])

    def receive(self, payload: int, wait_ms: int) -> int:
        """Bring the next whole message to the start of `answer`.

        Never asks the port for more than the message that is expected, so a
        message that comes whole is taken without waiting for a time-out.

        Returns:
            DONE, DAMAGED (a message that is not sound, or has no end), STRAYS or SILENT.
        """
        line, answer = self._line, self.answer
        start = line.now()
        self._drop(self.used, False)
        while True:
            self._skip_to_signature()
            need = HEADER + payload
            if self._have >= HEADER:
                need = HEADER + (answer[6] << 8 | answer[7])
                if need <= _LONGEST_ANSWER and self._have >= need and self._is_sound(need):
                    self.used = need
                    return DONE
                if need > _LONGEST_ANSWER or self._have >= need:
                    self._drop_signature()  # the answer proper may still follow
                    continue
            left_ms = wait_ms - line.since(start)
            if left_ms <= 0 and (not self._have or left_ms < -QUIET_MS):
                self._drop(self._have, True)  # a line that never falls silent, whatever it says
                return SILENT
            early_probe = self.strayed and self.early_probe
            if self._have or self.broken:
                left_ms = QUIET_MS
            elif early_probe:  # no answer can be due before the request was on the wire
                left_ms = max(QUIET_MS, self.wire_ms - line.since(self.sent))
            got = line.read(self._tails[self._have], need - self._have, left_ms if left_ms > 0 else 0)
            self._have += got
            if got:
                continue
            if self._have:
                self._drop_signature()
            elif self.broken:
                self.broken = self.strayed = False
                return DAMAGED
            elif early_probe:
                self.strayed = False
                return STRAYS
            else:
                return SILENT

    def _is_sound(self, length: int) -> bool:
        """Answers are unchecked only when both fields are 0: real modems do not compute them."""
        answer = self.answer
        header_crc = answer[12] << 8 | answer[13]
        payload_crc = answer[14] << 8 | answer[15]
        self.checked = bool(header_crc or payload_crc)
        answer[12] = answer[13] = 0
        return not self.checked or (
            crc16(answer, 0, 0, HEADER) == header_crc and crc16(answer, 0, HEADER, length) == payload_crc
        )

    def _skip_to_signature(self) -> None:
        """Drop bytes until the rest is, or may become, an answer."""
        answer = self.answer
        while self._have and not (
            answer[0] == 0x74
            and (self._have < 2 or answer[1] == 0x73)
            and (self._have < 3 or answer[2] == 0x61)
            and (self._have < 4 or answer[3] == 0x66)
        ):
            self.strayed = True
            self._drop(1, True)

    def _drop_signature(self) -> None:
        """What looked like an answer is none: look for the next in what came after."""
        self.broken = True
        self._drop(1, True)

    def _drop(self, count: int, is_junk: bool) -> None:
        """Take bytes off the start of `answer`; junk is kept for the log."""
        answer = self.answer
        if is_junk:
            for i in range(count):
                self._junk[self.junk_bytes & 63] = answer[i]
                self.junk_bytes += 1
        self._have -= count
        for i in range(self._have):
            answer[i] = answer[i + count]
        self.used = 0

    def wait_for_quiet(self) -> None:
        """Drop input until 50 ms went by without any."""
        start = self._line.now()
        self._drop(self.used, False)
        while self._line.since(start) < _QUIET_CAP_MS:
            self._drop(self._have, True)
            self._have = self._line.read(self.answer, _LONGEST_ANSWER, QUIET_MS)
            if not self._have:
                break
        self.strayed = self.broken = False
