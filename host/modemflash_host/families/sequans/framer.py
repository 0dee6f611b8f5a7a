"""Tells apart what goes over the wire of a Sequans modem: STP frames, their firmware, and all the rest.

Rules: of our own writes lengths can be trusted; firmware comes out as firmware,
a full capture would be the vendor's file; of what comes back only whole answers
are frames, and of these only numbers of this session stay, because anything can
come in the form of an answer; everything else is talk, and passes the masks. Facts: docs/protocol.md ("STP").
"""

from __future__ import annotations

from collections.abc import Iterator

from modemflash.crc import crc16
from modemflash.frames import ANSWER_BYTES, BLOCK, HEADER, SAID_NOT_UNDERSTOOD
from modemflash_host.families.contract import FILLING, FIRMWARE, FRAME, TALK, Piece, rest_of

SIGNATURE = b"fast"
ANSWER_SIGNATURE = b"tsaf"
_FILLER = 0xFF  # begins no talk
_FILLING_BYTES = 32  # so many equal bytes of any other kind are no talk either
NOISE_BYTE = b"\x80"
_LARGEST_NUMBER = 0x2FFF  # in a payload: versions and sizes are smaller, two digits as text are larger


class StpFramer:
    """See `modemflash_host.families.contract.Framer`.

    Attributes:
        in_transfer: the last that we wrote was a frame.
    """

    def __init__(self) -> None:
        self.in_transfer = False
        self._sent = b""  # a frame of ours that is not whole yet
        self._heard = b""  # what may become an answer
        self._session = self._transaction = 1

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
            self._session = data[5]
            self._transaction = max(self._transaction, int.from_bytes(data[8:12], "big"))
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
            payload = data[6] << 8 | data[7]
            if payload > max(ANSWER_BYTES):
                yield Piece(ANSWER_SIGNATURE, FRAME)  # what follows is no answer, and could be anything
                data = data[len(ANSWER_SIGNATURE) :]
            elif len(data) < HEADER + payload:
                self._heard = data
                return
            else:
                yield Piece(self._kept(data[: HEADER + payload]), FRAME)
                data = data[HEADER + payload :]

    def _kept(self, answer: bytes) -> bytes:
        """An answer with the numbers of this session; for what else it carries noise."""
        op = next((op for op in range(len(ANSWER_BYTES)) if answer[4] in (op | 0x80, op | 0x40)), -1)
        unchecked = not any(answer[12:HEADER])
        sound = unchecked or _checksums(answer) == answer[12:HEADER]
        payload = answer[HEADER:]
        known_payload = sound and op >= 0 and len(payload) == ANSWER_BYTES[op] and _is_of_a_session(payload)
        return b"".join(
            (
                ANSWER_SIGNATURE,
                answer[4:5] if op >= 0 or answer[4] == SAID_NOT_UNDERSTOOD else NOISE_BYTE,
                answer[5:6] if answer[5] in (0, 1, self._session) else NOISE_BYTE,
                answer[6:8],
                answer[8:12] if int.from_bytes(answer[8:12], "big") <= self._transaction else NOISE_BYTE * 4,
                answer[12:HEADER] if sound else NOISE_BYTE * 4,
                payload if known_payload else NOISE_BYTE * len(payload),
            )
        )

    def rest(self) -> Iterator[tuple[str, Piece]]:
        """What never became whole: of our firmware nothing, of an answer its bytes as talk."""
        sent, self._sent, heard, self._heard = self._sent, b"", self._heard, b""
        return rest_of(sent, HEADER, heard)


def _answer_at(data: bytes) -> int:
    """Where an answer begins, or may begin at the end; the length where none does."""
    at = data.find(ANSWER_SIGNATURE)
    if at >= 0:
        return at
    for kept in range(len(ANSWER_SIGNATURE) - 1, 0, -1):
        if data.endswith(ANSWER_SIGNATURE[:kept]):
            return len(data) - kept
    return len(data)


def _checksums(answer: bytes) -> bytes:
    """What the checksums of an answer would be."""
    buffer = bytearray(answer)
    buffer[12:14] = bytes(2)
    buffer[14:HEADER] = payload_crc = crc16(buffer, 0, HEADER, len(buffer)).to_bytes(2, "big")
    return crc16(buffer, 0, 0, HEADER).to_bytes(2, "big") + payload_crc


def _is_of_a_session(payload: bytes) -> bool:
    """Whether a payload can be what answers hold: a version, the largest transfer, bytes that are missing."""
    numbers = [int.from_bytes(payload[at : at + 2], "big") for at in range(0, len(payload), 2)]
    return all(number <= _LARGEST_NUMBER for number in numbers)


def _other(talk: bytes) -> Piece:
    filling = talk == talk[:1] * len(talk) and (talk[0] == _FILLER or len(talk) >= _FILLING_BYTES)
    return Piece(talk, FILLING if filling else TALK)
