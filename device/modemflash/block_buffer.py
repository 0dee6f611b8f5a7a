"""The next block, made ready while the modem works on the one before it.

Rules that hold here: a block is read in pieces and summed in slices, each short
enough for the time that a busy transmitter lends; ready checksums of the source
are used where it has them; nothing is allocated per block.
"""

from modemflash.crc import crc16
from modemflash.errors import BadFile
from modemflash.frames import HEADER, put_payload_crc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  (in a type comment)

    from modemflash.contracts import Source

_PIECE = 1024  # bytes that are read at once while a block is sent, and
_SLICE = (
    166  # bytes that are summed: a millisecond of a board. Leaves less than 64 of the usual blocks: no heap
)


class BlockBuffer:
    """Two blocks of one file: the one in flight, and the one after it.

    Attributes:
        front: the block in flight, with room for its header.
    """

    def __init__(self) -> None:
        self.front = self._back = bytearray(0)
        self._back_pieces = self._front_pieces = []  # type: list[memoryview]
        self._ready_at = -1  # offset of what `_back` holds
        self._begun_at = -1  # offset of what is being prepared there
        self._ready = self._read = self._summed = self._sum = 0  # bytes of it, and how far it has come
        self._block = 0
        self._source = None  # type: Any
        self._readinto = None  # type: Any
        self._block_crc = None  # type: Any
        self._at_hand = None  # type: Any
        self._grid = 0

    def set_block(self, size: int) -> None:
        """The largest block from here on, in bytes of payload."""
        self._block = size
        if len(self.front) < HEADER + size:
            self.front = bytearray(HEADER + size)
            self._back = bytearray(HEADER + size)
        self._front_pieces = _pieces(self.front, size)
        self._back_pieces = _pieces(self._back, size)
        self.forget()

    def open(self, source: "Source") -> None:
        """Blocks are those of this file from here on; what a source may have, see `transfer.Sender.send`."""
        self._source = source
        self._readinto = getattr(source, "read_now", source.readinto)
        self._block_crc = getattr(source, "block_crc", None)
        self._at_hand = getattr(source, "at_hand", None)
        self._grid = getattr(source, "grid", 0)

    def forget(self) -> None:
        """What was made ready is not wanted."""
        self._ready_at = self._begun_at = -1

    def take(self, offset: int) -> int:
        """Have the block at `offset` in `front`; its size. Raises as `prepare`."""
        if self._ready_at != offset:
            self.prepare(offset)
        self.front, self._back = self._back, self.front
        self._front_pieces, self._back_pieces = self._back_pieces, self._front_pieces
        self.forget()
        return self._ready

    def advance(self, offset: int) -> None:
        """A slice of the block at `offset`, if there is one, and its bytes come without waiting.

        Raises:
            BadFile: the file ended early.
            OSError: it cannot be read at this moment.
        """
        if offset < self._source.size and self._ready_at != offset:
            if self._begun_at != offset:
                self._begin(offset)
            at = self._read
            if at < self._ready and self._at_hand and not self._at_hand(offset + at, _PIECE):
                return  # it comes over a wire, and waiting for it would keep the modem waiting
            self._go_on()

    def prepare(self, offset: int) -> None:
        """Have the block at `offset` ready, if there is one; what was begun is finished.

        Raises:
            BadFile, OSError: as `advance`.
        """
        if offset >= self._source.size:
            return
        if self._begun_at != offset:
            self._begin(offset)
        while self._ready_at != offset:
            self._go_on()

    def _begin(self, offset: int) -> None:
        """A block that ends on the grid of ready checksums, wherever a residue made it begin."""
        left = self._source.size - offset
        size = min(self._block, left)
        if self._grid and self._grid <= size < left:
            size -= (offset + size) % self._grid
        self._begun_at = offset
        self._ready = size
        self._read = self._summed = self._sum = 0

    def _go_on(self) -> None:
        """One slice of preparing."""
        at = self._read
        size = self._ready
        if at < size:
            piece = self._back_pieces[at // _PIECE]
            got = self._readinto(self._begun_at + at, piece)
            if got < len(piece) and at + got < size:
                raise BadFile("file-changed", self._source.name)
            self._read = min(size, at + got)
            return
        if not self._summed and self._block_crc:
            crc = self._block_crc(self._begun_at, size)
            if crc >= 0:
                self._sum = crc
                self._summed = size
        if self._summed < size:
            stop = min(size, self._summed + _SLICE)
            self._sum = crc16(self._back, self._sum, HEADER + self._summed, HEADER + stop)
            self._summed = stop
        if self._summed == size:
            put_payload_crc(self._back, self._sum)
            self._ready_at = self._begun_at


def _pieces(buf: bytearray, size: int) -> "list[memoryview]":
    """The payload of a block, piece by piece, once: a view that is made takes heap."""
    view = memoryview(buf)[HEADER : HEADER + size]
    return [view[at : at + _PIECE] for at in range(0, size, _PIECE)]
