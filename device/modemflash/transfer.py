"""Sends one firmware file into a modem by its transfer protocol (STP).

Rules that hold here: an image arrives whole or an error is raised; a session
that lost its way begins anew from byte 0, there is no resume inside an image;
while the modem works on a block, the next one is read and summed.

A session: RESET, OPEN_SESSION, DATA_TYPE (version 2), then for every block its
size (BLOCK_COMMAND) and its bytes (BLOCK), at the end a closing RESET. The
modem may leave bytes at the end of a block (the residue); they begin the next.

Most modems compute no checksums for their answers, so a bit that flips there
goes unseen. A residue is believed only when the same request got the same
answer twice, the offer of a session only when it is one of the usual ones or
came twice. The careful sender, which asks for nothing twice, believes a residue
when two sessions gave the same one at the same place.
"""

from modemflash.block_buffer import BlockBuffer
from modemflash.crc import crc16
from modemflash.errors import CATALOGUE, BadFile, Stopped, TransferProblem
from modemflash.exchange import KEEP_ALIVE_MS, Exchange, Lost, Watcher
from modemflash.frames import (
    BLOCK,
    BLOCK_COMMAND,
    DAMAGED,
    DATA_TYPE,
    DONE,
    DOUBTFUL,
    HEADER,
    MAX_BLOCK,
    OPEN_SESSION,
    REFUSED,
    RESET,
    put_payload_crc,
)
from modemflash.interface import SMALL_RING_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  (in a type comment)

    from modemflash.contracts import Source
    from modemflash.line import Line

ELF = 2
ELF_ZLIB = 3
CONTAINER = 4
CONTAINER_ZLIB = 5

_MIN_BLOCK = 256
_USUAL_OFFERS = (
    (1, 8192),
    (1, 2048),
    (2, 8192),
    (2, 2048),
)  # version, max_transfer: no single flipped bit turns one into another
_OPENINGS = 6
_RESTARTS = 12
_LOSSES_IN_A_ROW = 3  # that make blocks smaller; single ones happen to any size
_NOTHING_TAKEN = 60  # blocks in a row, one a second
_STALL_NOTE = "the modem erases or writes; minutes of silence are normal"


class Sender(Watcher):
    """One transfer into a modem that was told to speak STP.

    Args:
        line: the open line.
        answer_timeout_ms: after this long without an answer the modem is given up.
        careful: never repeat a request that the modem could have taken; at any loss begin
            anew. For modems that refuse a repeated block, or store it twice.
        max_block: bytes of payload in a block, at most.

    Attributes:
        version: of the session, 1 or 2; only 2 knows compressed files.
        max_transfer: the longest message that the modem takes, in bytes.
        exchange: its requests and answers; `exchange.session` is 0 outside of a session.
        blocks, restarts, residues, step_downs: what it took, counted; `exchange.repeats`, too.
    """

    def __init__(
        self, line: "Line", answer_timeout_ms: int = 300000, careful: bool = False, max_block: int = MAX_BLOCK
    ) -> None:
        self.line = line
        self.exchange = Exchange(line, answer_timeout_ms, careful, self)
        self.version = 0
        self.max_transfer = 0
        self.blocks = self.restarts = self.residues = self.step_downs = 0
        self._block = max_block
        self._small = bytearray(HEADER + 4)
        self._buffer = BlockBuffer()
        self._wait = None  # type: Any
        self._phase = "transfer"
        self._offset = 0
        self._size = 0  # of the block in flight
        self._losses = 0
        self._took_none = 0  # blocks in a row of which the modem took not one byte
        self._warned = False  # that a minute went by without one byte taken
        self._first_residue = -1
        self._residues_seen = {}  # type: dict[int, tuple[int, int]]

    def open(self) -> None:
        """Open a session; `version` and `max_transfer` are known then.

        Raises:
            TransferProblem: no answer, something else than STP, or the modem does not want to.
        """
        exchange = self.exchange
        self.line.port.drop_input()
        exchange.moved()
        before = (0, 0)
        unwilling = 0
        for _ in range(_OPENINGS):
            exchange.session = exchange.transaction = 0
            try:
                self._ask(RESET, 0, 0)
                exchange.session = 1
                self._ask(OPEN_SESSION, 0, 0)
            except Lost:
                continue
            answer = exchange.frames.answer
            if not answer[HEADER]:
                unwilling += 1
                if unwilling > 1:
                    raise TransferProblem("session-refused")
                self.line.sleep(50)
                continue
            offer = (answer[HEADER + 1], answer[HEADER + 2] << 8 | answer[HEADER + 3])
            if (
                offer[0]
                and offer[1] > HEADER
                and (self.exchange.frames.checked or offer in _USUAL_OFFERS or offer == before)
            ):
                self.version, self.max_transfer = offer
                self._set_block(self._block)
                return
            before = offer
        raise TransferProblem("transfer-damaged", "no session came about", self.exchange.frames.heard())

    def send(self, source: "Source", data_type: int, phase: str = "transfer") -> None:
        """Send a whole file in the open session.

        Args:
            source: the file, or its zlib stream for the data types that say so. It may also have
                `block_crc(offset, n)`, -1 where it has no ready CRC-16; `grid`, at whose multiples
                blocks have to begin and end for that; and `at_hand(offset, n)`, whether these
                bytes can be read without waiting; `read_now(offset, buf)`, which raises OSError where
                `readinto` would wait, and `wait()`, which lets some seconds pass for then and raises
                when it is hopeless: nothing waits while a block is under way.
            data_type: ELF, CONTAINER or their _ZLIB.
            phase: the name that events carry.

        Raises:
            TransferProblem: it did not arrive.
            BadFile: the file ended early.
            Stopped: the user wanted that; the session is closed.
        """
        self._buffer.open(source)
        self._wait = getattr(source, "wait", None)
        self._phase = phase
        port = self.line.port  # type: Any
        lends_time = hasattr(port, "idle")
        if lends_time:
            port.idle = self.while_sending
        try:
            while True:
                try:
                    self._send_image(source, data_type)
                    return
                except Lost as lost:
                    self._begin_anew(lost)
        finally:
            if lends_time:
                port.idle = None

    def close(self) -> None:
        """End the session. The modem need not answer: 2 s are enough."""
        exchange = self.exchange
        if exchange.session:
            exchange.send_reset(2000)
            exchange.session = 0

    def _send_image(self, source: "Source", data_type: int) -> None:
        if self.version >= 2:
            self._ask(DATA_TYPE, data_type, 4)
        elif data_type & 1:
            raise TransferProblem("not-compressed-here")
        total = source.size
        self._offset = self._took_none = 0
        self._buffer.forget()
        reported_at = self.line.now()
        report_from = 0
        while self._offset < total:
            try:
                self.line.checkpoint()
            except Stopped:
                self.close()
                raise
            self._send_block()
            if self._offset >= report_from or self.line.since(reported_at) >= 250:
                self.line.report("progress", phase=self._phase, done=self._offset, total=total)
                reported_at = self.line.now()
                report_from = min(total, self._offset + total // 100 + 1)

    def _send_block(self) -> None:
        """One block; `_offset` goes on by what the modem took of it."""
        kept = self.line.now()
        while True:  # waits here: it is few calls deep, which a board's stack needs
            try:
                self._size = self._buffer.take(self._offset)
                break
            except OSError:
                self._buffer.forget()
                if not self._wait:
                    raise
                self._wait()
                if self.line.since(kept) >= KEEP_ALIVE_MS:
                    kept = self.line.now()
                    self.exchange.fill(HEADER)
        self._ask(BLOCK_COMMAND, self._size, 2)
        self._first_residue = -1
        losses = self.exchange.ask(BLOCK, self._buffer.front, self._size)
        residue = self._residue()
        self.blocks += 1
        if residue:
            self.residues += 1
        if residue < self._size:
            self._offset += self._size - residue
            self._warned = False
            self._took_none = 0
        else:
            self._took_none += 1
            if self._took_none > _NOTHING_TAKEN:
                raise TransferProblem("blocks-refused" if self._offset else "storage-refuses")
            self.line.sleep(1000)
        self._count_losses(losses)

    def _ask(self, op: int, value: int, size: int) -> None:
        """A request whose payload is one number of `size` bytes."""
        buf = self._small
        for i in range(HEADER + size - 1, HEADER - 1, -1):
            buf[i] = value & 0xFF
            value >>= 8
        put_payload_crc(buf, crc16(buf, 0, HEADER, HEADER + size))
        self.exchange.ask(op, buf, size)

    def while_sending(self) -> None:
        """A slice of the next block; called by a port whose transmitter is busy for a millisecond."""
        try:
            self._buffer.advance(self._offset + self._size)
        except (BadFile, OSError):
            port = self.line.port  # type: Any
            port.idle = None  # not in the middle of a block: `while_waiting` meets it again
            self._buffer.forget()

    def while_waiting(self, op: int) -> None:
        """See `Watcher`: the next block is made ready."""
        if op == BLOCK:
            try:
                self._buffer.prepare(self._offset + self._size)
            except OSError:
                self._buffer.forget()  # `_send_block` waits for it

    def _residue(self) -> int:
        answer = self.exchange.frames.answer
        return answer[HEADER] << 8 | answer[HEADER + 1]

    def doubts(self, op: int) -> int:
        """A residue needs a witness: the same answer again, or the same in another session."""
        if op != BLOCK:
            return DONE
        residue = self._residue()
        if residue > self._size:
            return DAMAGED
        if (
            self.exchange.frames.checked
            or residue == self._first_residue
            or (not residue and self._first_residue < 0)
        ):
            return DONE
        if residue and self._residues_seen.get(self._offset) == (self._size, residue):
            return DONE
        self._first_residue = residue
        if residue:
            self._residues_seen[self._offset] = (self._size, residue)
        return DOUBTFUL

    def stalled(self, op: int, seconds: int) -> None:
        """Tell it; a minute without one byte taken has words of its own, though it may still be an erase."""
        self.line.report("stall", phase=self._phase, seconds=seconds, note=_STALL_NOTE)
        if op == BLOCK and not self._offset and seconds >= 60 and not self._warned:
            self._warned = True
            self.line.report("warning", code="storage-refuses", text=CATALOGUE["storage-refuses"][0])

    def silence_code(self, op: int, code: str) -> str:
        """See `Watcher`."""
        if self.version and code in ("no-transfer-answer", "transfer-silent"):
            return "storage-refuses" if self._warned else "transfer-silent"
        return code

    def _begin_anew(self, lost: Lost) -> None:
        """A new session for the same file, from its first byte."""
        self.restarts += 1
        if self.restarts > _RESTARTS:
            code = "blocks-refused" if lost.verdict == REFUSED else "transfer-damaged"
            raise TransferProblem(code, lost.why, self.exchange.frames.heard())
        self.line.report("retry", what="session", attempt=self.restarts + 1, reason=lost.why)
        if not self.restarts & 1 and self._block > _MIN_BLOCK:
            self._step_down()  # not at once: a residue in doubt is asked for again at the same size
        self.exchange.fill(HEADER + self._block)  # it may still wait for the rest of a block
        self.open()

    def _count_losses(self, losses: int) -> None:
        """Blocks that get lost again and again become smaller; those that no ring holds twice at once."""
        self._losses = self._losses + losses if losses else 0
        most = 1 if self._is_for_rings() else _LOSSES_IN_A_ROW
        if self._losses >= most and self._block > _MIN_BLOCK:
            self._step_down()

    def _step_down(self) -> None:
        self._losses = 0
        self.step_downs += 1
        self._set_block(SMALL_RING_BYTES if self._is_for_rings() else max(_MIN_BLOCK, self._block // 2))
        text = "blocks of %d bytes from here on, because larger ones get lost" % self._block
        self.line.report("warning", code="smaller-blocks", text=text)

    def _is_for_rings(self) -> bool:
        """Whether blocks are larger than a link without flow control bears when the modem stands still."""
        return self._block > SMALL_RING_BYTES and self.line.port.max_burst > 0

    def _set_block(self, size: int) -> None:
        """The largest block from here on: what is wanted, what the modem and what the link allow."""
        size = min(size, self.max_transfer - HEADER)
        if self.line.port.max_burst:
            size = min(size, self.line.port.max_burst)
        self._block = size
        self._buffer.set_block(size)
