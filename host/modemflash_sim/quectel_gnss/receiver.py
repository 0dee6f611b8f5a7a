"""The flash side of the boot loader: takes facts, erase and packets in their order, and answers a status."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from modemflash_sim.quectel_gnss.boot_frames import DATA, ERASE, INFO, QUERY, RESET

GOOD, CRC, UNSUPPORTED, PACKAGE, WRITE = 0, 2, 4, 5, 0x21
BLOCK_BYTES = 4096


@dataclass(slots=True)
class Receiver:
    """One session.

    Attributes:
        behave: the assumptions.
        size, crc: of the image that was announced; -1 before.
        erased: this session has erased.
        image: what came so far.
        complete: all of it came and was accepted.
        violations: what a careful program does not do.
    """

    behave: dict[str, str]
    size: int = -1
    crc: int = 0
    erased: bool = False
    next_sequence: int = 0
    image: bytearray = field(default_factory=bytearray)
    complete: bool = False
    violations: list[str] = field(default_factory=list)

    def stage(self, message: int, payload: bytes) -> tuple[str, ...]:
        """The names by which a fault can mean this frame."""
        if message == DATA:
            sequence = int.from_bytes(payload[:4], "big")
            is_last = 0 <= self.size <= (sequence + 1) * BLOCK_BYTES
            return (f"data={sequence}", *(("last",) if is_last else ()))
        return ({QUERY: "query", INFO: "info", ERASE: "erase", RESET: "reset"}.get(message, "other"),)

    def take(self, message: int, payload: bytes) -> int:
        """Carry a frame out; its status."""
        if message == INFO:
            return self._info(payload)
        if message == ERASE:
            return self._erase()
        if message == DATA:
            return self._data(payload)
        if message in (QUERY, RESET):
            return GOOD if not payload else PACKAGE
        self.violations.append(f"message 0x{message:02X}")
        return UNSUPPORTED

    def _info(self, payload: bytes) -> int:
        if len(payload) != 16:
            return PACKAGE
        self.size, self.crc, destination, reserved = struct.unpack(">4I", payload)
        if destination or reserved:
            self.violations.append("destination or reserved is not 0")
        return GOOD

    def _erase(self) -> int:
        if self.size < 0:
            self.violations.append("erase before the facts of the file")
            if self.behave["info-first"] == "yes":
                return PACKAGE
        self.erased = True
        self.next_sequence = 0
        self.image.clear()
        return GOOD

    def _data(self, payload: bytes) -> int:
        sequence, block = int.from_bytes(payload[:4], "big"), payload[4:]
        if not self.erased or self.size < 0:
            self.violations.append("data before the erase")
            return PACKAGE
        if sequence == self.next_sequence - 1:
            self.violations.append(f"packet {sequence} again")
            return GOOD if self.behave["repeated"] == "good" else PACKAGE
        expected = min(BLOCK_BYTES, self.size - len(self.image))
        if sequence != self.next_sequence or len(block) != expected:
            self.violations.append(f"packet {sequence} of {len(block)} bytes")
            return PACKAGE
        self.next_sequence += 1
        self.image += block
        if len(self.image) < self.size:
            return GOOD
        right = zlib.crc32(struct.pack("<I", self.size) + self.image) == self.crc
        if not right:
            return {"crc": CRC, "write": WRITE, "silent": GOOD}[self.behave["bad-image"]]
        self.complete = True
        return GOOD
