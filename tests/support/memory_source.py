"""A source in memory, see `modemflash.contracts`: what tests hand on in place of a file."""

from __future__ import annotations

import zlib


class MemorySource:
    """The bytes of a file, which can be packed for version 2 sessions."""

    def __init__(self, data: bytes, name: str = "CATM1-41065.dup") -> None:
        self.data, self.name, self.size = data, name, len(data)

    def readinto(self, offset: int, buf: memoryview | bytearray) -> int:
        piece = self.data[offset : offset + len(buf)]
        buf[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Nothing is open."""

    def packed(self) -> MemorySource:
        packer = zlib.compressobj(9, zlib.DEFLATED, 12)
        return MemorySource(packer.compress(self.data) + packer.flush(), self.name)
