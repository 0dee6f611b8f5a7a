"""One request and its answer in the transfer protocol (STP), and when to ask again.

Rules that hold here: one request is in flight; the same request is the same
bytes with the same transaction id; nothing is allocated for an exchange that
goes well, and no wait of it is longer than the modem's own.

What is asked again, and when: a damaged answer, a refusal and "not understood"
after 50 ms of quiet, a few times; silence after 2, 4, 8, 16 ... s, because a
modem that erases is silent for minutes. Whether a modem stores a block twice
that it gets twice is believed, not known: a *careful* exchange asks nothing
twice that could have been stored, and leaves by `Lost` instead.
"""

from modemflash.errors import TransferProblem
from modemflash.frames import (
    ANSWER_BYTES,
    BLOCK,
    DAMAGED,
    DONE,
    DOUBTFUL,
    HEADER,
    OPEN_SESSION,
    REFUSED,
    RESET,
    SAID_DONE,
    SAID_NOT_UNDERSTOOD,
    SAID_REFUSED,
    SILENT,
    STRAYS,
    Frames,
    write_header,
)
from modemflash.interface import BOOT_LOADER_BAUD, MODEM_BAUD, SMALL_RING_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.line import Line

_FIRST_REPEAT_MS = 2000
_TRIES = 8  # bad answers to one request, in a row
_PROMPT_MS = 1000  # an answer this soon after the last copy says that the copies before it were lost
_STALL_MS = 10000
KEEP_ALIVE_MS = 40000  # a modem that hears nothing for a minute may end the session
_NOT_STP_MS = 30000  # something else than STP answers the opening: no use to wait longer
# What only a modem in its AT dialogue says, asked or not: it restarted, or the session ended; and the prompt
# of a board that led to it and restarted.
_AT_WORDS = (b"+SYSSTART", b"+SYSFFH", b"OK\r\n", b"ERROR", b">>> ")
_RATES = MODEM_BAUD + BOOT_LOADER_BAUD  # less one of the two this is the other
_LONG_SILENCE_MS = 100000  # longer than stalls were seen to last: now it may be a loss
# Without flow control a stalled modem leaves our copies in the rings of the link. Two of 2 kB may
# wait there, of a larger block none: what is more follows only after a long silence.
_COPIES = 2
_FILL = b"\xff" * 64  # starts no message; at a wrong rate it is the least noise
_ASK = b"\xff" * 12 + b"\rAT\r"  # starts no message either, and a modem that is back in its dialogue answers

LEFT = SILENT + 1  # a wait's end, beside those of `frames`: the modem is in its AT dialogue

# What a wait ended with, in words.
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


class Watcher:
    """What an exchange asks and tells while it waits. This one does nothing."""

    def while_waiting(self, op: int) -> None:
        """Work to do while the modem works."""

    def doubts(self, op: int) -> int:
        """DONE where the answer can be believed, else DOUBTFUL or DAMAGED."""
        return DONE

    def stalled(self, op: int, seconds: int) -> None:
        """Nothing moved for 10 s, and for each 10 s more."""

    def silence_code(self, op: int, code: str) -> str:
        """The code of the error for a modem that did not answer `op`; `code` is what the bytes say."""
        return code


class Exchange:
    """Asks one request after the other.

    Args:
        line: the open line.
        answer_timeout_ms: after this long without an answer the modem is given up.
        careful: ask nothing twice that could have been stored.
        watcher: see there.

    Attributes:
        frames: the answers; `frames.answer` is the last one.
        session, transaction: of the next request.
        repeats: requests that were asked again.
    """

    def __init__(
        self, line: "Line", answer_timeout_ms: int, careful: bool, watcher: "Watcher | None" = None
    ) -> None:
        self.line = line
        self.careful = careful
        self.session = 0
        self.transaction = 0
        self.repeats = 0
        self.frames = Frames(line)
        self._watcher = watcher or Watcher()
        self._answer_timeout_ms = answer_timeout_ms
        self._careful_ms = _LONG_SILENCE_MS  # twice as long after each: it may have been a stall
        self._last_op = -1
        self._last_transaction = -1
        self._junk_before = 0
        self._moved = line.now()
        self._next_stall_ms = _STALL_MS

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
        frames, watcher = self.frames, self._watcher
        write_header(op, buf, size, self.session, self.transaction)
        again = not self.careful or op <= OPEN_SESSION  # these two store nothing
        began = line.now()
        pause_ms = _FIRST_REPEAT_MS
        copies = bad = tries = 0
        self._junk_before = frames.junk_bytes
        frames.begin(HEADER + size, line.baud or BOOT_LOADER_BAUD)
        while True:
            line.write(buf, 0, HEADER + size)
            frames.sent = line.now()
            copies += 1
            frames.early_probe = again and copies == 1  # once: a talkative modem is no damaged line
            watcher.while_waiting(op)
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
                return bad + 1 if copies > 1 and line.since(frames.sent) < _PROMPT_MS else bad
            most_ms = self._answer_timeout_ms
            if op <= OPEN_SESSION and frames.junk_bytes != self._junk_before:
                most_ms = min(most_ms, _NOT_STP_MS)
            if verdict == LEFT or line.since(began) >= most_ms:
                raise TransferProblem(watcher.silence_code(op, self.silence_code(op)), "", frames.heard())
            if not again:
                if verdict == SILENT:
                    self._careful_ms *= 2
                raise Lost(_WHY[verdict], verdict)
            self.repeats += 1
            if verdict == SILENT:
                pause_ms *= 2
                if op == BLOCK:
                    line.write(_FILL)  # a modem that lacks a few bytes of it gets them, and so hears the copy
                if self._last_op >= 0:
                    line.write(_ASK)
            elif verdict != STRAYS:
                bad += verdict != DOUBTFUL
                tries += 1
                if tries >= _TRIES:
                    raise Lost(_WHY[verdict], verdict)
                copies = 0
                pause_ms = _FIRST_REPEAT_MS
                if verdict != DAMAGED or frames.used:  # else it was quiet already
                    # Before an answer in doubt is asked for again, too: its own double is no second answer.
                    frames.wait_for_quiet()

    def fill(self, size: int) -> None:
        """Send bytes that mean nothing: they end a block that the modem has half of."""
        while size > 0:
            self.line.write(_FILL, 0, min(size, len(_FILL)))
            size -= len(_FILL)

    def send_reset(self, wait_ms: int) -> None:
        """Send RESET outside of the rules: an answer is nice to have, and never needed."""
        buf = bytearray(HEADER)
        write_header(RESET, buf, 0, self.session, self.transaction)
        self.frames.early_probe = False
        for _ in range(3):
            self.line.write(buf)
            # Silence is no reason to ask again: the modem may be back in its AT dialogue.
            if self.wait(RESET, wait_ms) != REFUSED:
                return
            self.frames.wait_for_quiet()

    def hears_answer(self, op: int, buf: bytearray, wait_ms: int) -> bool:
        """Whether any whole answer comes to one copy of a request without payload."""
        write_header(op, buf, 0, self.session, self.transaction)
        self.frames.early_probe = False
        start = self.line.now()
        self.line.write(buf, 0, HEADER)
        while True:
            left_ms = wait_ms - self.line.since(start)
            if left_ms <= 0:
                return False
            if self.frames.receive(ANSWER_BYTES[op], left_ms) == DONE:
                return True

    def wait(self, op: int, wait_ms: int) -> int:
        """Wait for the answer to the request in flight; answers to earlier ones are dropped."""
        line, answer = self.line, self.frames.answer
        start = line.now()
        while True:
            left_ms = wait_ms - line.since(start)
            if left_ms <= 0:
                return SILENT
            still_ms = line.since(self._moved)
            if still_ms >= self._next_stall_ms:
                if op > OPEN_SESSION and (
                    self._next_stall_ms == _STALL_MS or self._next_stall_ms % KEEP_ALIVE_MS == 0
                ):
                    line.write(_ASK)
                # Not the next ten seconds but the next that are ahead: a held line may have hidden some.
                self._next_stall_ms = still_ms - still_ms % _STALL_MS + _STALL_MS
                self._watcher.stalled(op, still_ms // 1000)
                if self._is_at_other_rate():
                    return LEFT
                continue
            if left_ms > self._next_stall_ms - still_ms:
                left_ms = self._next_stall_ms - still_ms
            got = self.frames.receive(ANSWER_BYTES[op], left_ms)
            if got != DONE and self._speaks_at():
                return LEFT
            if got == SILENT:
                continue
            if got != DONE:
                return got
            if answer[4] == SAID_NOT_UNDERSTOOD:
                return REFUSED
            if not self._is_answer_to(op, self.transaction):
                if not self._is_answer_to(self._last_op, self._last_transaction):
                    self.frames.strayed = True  # not a late copy either: perhaps ours, with a bit flipped
                continue
            if answer[4] == op | SAID_REFUSED:
                return REFUSED
            if answer[7] != ANSWER_BYTES[op]:
                return DAMAGED
            return self._watcher.doubts(op)

    def silence_code(self, op: int) -> str:
        """The code of the error for a modem that did not answer `op`, by what it sent instead."""
        if self.frames.junk_bytes == self._junk_before:
            return "no-transfer-answer" if op <= OPEN_SESSION else "transfer-silent"
        if self._speaks_at():
            return "text-in-transfer"
        for byte in self.frames.heard():
            if not (32 <= byte < 127 or 9 <= byte <= 13):
                return "wrong-signature"
        return "text-in-transfer"

    def _speaks_at(self) -> bool:
        """Whether a modem that took part in a transfer has left it: it speaks AT since the last request."""
        fresh = self.frames.junk_bytes - self._junk_before
        if fresh < 4 or self._last_op < 0:  # never in one: what comes may be the end of the dialogue before
            return False
        heard = self.frames.heard()[-fresh:]
        return any([heard.find(word) >= 0 for word in _AT_WORDS])

    def _is_at_other_rate(self) -> bool:
        """Whether a partner that sent other bytes than answers speaks AT at the other rate: it restarted."""
        line, before = self.line, self.line.baud
        if self.careful or self.frames.junk_bytes == self._junk_before or not line.set_baud(_RATES - before):
            return False
        line.write(_ASK)
        self.frames.receive(0, 500)
        line.set_baud(before)
        return self._speaks_at()

    def _is_answer_to(self, op: int, transaction: int) -> bool:
        answer = self.frames.answer
        return (
            (answer[4] == op | SAID_DONE or answer[4] == op | SAID_REFUSED)  # `in` would make a tuple
            and answer[11] == transaction & 0xFF
            and answer[10] == transaction >> 8 & 0xFF
            and answer[9] == transaction >> 16 & 0xFF
            and answer[8] == 0  # 2**24 requests would be a file of 16 GB
        )
