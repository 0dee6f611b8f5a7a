"""A firmware package of a Quectel modem that lies on no disk."""

from __future__ import annotations

from support.memory_source import MemorySource


class PackageInMemory:
    """A package as the product reads it, without a disk.

    Args:
        files: names and contents.
        name: of the package.
    """

    def __init__(self, files: dict[str, bytes], name: str = "RM502QAEAAR11A04M4G") -> None:
        self.name = name
        self.names = tuple(sorted(files))
        self.size = sum(len(data) for data in files.values())
        self._files = {key: MemorySource(data, key) for key, data in files.items()}

    def open(self, name: str) -> object:
        return self._files[name]

    def readinto(self, offset: int, buf: bytearray | memoryview) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""
