"""DIAG frames: a payload, its CRC-16/X-25, and 7E, with 7D before what would be mistaken for those.

Rule: a frame counts when its checksum is right; empty ones are no frames.
Source: the description of the protocol.
"""

from __future__ import annotations

END, ESCAPE = 0x7E, 0x7D
MOST_BYTES = 4096


def _of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0x8408 if byte & 1 else byte >> 1
    return byte


_OF_BYTE = tuple(map(_of_byte, range(256)))


def crc(data: bytes | bytearray) -> int:
    """CRC-16/X-25: "123456789" gives 0x906E."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _OF_BYTE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFF


def framed(payload: bytes) -> bytes:
    """A payload as it travels."""
    whole = payload + crc(payload).to_bytes(2, "little")
    whole = whole.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
    return whole + bytes([END])


class FrameReader:
    """Collects bytes to payloads."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, data: bytes) -> list[bytes]:
        """Payloads that are whole now."""
        self._held += data
        *frames, rest = bytes(self._held).split(bytes([END]))
        self._held = bytearray(rest[-MOST_BYTES:])
        return [payload for frame in frames if (payload := _payload(frame))]


def _payload(frame: bytes) -> bytes:
    """b"" where its checksum is wrong."""
    whole = bytearray()
    escaped = False
    for byte in frame:
        if byte == ESCAPE:
            escaped = True
            continue
        whole.append(byte ^ 0x20 if escaped else byte)
        escaped = False
    if len(whole) < 3 or crc(whole[:-2]) != int.from_bytes(whole[-2:], "little"):
        return b""
    return bytes(whole[:-2])
