"""Tells apart what goes over the wire of a GNSS module: frames, their firmware, and all the rest.

Rules: of our own writes lengths can be trusted; the data of a packet come out as
firmware; what comes back is frames where it is sound, and else talk, because
anything can come in the form of an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from modemflash_host.families.contract import FIRMWARE, FRAME, TALK, Piece, rest_of
from modemflash_host.families.quectel_gnss.frames import (
    DATA,
    HEAD_BYTES,
    LONGEST_ANSWER_BYTES,
    RESPONSE_1,
    RESPONSE_2,
    SYNC_1,
    SYNC_2,
    TAIL_BYTES,
    is_sound,
)

_START = 0xAA
_SEQUENCE_BYTES = 4
_CLASSES = range(1, 5)


class GnssFramer:
    """See `modemflash_host.families.contract.Framer`.

    Attributes:
        in_transfer: the last that we wrote was a data packet.
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
            if data[0] != _START:
                self.in_transfer = False
                yield Piece(data, FRAME if data in (SYNC_1, SYNC_2) else TALK)
                return
            size = HEAD_BYTES + (data[3] << 8 | data[4]) + TAIL_BYTES if len(data) >= HEAD_BYTES else 0
            if not size or len(data) < size:
                self._sent = data
                return
            yield from self._frame(data[:size])
            data = data[size:]

    def _frame(self, frame: bytes) -> Iterator[Piece]:
        self.in_transfer = frame[2] == DATA
        if not self.in_transfer:
            yield Piece(frame, FRAME)
            return
        begins = HEAD_BYTES + _SEQUENCE_BYTES
        yield Piece(frame[:begins], FRAME)
        yield Piece(frame[begins:-TAIL_BYTES], FIRMWARE)
        yield Piece(frame[-TAIL_BYTES:], FRAME)

    def heard(self, data: bytes) -> Iterator[Piece]:
        """Whole answers as frames, in order with the talk between them."""
        data = self._heard + data
        self._heard = b""
        while data:
            at = _begins_at(data)
            if at:
                yield Piece(data[:at], TALK)
                data = data[at:]
                continue
            if data[: len(RESPONSE_1)] in (RESPONSE_1, RESPONSE_2):
                yield Piece(data[: len(RESPONSE_1)], FRAME)
                data = data[len(RESPONSE_1) :]
                continue
            if len(data) < HEAD_BYTES:
                self._heard = data
                return
            size = HEAD_BYTES + (data[3] << 8 | data[4]) + TAIL_BYTES
            if data[1] not in _CLASSES or data[2] or size > LONGEST_ANSWER_BYTES:
                yield Piece(data[:1], TALK)
                data = data[1:]
            elif len(data) < size:
                self._heard = data
                return
            elif is_sound(data[:size]):
                yield Piece(data[:size], FRAME)
                data = data[size:]
            else:  # anything can come in the form of an answer
                yield Piece(data[:HEAD_BYTES], FRAME)
                yield Piece(data[HEAD_BYTES:size], TALK)
                data = data[size:]

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What never became whole: of our firmware nothing, of an answer its bytes as talk."""
        sent, self._sent, heard, self._heard = self._sent, b"", self._heard, b""
        return rest_of(sent, HEAD_BYTES, heard)


def _begins_at(data: bytes) -> int:
    """Where an answer begins, or may begin at the end; the length where none does."""
    places = [data.find(word) for word in (RESPONSE_1, RESPONSE_2, bytes([_START]))]
    for word in (RESPONSE_1, RESPONSE_2):
        places += [len(data) - kept for kept in range(1, len(word)) if data.endswith(word[:kept])]
    return min((at for at in places if at >= 0), default=len(data))
