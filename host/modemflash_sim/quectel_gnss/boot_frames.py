"""The boot loader's frames as the module sees them: reads those of the host, makes answers."""

from __future__ import annotations

import zlib

SYNC_1, SYNC_2 = bytes.fromhex("09134C51"), bytes.fromhex("04A50312")
RESPONSE_1, RESPONSE_2 = bytes.fromhex("4D3AFCAA"), bytes.fromhex("A05BFD55")
LONGEST_PAYLOAD = 5 * 1024
QUERY, INFO, ERASE, DATA, RESET = 0x71, 0x02, 0x03, 0x04, 0x31


def answer(
    message: int, status: int, rest: bytes = b"", frame_class: int = 2, echo: int | None = None
) -> bytes:
    """An answer; `echo` names another message."""
    payload = bytes([2, message if echo is None else echo]) + status.to_bytes(2, "big") + rest
    return sealed(frame_class, payload)


def sealed(frame_class: int, payload: bytes) -> bytes:
    """A frame of the module's."""
    middle = bytes([frame_class, 0]) + len(payload).to_bytes(2, "big") + payload
    return b"\xaa" + middle + zlib.crc32(middle).to_bytes(4, "big") + b"\x55"


class FrameReader:
    """Collects bytes to frames.

    Attributes:
        held: what is not whole yet.
    """

    def __init__(self) -> None:
        self.held = bytearray()

    def take(self) -> tuple[int, bytes, bool] | None:
        """The next frame as (message, payload, its checksum is right); None where none is whole."""
        held = self.held
        while held:
            if held[0] != 0xAA or (len(held) > 1 and held[1] != 2):
                del held[0]
                continue
            if len(held) < 5:
                return None
            size = int.from_bytes(held[3:5], "big")
            if size > LONGEST_PAYLOAD:
                del held[0]
                continue
            if len(held) < 10 + size:
                return None
            whole = bytes(held[: 10 + size])
            del held[: 10 + size]
            right = zlib.crc32(whole[1 : 5 + size]) == int.from_bytes(whole[5 + size : 9 + size], "big")
            return whole[2], whole[5 : 5 + size], right and whole[-1] == 0x55
        return None
