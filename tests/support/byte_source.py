"""A firmware file in memory."""

from __future__ import annotations


class ByteSource:
    """A source as the engine reads it.

    Args:
        name: of the file.
        data: its content.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.size, self._data = name, len(data), data

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        piece = self._data[offset : offset + len(buf)]
        buf[: len(piece)] = piece
        return len(piece)
