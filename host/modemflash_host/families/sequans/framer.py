"""Tells apart what we send: frames of the transfer protocol, their firmware, and all the rest.

Rules: only our own writes are followed, so lengths can be trusted; firmware
comes out as size and checksum, never as bytes: a full capture would be the
vendor's firmware. Facts: docs/protocol.md ("STP").
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from modemflash.frames import BLOCK, HEADER

SIGNATURE = b"fast"
_FILLER = 0xFF  # begins no talk
_FILLING = 32  # so many equal bytes of any other kind are no talk either


@dataclass(frozen=True, slots=True)
class Block:
    """Firmware that was sent.

    Attributes:
        data: the bytes, for those who asked for a raw capture.
    """

    size: int
    crc32: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """Header and payload of a request, or of a block its header alone."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Filling:
    """One byte, again and again."""

    byte: int
    count: int


class Frames:
    """Follows the stream of our writes.

    Attributes:
        in_session: the last talk was a frame.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.in_session = False

    def split(self, data: bytes) -> Iterator[Block | Frame | Filling | bytes]:
        """What a write is made of, in order; a frame that is not whole yet comes with a later write."""
        data = self._rest + data
        self._rest = b""
        while data:
            if not data.startswith(SIGNATURE[: len(data)]):
                yield self._other(data)
                return
            size = HEADER + (data[6] << 8 | data[7]) if len(data) >= HEADER else HEADER
            if len(data) < size:
                self._rest = data
                return
            self.in_session = True
            if data[4] == BLOCK:
                yield Frame(data[:HEADER])
                payload = data[HEADER:size]
                yield Block(len(payload), zlib.crc32(payload), payload)
            else:
                yield Frame(data[:size])
            data = data[size:]

    def _other(self, talk: bytes) -> Filling | bytes:
        if talk == talk[:1] * len(talk) and (talk[0] == _FILLER or len(talk) >= _FILLING):
            return Filling(talk[0], len(talk))
        self.in_session = False
        return talk
