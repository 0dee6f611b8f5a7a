"""Raw REPL of a MicroPython board, as every Pycom release speaks it: no raw-paste, no `flush`.

    Ctrl-A  ->  raw REPL; CTRL-B to exit  >        code Ctrl-D  ->  OK output ^D traceback ^D >

Rules: what is sent is printable ASCII and line ends, plus the few control bytes
written here; in particular 0x06 (which resets a Pycom board into safe boot) goes
out in `safe_boot` alone. Code goes in small pieces, because some releases hold
512 bytes and nobody holds the line. Every wait has an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modemflash_host.errors import BoardProblem

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash_host.links.open import Link

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_F = b"\x01", b"\x02", b"\x03", b"\x04", b"\x06"
RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
RESET_SIGNS = (b"rst:0x", b"ets Jun", b"Pycom MicroPython")
FASTER_BAUDS = (921_600, 460_800, 230_400)  # tried in this order; the console's own is 115200
ADAPTER_HOLDS_MS = 8  # what an adapter still holds when the system calls it sent
CHUNK_BYTES = 384  # 512 as base64: what the smallest ring of a board holds
PART = ".part"  # the ending of a file that is not whole yet
EXEC_MS = 10_000
SOFT_RESET_MS = 20_000  # boot.py and, in Pybytes builds, frozen code run first
_SETTLE_MS = 200
BANNER_MS = 1_200
_CATCH_UP_MS = 600
_OK_MS = 3_000
_AFTER_INTERRUPT_MS = 3_000
_START_MS = 3_000
# How code is sent, in bytes and ms between them: nobody holds the line while a board is busy.
_BRISK = (256, 10)
_CAREFUL = (32, 20)
_TRIES = 3
_DAMAGED = "bytes were lost"
_HEARD_BYTES = 4096
_MOST_BYTES = 1 << 18  # of one answer; a line that brings more is a flood, and is not kept
_RUNS = b"\x1d"  # printed before code that arrived whole begins
_BEGIN, _END = "\x1e", "\x1f"  # around a value: threads of the user's program may print beside it
_TELL = "print('\\x1e' + _s + '\\x1f%d %d\\x1f' % (len(_s), sum(bytes(_s, 'utf-8'))))\n"


def checked(code: str) -> str:
    """Code that runs only where each of its bytes arrived, by length and sum, and tells that it runs.

    Args:
        code: ASCII.
    """
    code = f"print('\\x1d', end='')\n{code}"
    sums = f"{len(code)} {sum(code.encode('ascii'))}"
    return (
        f"_c = {code!a}\nif '%d %d' % (len(_c), sum(bytes(_c, 'ascii'))) != '{sums}': "
        f"raise ValueError('{_DAMAGED}')\nexec(_c)\n"
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a piece of code left behind.

    Attributes:
        out: all that was printed while it ran, with a board's line ends (CR LF).
        error: its traceback; empty when it ended well.
    """

    out: bytes
    error: bytes

    @property
    def last_line(self) -> str:
        """The exception's own line, such as "OSError: 28"."""
        lines = [line for line in self.error.decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""


class Repl:
    """The REPL behind an open console.

    Args:
        link: the console, see `links.open.open_console`.
        clock: what goes with it.

    Attributes:
        heard: the last few thousand bytes that came, whoever they were for.
        heard_bytes: how many came in all.
        before_exec: called before each piece of code is sent; it may raise, see `stoppable`.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self.link = link
        self.clock = clock
        self.heard = bytearray()
        self.heard_bytes = 0
        self.before_exec: Callable[[], object] = lambda: None
        self._unread = bytearray()
        self._buf = bytearray(1024)

    # -- in and out ----------------------------------------------------------

    def enter(self, tries: int = 3) -> bool:
        """Stop what runs and take the raw REPL; False when there was no answer.

        It does not matter what was there before: a program, the prompt with half
        a line, paste mode, or a raw REPL that a terminal left.
        """
        for number in range(tries):
            self._send(b"\r" + CTRL_C + CTRL_C)
            self.listen(_SETTLE_MS * (1 + number))
            self.link.drop_input()
            self._unread.clear()
            self._send(b"\r" + CTRL_A)
            if self._until(RAW_BANNER, BANNER_MS) is not None:
                # Nothing is due; what a thread prints is not ours. A slow board may have answered the try
                # before: it takes no code until it has caught up.
                self.listen(_SETTLE_MS // 2 + number * _CATCH_UP_MS)
                self._unread.clear()
                return True
        return False

    def leave(self) -> None:
        """Back to the prompt that people type at."""
        self._send(b"\r" + CTRL_B)
        self._until(b">>> ", BANNER_MS)

    def soft_reset(self, deadline_ms: int = SOFT_RESET_MS) -> None:
        """A new Python on the same hardware: boot.py runs, main.py does not.

        Raises:
            BoardProblem: `board-too-slow`.
        """
        self._send(CTRL_D)
        # "PYB: soft reboot" on a board of Pycom's, "soft reboot" on others.
        if self._until(b"soft reboot\r\n", deadline_ms) is None:
            raise BoardProblem("board-too-slow", "soft reset")
        if self._until(RAW_BANNER, deadline_ms) is None and not self.enter():
            raise BoardProblem("board-too-slow", "soft reset")

    def restart_board(self) -> bool:
        """A hard reset, after which boot.py and main.py run. True when the board was seen to start.

        The modem has its own power and does not notice.
        """
        self._unread.clear()
        code = b"import machine\nmachine.reset()\n"
        self.link.write(code, 0, len(code))
        self._send(CTRL_D)
        return self.saw_start(_START_MS)

    def safe_boot(self, patience_ms: int) -> bool:
        """Ctrl-F: a Pycom board resets and skips boot.py and main.py. False when nothing reset.

        Only ever sent to a line on which nothing but a console listens: elsewhere
        it is data, and may well be what a program takes for a yes.
        """
        self._unread.clear()
        self._send(CTRL_F)
        if not self.saw_start(patience_ms):
            return False
        self._until(b">>> ", patience_ms)
        return True

    def saw_start(self, patience_ms: int) -> bool:
        """Whether the words of a starting board come."""
        heard = b""
        start = self.clock.ticks_ms()
        while self.clock.ticks_diff(self.clock.ticks_ms(), start) < patience_ms:
            heard = heard[-_HEARD_BYTES:] + self.listen(_SETTLE_MS // 4)
            if any(sign in heard for sign in RESET_SIGNS):
                self._unread[:0] = heard
                return True
        return False

    # -- code ----------------------------------------------------------------

    def exec(self, code: str, deadline_ms: int = EXEC_MS) -> Answer:
        """Run code in the raw REPL, which `enter` took before.

        A SyntaxError may be ours or bytes that were lost on the way; nothing of the
        code ran, so it is sent once more, slowly.

        Args:
            code: printable ASCII and line ends; whatever is more goes in as base64.
            deadline_ms: how long it may run; then it is interrupted.

        Raises:
            BoardProblem: `board-out-of-step`, `board-too-slow`.
            LinkProblem: `port-lost`.
        """
        data = code.encode("ascii")
        if any((byte < 0x20 and byte not in (0x0A, 0x09)) or byte == 0x7F for byte in data):
            raise ValueError("control bytes are no code")
        self.before_exec()
        answer = self._exec(data, deadline_ms, *_BRISK)
        if answer.last_line.startswith("SyntaxError"):
            answer = self._exec(data, deadline_ms, *_CAREFUL)
        return answer

    def begin(self, code: str) -> None:
        """Start code that takes the console away, unless it arrives damaged; `ended` waits for its end.

        Raises:
            BoardProblem: `board-out-of-step`.
        """
        self._begin(checked(code).encode("ascii"), *_BRISK)

    def _exec(self, data: bytes, deadline_ms: int, piece_bytes: int, gap_ms: int) -> Answer:
        self._begin(data, piece_bytes, gap_ms)
        return self.ended(deadline_ms)

    def _begin(self, data: bytes, piece_bytes: int, gap_ms: int) -> None:
        self.link.drop_input()
        self._unread.clear()
        for start in range(0, len(data), piece_bytes):
            self._send(data[start : start + piece_bytes])
            self.clock.sleep_ms(gap_ms)
        self._send(CTRL_D)
        if self._until(b"OK", _OK_MS) is None:
            raise BoardProblem("board-out-of-step", raw=bytes(self._unread))

    def ended(self, deadline_ms: int) -> Answer:
        """What the code that runs left behind.

        Raises:
            BoardProblem: `board-too-slow`, at which it is interrupted; `board-out-of-step`.
        """
        out = self._until(CTRL_D, deadline_ms)
        if out is None:
            self._interrupt()
            raise BoardProblem("board-too-slow", f"more than {deadline_ms / 1000:.0f} s")
        error = self._until(CTRL_D, _OK_MS)
        if error is None or self._until(b">", _OK_MS) is None:
            raise BoardProblem("board-out-of-step", raw=bytes(self._unread))
        return Answer(out, error)

    def run(self, code: str, deadline_ms: int = EXEC_MS) -> bytes:
        """As `exec`, for code that must end well: what it printed. A byte of it that is lost or
        changed on its way is noticed on the board before anything of it runs.

        Raises:
            BoardProblem: `board-refused`, with the exception; `board-line-bad`; and as `exec`.
        """
        for _ in range(_TRIES):
            answer = self.exec(checked(code), deadline_ms)
            if not answer.error and answer.out:
                return answer.out.replace(_RUNS, b"", 1)
            if not answer.error:  # all of it was lost but its end; or its first word, and then it ran
                raise BoardProblem("board-line-bad", "nothing says that it ran")
            if _RUNS in answer.out and _DAMAGED not in answer.last_line:
                raise BoardProblem("board-refused", answer.last_line, raw=answer.error)
        raise BoardProblem("board-line-bad", answer.last_line, raw=answer.error)

    def value(self, expression: str, prepare: str = "", deadline_ms: int = EXEC_MS) -> str:
        """The text of an expression, found among whatever else is printed.

        Args:
            expression: evaluated on the board; `str` of it comes back.
            prepare: statements to run before.
            deadline_ms: as in `exec`.

        Raises:
            BoardProblem: as `run`.
        """
        out = self.run(f"{prepare}\n_s = str({expression})\n{_TELL}", deadline_ms).decode("utf-8", "replace")
        begin, end = out.rfind(_BEGIN), out.rfind(_END)
        text, between, sums = out[begin + 1 : max(end, 0)].rpartition(_END)
        if begin < 0 or not between or sums != f"{len(text)} {sum(text.encode())}":
            raise BoardProblem("board-out-of-step", raw=out.encode())  # a character was lost or changed
        return text

    def _interrupt(self) -> None:
        self._send(CTRL_C)
        if self._until(CTRL_D, _AFTER_INTERRUPT_MS) is not None:
            self._until(CTRL_D + b">", _AFTER_INTERRUPT_MS)

    # -- bytes ----------------------------------------------------------------

    def listen(self, quiet_ms: int) -> bytes:
        """What comes until nothing has come for `quiet_ms`, ten times that at most."""
        heard = bytes(self._unread)
        self._unread.clear()
        start = self.clock.ticks_ms()
        while self.clock.ticks_diff(self.clock.ticks_ms(), start) < 10 * quiet_ms:
            piece = self._read(quiet_ms)
            if not piece or len(heard) > _MOST_BYTES:
                break
            heard += piece
        return heard

    def heard_since(self, heard_bytes: int) -> bytes:
        """What came since `heard_bytes` was as given, as far as it is still kept."""
        return bytes(self.heard[-came:]) if (came := self.heard_bytes - heard_bytes) else b""

    def _send(self, data: bytes) -> None:
        self.link.write(data, 0, len(data))

    def _until(self, ending: bytes, deadline_ms: int) -> bytes | None:
        """What came before `ending`; None when that did not come. What came after it stays."""
        start = self.clock.ticks_ms()
        while True:
            found = self._unread.find(ending)
            if found >= 0:
                before = bytes(self._unread[:found])
                del self._unread[: found + len(ending)]
                return before
            left_ms = deadline_ms - self.clock.ticks_diff(self.clock.ticks_ms(), start)
            if left_ms <= 0 or len(self._unread) > _MOST_BYTES:
                return None
            self._unread += self._read(left_ms)

    def _read(self, timeout_ms: int) -> bytes:
        got = self.link.readinto(self._buf, len(self._buf), timeout_ms)
        self.heard_bytes += got
        self.heard += self._buf[:got]
        del self.heard[:-_HEARD_BYTES]
        return bytes(self._buf[:got])
