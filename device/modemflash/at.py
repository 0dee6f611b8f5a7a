"""The AT dialogue: one command, its lines, its result; and the way back into step.

Rules that hold here: a reply ends with a final result, never at a length; bytes
stay bytes, because a crash dump is no text; a wait has a cap in time and in
bytes; and whoever is in doubt calls `resync`, after which the next reply is the
next command's own. Facts: the update protocol as seen on the wire,
docs/protocol.md ("AT dialogue").
"""

from modemflash.unasked import Unasked

CR = 13
LF = 10

LINE_MAX = 512  # a longer line is cut: no reply that is understood here has one
LINES_MAX = 64  # lines of a reply that are kept, and as many unsolicited ones: a modem may never be quiet
KEEP_MAX = 4096  # bytes of a reply that are kept; the rest is read and counted
QUIET_MS = 300  # after a binary reply, and before a resync: longer than any gap inside a reply
CLEAN_MS = 120  # after the one OK of a resync nothing may follow for this long
FLOOD_MS = 5000  # a modem that is never quiet may be in step all the same: unsolicited lines do not end
LINE_END_MS = 20  # the rest of a line that has begun to arrive
GUARD_MS = 1100  # data mode: silence before and after +++ (the modem asks for 1000)

# Lines that may stand anywhere, asked for or not.
UNSOLICITED = (b"+SYSSTART", b"+SYSFFH", b"+SHUTDOWN", b"+CEREG", b"+CREG", b"+CGREG", b"^EXIT", b"+CTZ")


def is_final(line: bytes) -> bool:
    """Whether `line`, without its line end, is a final result."""
    return line in (b"OK", b"ERROR") or line[:10] in (b"+CME ERROR", b"+CMS ERROR")


def printable(data: bytes) -> str:
    """Bytes as text that is safe on any screen: what is not ASCII becomes \\xNN."""
    return "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in data])


class Reply:
    """What came back for one command.

    Attributes:
        result: the final result as sent (`b"OK"`, `b"+CME ERROR: 3"`, ...), None when none came in time.
        lines: the lines of the reply, without echo, unsolicited lines and the result; 64 at most.
        unsolicited: unsolicited lines that stood between them; 64 at most.
        raw: the first 4096 bytes as they came.
        size: how many bytes came.
        cut: whether it ended in the middle of a line.
    """

    def __init__(self) -> None:
        self.result = None  # type: bytes | None
        self.lines = []  # type: list[bytes]
        self.unsolicited = []  # type: list[bytes]
        self.raw = bytearray()
        self.size = 0
        self.cut = False

    @property
    def ok(self) -> bool:
        """Whether the final result is OK."""
        return self.result == b"OK"

    @property
    def text(self) -> str:
        """All lines as one printable text, for searching and for the log."""
        return "\n".join([printable(line) for line in self.lines])

    def value(self, name: bytes) -> bytes:
        """What stands behind `name: ` in the reply, b"" where it does not stand."""
        for line in self.lines:
            if line.startswith(name + b":"):
                return line[len(name) + 1 :].strip()
        return b""


def kind_of(reply: Reply) -> str:
    """One word for what was heard: answer, text, nuls, noise or silence."""
    if reply.result is not None:
        return "answer"
    if not reply.size:
        return "silence"
    if not bytes(reply.raw).strip(b"\x00"):
        return "nuls"
    for text in reply.raw:
        if not (32 <= text < 127 or text in (0, 10, 13)):
            return "noise"
    return "text"


class At:
    """The dialogue over one line.

    Args:
        line: an open `modemflash.line.Line` at the modem's rate.

    Attributes:
        unasked: what the modem said of its own accord.
    """

    def __init__(self, line: "Line") -> None:
        self.line = line
        self.unasked = Unasked()
        self._buf = bytearray(256)
        self._view = memoryview(self._buf)
        self._rest = b""  # what was read behind a final result: the next reader's

    def command(self, text: str, timeout_ms: int = 5000) -> Reply:
        """Send `text` and read its reply up to the final result.

        Input that waited is dropped first. An ERROR is an answer, not an exception;
        `reply.result` is None when `timeout_ms` ran out.
        """
        self._send(text)
        return self._read(text.encode(), timeout_ms)

    def binary(self, text: str, timeout_ms: int = 30000, max_bytes: int = 65536) -> Reply:
        """Send `text`, whose reply may be binary and full of OK, and get back into step.

        The reply ends with a final result that 300 ms of quiet follow, or at the caps.
        """
        line = self.line
        self._send(text)
        reply = Reply()
        tail = b""
        start = line.now()
        while line.since(start) < timeout_ms and reply.size < max_bytes:
            got = line.read(self._buf, 256, QUIET_MS)
            if got:
                self._keep(reply, self._view[:got])
                tail = (tail + bytes(self._view[:got]))[-40:]
                continue
            last = tail.replace(b"\r", b"\n").strip(b"\n").split(b"\n")[-1]
            if is_final(last):
                reply.result = last
                break
        self.resync()
        return reply

    def resync(self, timeout_ms: int = 20000) -> "bytes | None":
        """Get into step: CR, drop, then twice in a row `AT` answered by exactly one result.

        Returns:
            b"OK" when the modem is in step, b"ERROR" when it is but answers only
            errors, None when it could not be reached in `timeout_ms`.
        """
        line = self.line
        start = line.now()
        line.write(b"\r")
        self._drop_until_quiet()
        self._rest = b""
        oks = errors = 0
        while line.since(start) < timeout_ms:
            result = self._one_result(1000)
            oks = oks + 1 if result == b"OK" else 0
            errors = errors + 1 if result == b"ERROR" else 0
            if oks == 2:
                return b"OK"
            if errors == 4:  # a boot loader's first answer is ERROR, its second OK
                return b"ERROR"
        return None

    def _one_result(self, timeout_ms: int) -> "bytes | None":
        """The result of one `AT`; None unless it is exactly one, and then quiet."""
        reply = self.command("AT", timeout_ms)
        result = reply.result
        more = self._read(b"", CLEAN_MS)
        if result is not None and more.result is None and not (reply.lines or more.lines or more.cut):
            return result
        self._drop_until_quiet()
        return None

    def _drop_until_quiet(self) -> None:
        """Drop input until a quiet of 300 ms, or for 5 s."""
        start = self.line.now()
        while self.line.since(start) < FLOOD_MS:
            got = self.line.read(self._buf, 256, QUIET_MS)
            if not got:
                break
            self.unasked.take(bytes(self._view[:got]))

    def leave_data_mode(self) -> bool:
        """`+++` between two silences, then ATH. True when the modem takes commands again."""
        line = self.line
        line.sleep(GUARD_MS)
        line.port.drop_input()
        line.write(b"+++")
        line.sleep(GUARD_MS)
        if self.resync(4000) != b"OK":
            return False
        self.command("ATH", 3000)
        return True

    def _send(self, text: str) -> None:
        """One command, after everything that waited was dropped, to the end of a line.

        Half an unsolicited line would otherwise stand as the first line of the reply.
        """
        line = self.line
        last = self._rest[-1] if self._rest else LF
        self._rest = b""
        start = line.now()
        while line.since(start) < QUIET_MS:
            got = line.read(self._buf, 256, 0 if last in (CR, LF) else LINE_END_MS)
            if not got:
                break
            last = self._buf[got - 1]
            self.unasked.take(bytes(self._view[:got]))
        line.write(text.encode() + b"\r\n")

    def _keep(self, reply: Reply, data: "memoryview | bytes") -> None:
        room = KEEP_MAX - len(reply.raw)
        if room > 0:
            reply.raw.extend(data[:room])
        reply.size += len(data)

    def _read(self, command: bytes, timeout_ms: int) -> Reply:
        """Lines up to a final result."""
        line = self.line
        reply = Reply()
        text = bytearray()
        data = self._rest  # type: memoryview | bytes
        self._rest = b""
        start = line.now()
        while True:
            self._keep(reply, data)
            for i in range(len(data)):
                byte = data[i]
                if byte != CR and byte != LF:
                    if len(text) < LINE_MAX:
                        text.append(byte)
                elif text:
                    self._sort(reply, bytes(text), command)
                    text = bytearray()
                    if reply.result is not None:
                        self._rest = bytes(data[i + 1 :])
                        return reply
            left = timeout_ms - line.since(start)
            got = line.read(self._buf, 256, left) if left > 0 else 0
            if not got:
                reply.cut = bool(text)
                return reply
            data = self._view[:got]
            self.unasked.take(bytes(data))

    def _sort(self, reply: Reply, text: bytes, command: bytes) -> None:
        """Put one line where it belongs: result, echo, unsolicited, or the reply."""
        if is_final(text):
            reply.result = text
        elif command and text == command:
            pass  # the echo
        else:
            kept = reply.lines
            for word in UNSOLICITED:
                if text.startswith(word) and command.find(word) < 0:
                    kept = reply.unsolicited
            if len(kept) < LINES_MAX:
                kept.append(text)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.line import Line
