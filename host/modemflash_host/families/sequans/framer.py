"""Tells apart what goes over the wire of a Sequans modem: STP frames, their firmware, and all the rest.

Rules: of our own writes lengths can be trusted; firmware comes out as firmware,
a full capture would be the vendor's file; of what comes back only whole answers
that are sound in form are frames: everything else is talk, and passes the
masks. Facts: docs/protocol.md ("STP").
"""

from __future__ import annotations

from collections.abc import Iterator

from modemflash.frames import BLOCK, HEADER
from modemflash_host.families.contract import FILLING, FIRMWARE, FRAME, TALK, Piece

SIGNATURE = b"fast"
ANSWER_SIGNATURE = b"tsaf"
_FILLER = 0xFF  # begins no talk
_FILLING_BYTES = 32  # so many equal bytes of any other kind are no talk either
_LONGEST_ANSWER = 16  # bytes of payload; the longest that is known has 4


class StpFramer:
    """See `modemflash_host.families.contract.Framer`.

    Attributes:
        in_transfer: the last that we wrote was a frame.
    """

    def __init__(self) -> None:
        self.in_transfer = False
        self._sent = b""  # a frame of ours that is not whole yet
        self._heard = b""  # what may become an answer

    def sent(self, data: bytes) -> Iterator[Piece]:
        """What a write is made of; a frame that is not whole yet comes with a later write."""
        data = self._sent + data
        self._sent = b""
        while data:
            if not data.startswith(SIGNATURE[: len(data)]):
                piece = _other(data)
                self.in_transfer = self.in_transfer and piece.kind == FILLING
                yield piece
                return
            size = HEADER + (data[6] << 8 | data[7]) if len(data) >= HEADER else HEADER
            if len(data) < size:
                self._sent = data
                return
            self.in_transfer = True
            if data[4] == BLOCK:
                yield Piece(data[:HEADER], FRAME)
                yield Piece(data[HEADER:size], FIRMWARE)
            else:
                yield Piece(data[:size], FRAME)
            data = data[size:]

    def heard(self, data: bytes) -> Iterator[Piece]:
        """Whole answers as frames, in order with the talk between them."""
        data = self._heard + data
        self._heard = b""
        while data:
            at = _answer_at(data)
            if at:
                yield Piece(data[:at], TALK)
                data = data[at:]
                continue
            if len(data) < HEADER:
                self._heard = data
                return
            size = HEADER + (data[6] << 8 | data[7])
            if size > HEADER + _LONGEST_ANSWER:
                yield Piece(data[:1], TALK)
                data = data[1:]
            elif len(data) < size:
                self._heard = data
                return
            else:
                yield Piece(data[:size], FRAME)
                data = data[size:]

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What never became whole: of our firmware nothing, of an answer its bytes as talk."""
        if self._sent:
            yield "tx", Piece(self._sent[:HEADER], FRAME)
            yield "tx", Piece(self._sent[HEADER:], FIRMWARE)
        if self._heard:
            yield "rx", Piece(self._heard, TALK)
        self._sent = self._heard = b""


def _answer_at(data: bytes) -> int:
    """Where an answer begins, or may begin at the end; the length where none does."""
    at = data.find(ANSWER_SIGNATURE)
    if at >= 0:
        return at
    for kept in range(len(ANSWER_SIGNATURE) - 1, 0, -1):
        if data.endswith(ANSWER_SIGNATURE[:kept]):
            return len(data) - kept
    return len(data)


def _other(talk: bytes) -> Piece:
    filling = talk == talk[:1] * len(talk) and (talk[0] == _FILLER or len(talk) >= _FILLING_BYTES)
    return Piece(talk, FILLING if filling else TALK)
