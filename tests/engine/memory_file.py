"""A file in memory, as the engine's source: what every test that hands it bytes uses. In the dialect."""


class MemoryFile:
    """Gives at most `most` bytes a read.

    Attributes:
        data, name, size: the file.
        reads: list of (offset, bytes given).
    """

    def __init__(self, data, name="x.dup", most=1 << 30):
        self.data = data
        self.name = name
        self.size = len(data)
        self.reads = []
        self._most = most

    def readinto(self, offset, buf):
        piece = self.data[offset : offset + min(len(buf), self._most)]
        buf[: len(piece)] = piece
        self.reads.append((offset, len(piece)))
        return len(piece)
