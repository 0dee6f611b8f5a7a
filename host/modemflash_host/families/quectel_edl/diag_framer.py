"""What a capture keeps of a DM port's wire: questions and answers with their numbers, of all else the shape.

Rule: the bytes of files, their names, and the numbers of a module are talk, of which
the masks leave what is known to name nobody; of a packet whose layout is not known
the first byte alone is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from modemflash_host.families.contract import FRAME, TALK, Piece
from modemflash_host.families.quectel_edl.diag import BUILD, LONGEST_FRAME, unpacked
from modemflash_host.families.quectel_edl.efs import (
    CLOSE,
    CLOSE_FOLDER,
    HELLO,
    OPEN,
    OPEN_FOLDER,
    QUERY,
    READ,
    READ_FOLDER,
    STATUS,
    SUBSYSTEM_COMMAND,
    SUBSYSTEMS,
)

_HEAD_BYTES = 4
_BUILD_NUMBERS = 11
# Numbers behind the head, in bytes: of a question, of an answer.
_NUMBERS = {
    HELLO: (40, 40),
    QUERY: (0, 24),
    OPEN: (8, 8),
    CLOSE: (4, 4),
    READ: (12, 16),
    OPEN_FOLDER: (0, 8),
    READ_FOLDER: (8, 36),
    CLOSE_FOLDER: (4, 4),
    STATUS: (0, 28),
}


class DiagFramer:
    """See `modemflash_host.families.contract.Framer`."""

    in_transfer = True  # long talk is the content of files: of that even the shape is too much

    def __init__(self) -> None:
        self._held = bytearray()

    def sent(self, data: bytes) -> Iterator[Piece]:
        """A write of ours is one question."""
        return _pieces(unpacked(data), data, is_answer=False)

    def heard(self, data: bytes) -> Iterator[Piece]:
        """Answers, and what the module says unasked."""
        *ends, rest = data.split(b"\x7e")
        for piece in ends:
            self._held += piece
            frame = bytes(self._held)
            self._held.clear()
            if frame:
                yield from _pieces(unpacked(frame), frame, is_answer=True)
        self._held += rest
        if len(self._held) > LONGEST_FRAME:
            yield from (piece for _, piece in self.rest())

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What had no end."""
        if self._held:
            yield "rx", Piece(bytes(self._held), TALK)
            self._held.clear()


def _pieces(packet: bytes, frame: bytes, *, is_answer: bool) -> Iterator[Piece]:
    if not packet:
        yield Piece(frame, TALK)
        return
    kept = _kept(packet, is_answer)
    yield Piece(packet[:kept], FRAME)
    if packet[kept:]:
        yield Piece(packet[kept:], TALK)


def _kept(packet: bytes, is_answer: bool) -> int:
    if packet[:1] == BUILD:
        return 1 + _BUILD_NUMBERS
    if packet[0] != SUBSYSTEM_COMMAND or len(packet) < _HEAD_BYTES:
        return 1
    numbers = _NUMBERS.get(packet[2], (0, 0))[is_answer] if packet[1] in SUBSYSTEMS else 0
    return _HEAD_BYTES + numbers
