"""How much of a block is sent to a board at once: over a slow network more than it has asked for.

Rules: a board asks for half a window at a time, and over a network that is late each
request costs a round trip; so after three late ones the rest of a block follows its first
request, and what the board then asks for is on its way already. A board that asks again has
lost something, perhaps because its ring was full: then it gets what it asks for and no more,
until that block is over, and in each run of losses for twice as many blocks. How late is
told from the second request of a block: it comes when as much has arrived as it asks for.
What is asked for again while the answer is still under way is not answered: both would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash.interface import IDS, PIECE_BYTES

_LATE_MS = 40  # more than an adapter holds a request, and than a busy computer needs for one
_MOST_LATE_MS = 900
_LATE_BLOCKS = 3
_MOST_PAUSE_BLOCKS = 64
_BITS = 10  # a byte on the line


@dataclass(frozen=True, slots=True)
class Request:
    """What a board asks for.

    Attributes:
        number: of its first piece.
        file, start: the block.
        offset, count: which bytes of it.
    """

    number: int
    file: int
    start: int
    offset: int
    count: int

    @property
    def end(self) -> int:
        """Behind the last byte, in the block."""
        return self.offset + self.count


class Ahead:
    """See above."""

    def __init__(self) -> None:
        self._first: Request | None = None
        self._last: Request | None = None
        self._sent_to = 0
        self._sent_ms = 0
        self._late_blocks = 0
        self._late_ms = 0
        self._pause_blocks = self._pause = 0
        self._is_ahead = False

    def end_of_answer(self, request: Request, block_bytes: int, now_ms: int, baud: int) -> int:
        """Up to where of its block a request is answered; 0 where its bytes are under way already.

        Args:
            request: what the board asks for now.
            block_bytes: of its block; 0 where that is not known.
            now_ms: the time.
            baud: of the line.
        """
        first, last = self._first, self._last
        if first is not None and last is not None and _follows(request, first, last):
            if last is first:
                self._note_delay(now_ms - self._sent_ms - request.count * _BITS * 1000 // baud)
            self._last = request
            if request.end <= self._sent_to:
                return 0
        elif self._is_in_vain(request, now_ms):
            return 0
        else:
            self._begin(request)
        self._sent_to = max(request.end, block_bytes if self._is_ahead else 0)
        self._sent_ms = now_ms
        return self._sent_to

    def _is_in_vain(self, request: Request, now_ms: int) -> bool:
        """A board asks again before it has what it was sent: that comes first, and an answer is lost."""
        before = self._first
        is_again = before is not None and (before.file, before.start) == (request.file, request.start)
        is_late = self._late_blocks >= _LATE_BLOCKS
        return is_again and is_late and now_ms - self._sent_ms < self._late_ms + _LATE_MS

    def _begin(self, request: Request) -> None:
        """A block, or what is asked for again."""
        before = self._first
        is_again = before is not None and (before.file, before.start) == (request.file, request.start)
        if is_again and self._is_ahead:
            self._pause = min(2 * self._pause, _MOST_PAUSE_BLOCKS) or 1
            self._pause_blocks = self._pause
        elif not is_again and self._pause_blocks:
            self._pause_blocks -= 1
        elif not is_again and self._is_ahead:
            self._pause = 0  # a whole block passed well
        self._first = self._last = request
        self._is_ahead = not is_again and not self._pause_blocks and self._late_blocks >= _LATE_BLOCKS

    def _note_delay(self, late_ms: int) -> None:
        self._late_ms = min(late_ms, _MOST_LATE_MS)
        self._late_blocks = min(self._late_blocks + 1, _LATE_BLOCKS) if late_ms > _LATE_MS else 0


def _follows(request: Request, first: Request, last: Request) -> bool:
    """Whether it is the next one of a block of which nothing was lost."""
    pieces = -(-(request.offset - first.offset) // PIECE_BYTES)
    return (request.file, request.start, request.offset) == (
        last.file,
        last.start,
        last.end,
    ) and request.number == (first.number + pieces) % IDS
