"""One request and its answer: the frames of the transfer protocol (STP), and when to ask again.

Rules that hold here: one request is in flight; the same request is the same
bytes with the same transaction id; nothing is allocated for an exchange that
goes well, and no wait of it is longer than the modem's own.

Every message is a 16-byte header and a payload, numbers big-endian:

    0  4  signature: request `fast`, answer `tsaf`
    4  1  operation; in answers + 0x80 done, + 0x40 refused, or 0x7F "not understood"
    5  1  session id
    6  2  payload length
    8  4  transaction id, one more after each request that was done
    12 2  header CRC, computed with this field 0 and the payload CRC in place
    14 2  payload CRC, 0 for an empty payload

What is asked again, and when: a damaged answer, a refusal and "not understood"
after 50 ms of quiet, a few times; silence after 2, 4, 8, 16 ... s, because a
modem that erases is silent for minutes. Whether a modem stores a block twice
that it gets twice is believed, not known: a *careful* exchange asks nothing
twice that could have been stored, and leaves by `Lost` instead.
"""

from modemflash.crc import crc16
from modemflash.errors import TransferProblem
from modemflash.interface import BOOT_LOADER_BAUD, SMALL_RING_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.line import Line

RESET = 0
OPEN_SESSION = 1
BLOCK_COMMAND = 2
BLOCK = 3
DATA_TYPE = 4

HEADER = 16
_ANSWER_BYTES = (0, 4, 0, 2, 0)  # payload of the answer, by operation
_LONGEST_ANSWER = HEADER + 4
_DONE = 0x80
_REFUSED = 0x40
_NOT_UNDERSTOOD = 0x7F

_FIRST_REPEAT_MS = 2000
_QUIET_MS = 50
_QUIET_CAP_MS = 2000
_TRIES = 8  # bad answers to one request, in a row
_PROMPT_MS = 1000  # an answer this soon after the last copy says that the copies before it were lost
_STALL_MS = 10000
_KEEP_ALIVE_MS = 40000  # a modem that hears nothing for a minute may end the session
_NOT_STP_MS = 30000  # something else than STP answers the opening: no use to wait longer
_LONG_SILENCE_MS = 100000  # longer than stalls were seen to last: now it may be a loss
# Without flow control a stalled modem leaves our copies in the rings of the link. Two of 2 kB may
# wait there, of a larger block none: what is more follows only after a long silence.
_COPIES = 2
_FILL = b"\xff" * 64  # starts no message; at a wrong rate it is the least noise

# What a wait ended with.
DONE, REFUSED, DAMAGED, DOUBTFUL, STRAYS, SILENT = range(6)
_WHY = ("", "the modem refuses", "damaged answers", "an answer in doubt", "other bytes", "silence")


class Lost(Exception):
    """This session leads nowhere; the next one may. Never leaves the sender.

    Args:
        why: words for the event and for the log.
        verdict: what the last wait ended with.
    """

    def __init__(self, why: str, verdict: int) -> None:
        super().__init__(why)
        self.why = why
        self.verdict = verdict


class Exchange:
    """Asks one request after the other.

    Args:
        line: the open line.
        answer_timeout_ms: after this long without an answer the modem is given up.
        careful: ask nothing twice that could have been stored.
    """

    def __init__(self, line: "Line", answer_timeout_ms: int, careful: bool) -> None:
        self.line = line
        self.careful = careful
        self.session = 0
        self.transaction = 0
        self.repeats = 0
        self.answer = bytearray(32)  # payload from HEADER on, good until the next request
        self.checked = False  # the last answer carried checksums, and they were right
        self._answer_timeout_ms = answer_timeout_ms
        self._careful_ms = _LONG_SILENCE_MS  # twice as long after each: it may have been a stall
        self._tails = [memoryview(self.answer)[i:] for i in range(_LONGEST_ANSWER)]
        self._have = 0  # bytes in `answer`
        self._used = 0  # of these, the message that was already taken
        self._last_op = -1
        self._last_transaction = -1
        self._broken = False  # half an answer, or a damaged one, came
        self._early_probe = False  # strays may stand for our answer: ask again after a short quiet
        self._strayed = False  # bytes came that are no answer
        self._junk = bytearray(64)
        self._junk_bytes = 0
        self._junk_before = 0
        self._sent = self._moved = line.now()
        self._wire_ms = 0  # that the request takes on the wire, and 50 ms more
        self._next_stall_ms = _STALL_MS

    def while_waiting(self, op: int) -> None:
        """Work to do while the modem works. For the sender to fill in."""

    def doubts(self, op: int) -> int:
        """DONE where the answer can be believed, else DOUBTFUL or DAMAGED. For the sender to fill in."""
        return DONE

    def stalled(self, op: int, seconds: int) -> None:
        """Nothing moved for 10 s, and for each 10 s more. For the sender to fill in."""

    def moved(self) -> None:
        """Something went forward: the clock of stalls begins anew."""
        self._moved = self.line.now()
        self._next_stall_ms = _STALL_MS

    def ask(self, op: int, buf: bytearray, size: int) -> int:
        """Send a request until it is done.

        Args:
            op: the operation.
            buf: room for the header, then `size` bytes of payload; the payload CRC is in place.
            size: bytes of payload.

        Returns:
            How often it was damaged, and 1 more where copies of it were lost.

        Raises:
            Lost: after a few bad answers; a careful exchange: after the first.
            TransferProblem: no answer at all in the time that was allowed.
        """
        line = self.line
        self._write_header(op, buf, size)
        again = not self.careful or op <= OPEN_SESSION  # these two store nothing
        began = line.now()
        pause_ms = _FIRST_REPEAT_MS
        copies = bad = tries = 0
        self._junk_before = self._junk_bytes
        self._strayed = self._broken = False
        self._wire_ms = (HEADER + size) * 10000 // (line.baud or BOOT_LOADER_BAUD) + _QUIET_MS
        while True:
            line.write(buf, 0, HEADER + size)
            self._sent = line.now()
            copies += 1
            self._early_probe = again and copies == 1  # once: a talkative modem is no damaged line
            self.while_waiting(op)
            if not again:
                wait_ms = self._careful_ms
            elif (copies >= _COPIES or size > SMALL_RING_BYTES) and op > OPEN_SESSION and line.port.max_burst:
                wait_ms = _LONG_SILENCE_MS
            else:
                wait_ms = pause_ms
            left_ms = self._answer_timeout_ms - line.since(began)
            verdict = self.wait(op, wait_ms if wait_ms < left_ms else left_ms)
            if verdict == DONE:
                self._last_op = op
                self._last_transaction = self.transaction
                self.transaction += 1
                self.moved()
                return bad + 1 if copies > 1 and line.since(self._sent) < _PROMPT_MS else bad
            if self._is_over(op, line.since(began)):
                raise TransferProblem(self.silence_code(op), "", self.heard())
            if not again:
                if verdict == SILENT:
                    self._careful_ms *= 2
                raise Lost(_WHY[verdict], verdict)
            self.repeats += 1
            if verdict == SILENT:
                pause_ms *= 2
                if op == BLOCK:
                    line.write(_FILL)  # a modem that lacks a few bytes of it gets them, and so hears the copy
            elif verdict != STRAYS:
                bad += verdict != DOUBTFUL
                tries += 1
                if tries >= _TRIES:
                    raise Lost(_WHY[verdict], verdict)
                copies = 0
                pause_ms = _FIRST_REPEAT_MS
                if verdict != DAMAGED or self._used:  # else it was quiet already
                    # Before an answer in doubt is asked for again, too: its own double is no second answer.
                    self._wait_for_quiet()

    def fill(self, size: int) -> None:
        """Send bytes that mean nothing: they end a block that the modem has half of."""
        while size > 0:
            self.line.write(_FILL, 0, min(size, len(_FILL)))
            size -= len(_FILL)

    def send_reset(self, wait_ms: int) -> None:
        """Send RESET outside of the rules: an answer is nice to have, and never needed."""
        buf = bytearray(HEADER)
        self._write_header(RESET, buf, 0)
        self._early_probe = False
        for _ in range(3):
            self.line.write(buf)
            # Silence is no reason to ask again: the modem may be back in its AT dialogue.
            if self.wait(RESET, wait_ms) != REFUSED:
                return
            self._wait_for_quiet()

    def hears_answer(self, op: int, buf: bytearray, wait_ms: int) -> bool:
        """Whether any whole answer comes to one copy of a request without payload."""
        self._write_header(op, buf, 0)
        self._early_probe = False
        start = self.line.now()
        self.line.write(buf, 0, HEADER)
        while True:
            left_ms = wait_ms - self.line.since(start)
            if left_ms <= 0:
                return False
            if self._receive(_ANSWER_BYTES[op], left_ms) == DONE:
                return True

    def wait(self, op: int, wait_ms: int) -> int:
        """Wait for the answer to the request in flight; answers to earlier ones are dropped."""
        line, answer = self.line, self.answer
        start = line.now()
        while True:
            left_ms = wait_ms - line.since(start)
            if left_ms <= 0:
                return SILENT
            still_ms = line.since(self._moved)
            if still_ms >= self._next_stall_ms:
                if op > OPEN_SESSION and self._next_stall_ms % _KEEP_ALIVE_MS == 0:
                    line.write(_FILL, 0, HEADER)
                # Not the next ten seconds but the next that are ahead: a held line may have hidden some.
                self._next_stall_ms = still_ms - still_ms % _STALL_MS + _STALL_MS
                self.stalled(op, still_ms // 1000)
                continue
            if left_ms > self._next_stall_ms - still_ms:
                left_ms = self._next_stall_ms - still_ms
            got = self._receive(_ANSWER_BYTES[op], left_ms)
            if got == SILENT:
                continue
            if got != DONE:
                return got
            if answer[4] == _NOT_UNDERSTOOD:
                return REFUSED
            if not self._is_answer_to(op, self.transaction):
                if not self._is_answer_to(self._last_op, self._last_transaction):
                    self._strayed = True  # not a late copy either: perhaps ours, with a bit flipped
                continue
            if answer[4] == op | _REFUSED:
                return REFUSED
            if answer[7] != _ANSWER_BYTES[op]:
                return DAMAGED
            return self.doubts(op)

    def silence_code(self, op: int) -> str:
        """The code of the error for a modem that did not answer `op`, by what it sent instead."""
        if self._junk_bytes == self._junk_before:
            return "no-transfer-answer" if op <= OPEN_SESSION else "transfer-silent"
        for byte in self.heard():
            if not (32 <= byte < 127 or 9 <= byte <= 13):
                return "wrong-signature"
        return "text-in-transfer"

    def heard(self) -> bytes:
        """The last bytes that were no answer, 64 at most."""
        first = self._junk_bytes - 64 if self._junk_bytes > 64 else 0
        return bytes([self._junk[i & 63] for i in range(first, self._junk_bytes)])

    def _is_over(self, op: int, waited_ms: int) -> bool:
        is_not_stp = op <= OPEN_SESSION and self._junk_bytes != self._junk_before
        return waited_ms >= self._answer_timeout_ms or (is_not_stp and waited_ms >= _NOT_STP_MS)

    def _is_answer_to(self, op: int, transaction: int) -> bool:
        answer = self.answer
        return (
            (answer[4] == op | _DONE or answer[4] == op | _REFUSED)  # `in` would make a tuple
            and answer[11] == transaction & 0xFF
            and answer[10] == transaction >> 8 & 0xFF
            and answer[9] == transaction >> 16 & 0xFF
            and answer[8] == 0  # 2**24 requests would be a file of 16 GB
        )

    def _write_header(self, op: int, buf: bytearray, size: int) -> None:
        """All but the payload CRC, byte by byte: struct would allocate."""
        buf[0], buf[1] = 0x66, 0x61
        buf[2], buf[3] = 0x73, 0x74
        buf[4] = op
        buf[5] = self.session
        buf[6] = size >> 8
        buf[7] = size & 0xFF
        buf[8] = 0
        buf[9] = self.transaction >> 16 & 0xFF
        buf[10] = self.transaction >> 8 & 0xFF
        buf[11] = self.transaction & 0xFF
        buf[12] = buf[13] = 0
        if not size:
            buf[14] = buf[15] = 0
        crc = crc16(buf, 0, 0, HEADER)
        buf[12] = crc >> 8
        buf[13] = crc & 0xFF

    def _receive(self, payload: int, wait_ms: int) -> int:
        """Bring the next whole message to the start of `answer`.

        Never asks the port for more than the message that is expected, so a
        message that comes whole is taken without waiting for a time-out.

        Returns:
            DONE, DAMAGED (a message that is not sound, or has no end), STRAYS or SILENT.
        """
        line, answer = self.line, self.answer
        start = line.now()
        self._drop(self._used, False)
        while True:
            self._skip_to_signature()
            need = HEADER + payload
            if self._have >= HEADER:
                need = HEADER + (answer[6] << 8 | answer[7])
                if need <= _LONGEST_ANSWER and self._have >= need and self._is_sound(need):
                    self._used = need
                    return DONE
                if need > _LONGEST_ANSWER or self._have >= need:
                    self._drop_signature()  # the answer proper may still follow
                    continue
            left_ms = wait_ms - line.since(start)
            if left_ms <= 0 and (not self._have or left_ms < -_QUIET_MS):
                self._drop(self._have, True)  # a line that never falls silent, whatever it says
                return SILENT
            early_probe = self._strayed and self._early_probe
            if self._have or self._broken:
                left_ms = _QUIET_MS
            elif early_probe:  # no answer can be due before the request was on the wire
                left_ms = max(_QUIET_MS, self._wire_ms - line.since(self._sent))
            got = line.read(self._tails[self._have], need - self._have, left_ms if left_ms > 0 else 0)
            self._have += got
            if got:
                continue
            if self._have:
                self._drop_signature()
            elif self._broken:
                self._broken = self._strayed = False
                return DAMAGED
            elif early_probe:
                self._strayed = False
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
            self._strayed = True
            self._drop(1, True)

    def _drop_signature(self) -> None:
        """What looked like an answer is none: look for the next in what came after."""
        self._broken = True
        self._drop(1, True)

    def _drop(self, count: int, is_junk: bool) -> None:
        """Take bytes off the start of `answer`; junk is kept for the log."""
        answer = self.answer
        if is_junk:
            for i in range(count):
                self._junk[self._junk_bytes & 63] = answer[i]
                self._junk_bytes += 1
        self._have -= count
        for i in range(self._have):
            answer[i] = answer[i + count]
        self._used = 0

    def _wait_for_quiet(self) -> None:
        """Drop input until 50 ms went by without any."""
        start = self.line.now()
        self._drop(self._used, False)
        while self.line.since(start) < _QUIET_CAP_MS:
            self._drop(self._have, True)
            self._have = self.line.read(self.answer, _LONGEST_ANSWER, _QUIET_MS)
            if not self._have:
                break
        self._strayed = self._broken = False
