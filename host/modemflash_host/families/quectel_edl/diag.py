"""DIAG frames: packets in HDLC with a CRC-16, as a Quectel module's DM port takes and gives them.

Rules: no I/O and no time here; whatever comes, no more than one frame of the
longest length is held; a frame counts when its checksum is right. Source: the
module's own answers to `VERSION` and `BUILD`, and the frame that asks for EDL.
"""

from __future__ import annotations

from collections.abc import Iterator

VERSION = b"\x00"
"""A question that every DIAG port answers, with the same first byte."""
BUILD = b"\x7c"
"""A question for the name of the build."""
SWITCH_TO_EDL = bytes.fromhex("4b650100")
"""Asks for EDL: the module sends the same packet back and leaves the bus."""

LONGEST_FRAME = 16_384  # bytes as they travel; an answer with 1 KB of a file has 2.1 KB at most
_END, _ESCAPE, _FLIP = 0x7E, 0x7D, 0x20
_CHECKSUM_BYTES = 2
_X25 = 0x8408  # reflected; begins and ends with all ones


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ _X25 if byte & 1 else byte >> 1
    return byte


_TABLE = tuple(_crc_of(byte) for byte in range(256))


def checksum(data: bytes | bytearray | memoryview) -> int:
    """CRC-16/X-25."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def packed(packet: bytes) -> bytes:
    """The frame of a packet: checksum, escapes, end."""
    whole = packet + checksum(packet).to_bytes(_CHECKSUM_BYTES, "little")
    return whole.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"


def unpacked(frame: bytes | bytearray) -> bytes:
    """The packet of a frame, with or without its end marks; b"" where its checksum is wrong."""
    whole = bytearray()
    is_escaped = False
    for byte in frame.strip(b"\x7e"):
        if byte == _ESCAPE and not is_escaped:
            is_escaped = True
            continue
        whole.append(byte ^ _FLIP if is_escaped else byte)
        is_escaped = False
    if is_escaped or len(whole) <= _CHECKSUM_BYTES:
        return b""
    packet = bytes(whole[:-_CHECKSUM_BYTES])
    return packet if checksum(packet) == int.from_bytes(whole[-_CHECKSUM_BYTES:], "little") else b""


class Unframer:
    """Takes bytes as they come and gives the packets in them.

    Attributes:
        bad_frames: how many were dropped: too long, or with a wrong checksum.
    """

    def __init__(self) -> None:
        self.bad_frames = 0
        self._frame = bytearray()
        self._is_too_long = False

    def packets(self, data: bytes | bytearray | memoryview) -> Iterator[bytes]:
        """The packets that these bytes complete; the rest is kept for the next call."""
        *ends, rest = bytes(data).split(bytes([_END]))
        for piece in ends:
            self._keep(piece)
            if self._frame or self._is_too_long:  # two end marks in a row hold no frame
                packet = b"" if self._is_too_long else unpacked(self._frame)
                self._frame.clear()
                self._is_too_long = False
                if packet:
                    yield packet
                else:
                    self.bad_frames += 1
        self._keep(rest)

    def _keep(self, piece: bytes) -> None:
        if len(self._frame) + len(piece) > LONGEST_FRAME:
            self._is_too_long = True
            self._frame.clear()
        elif not self._is_too_long:
            self._frame += piece
