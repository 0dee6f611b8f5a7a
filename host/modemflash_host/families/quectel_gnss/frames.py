"""The frames of the boot loader: AA, class, message, length, payload, CRC-32, 55; all big-endian.

Rules: an answer counts only when it is whole, of the right class and sound; it
carries no sequence number, so it can never say which packet it means: who sends
has one packet under way and no more. Source: docs/lg290p.md ("The protocol").
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SYNC_1, RESPONSE_1 = struct.pack("<I", 0x514C1309), struct.pack("<I", 0xAAFC3A4D)
SYNC_2, RESPONSE_2 = struct.pack("<I", 0x1203A504), struct.pack("<I", 0x55FD5BA0)

ANSWER, INFO, ERASE, DATA, RESET, QUERY = 0x00, 0x02, 0x03, 0x04, 0x31, 0x71
HEAD_BYTES, TAIL_BYTES = 5, 5
_START, _END = 0xAA, 0x55
_LONGEST_PAYLOAD = 32  # of an answer; the longest that is known has 7
LONGEST_ANSWER_BYTES = HEAD_BYTES + _LONGEST_PAYLOAD + TAIL_BYTES

STATUSES = {
    0: "good",
    1: "unknown error",
    2: "CRC error: the frame, or at the last packet the image, arrived damaged",
    3: "time-out: the module waited too long for us",
    4: "unsupported: this boot loader does not know the command",
    5: "package error: wrong sequence, size or content",
    0x20: "erase error: the flash",
    0x21: "flash write error, or the image was refused",
}


def status_words(status: int) -> str:
    """A status in words and number."""
    return f"status 0x{status:02X}, {STATUSES.get(status, 'which no document explains')}"


def frame(message: int, payload: bytes = b"", frame_class: int = 2) -> bytes:
    """A frame of ours."""
    body = struct.pack(">BBH", frame_class, message, len(payload)) + payload
    return bytes([_START]) + body + struct.pack(">I", zlib.crc32(body)) + bytes([_END])


def firmware_crc(data: bytes | bytearray) -> int:
    """The CRC that the info frame carries: over the size, little-endian, and the whole file."""
    return zlib.crc32(data, zlib.crc32(struct.pack("<I", len(data))))


def info_payload(data: bytes | bytearray) -> bytes:
    """Size, CRC, destination 0, reserved 0."""
    return struct.pack(">IIII", len(data), firmware_crc(data), 0, 0)


def data_payload(sequence: int, block: bytes | bytearray) -> bytes:
    """A data packet; the last one is short."""
    return struct.pack(">I", sequence) + block


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the module.

    Attributes:
        message: which of ours it answers.
        status: 0 is good.
        rest: behind the status; the boot version for `QUERY`.
    """

    message: int
    status: int
    rest: bytes = b""


def is_sound(whole: bytes) -> bool:
    """Whether a whole frame ends as it must and its checksum is right."""
    (crc,) = struct.unpack(">I", whole[-TAIL_BYTES:-1])
    return whole[-1] == _END and zlib.crc32(whole[1:-TAIL_BYTES]) == int(crc)


class AnswerReader:
    """Finds answers in what comes; noise and half lines between them are passed over.

    Attributes:
        damaged: how many frames began like an answer and were not sound.
        heard: bytes in all.
    """

    def __init__(self, frame_class: int = 2) -> None:
        self._head = bytes([_START, frame_class, ANSWER])
        self._class = frame_class
        self._held = bytearray()
        self.damaged = 0
        self.heard = 0

    def feed(self, data: bytes) -> Iterator[Answer]:
        """The answers that are whole now."""
        self.heard += len(data)
        self._held += data
        held = self._held
        while (at := held.find(self._head)) >= 0:
            del held[:at]
            if len(held) < HEAD_BYTES:
                return
            size = held[3] << 8 | held[4]
            whole = HEAD_BYTES + size + TAIL_BYTES
            if not 4 <= size <= _LONGEST_PAYLOAD:
                self.damaged += 1
                del held[0]
            elif len(held) < whole:
                return
            elif is_sound(bytes(held[:whole])):
                payload = bytes(held[HEAD_BYTES : whole - TAIL_BYTES])
                del held[:whole]
                if payload[0] == self._class:
                    yield Answer(payload[1], payload[2] << 8 | payload[3], payload[4:])
            else:
                self.damaged += 1
                del held[0]
        del held[: -len(self._head)]  # a frame may begin at the end
