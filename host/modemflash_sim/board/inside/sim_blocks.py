"""A drive as the block device that `VfsFat` wants."""

import sim_link

_SECTOR = 512
_AT_ONCE = 64


class Blocks:
    """Drive number `drive` of the board."""

    def __init__(self, drive, sectors):
        self._drive = drive
        self._sectors = sectors

    def readblocks(self, first, buf):
        """0, or an error number."""
        link = sim_link.link
        count = len(buf) // _SECTOR
        if count <= _AT_ONCE:
            link.ask(sim_link.BLOCKS_READ, self._drive | count << 8, first, b"", 0, -1, buf)
            return 5 if link.status else 0
        view = memoryview(buf)
        for at in range(0, count, _AT_ONCE):
            some = min(_AT_ONCE, count - at)
            if self.readblocks(first + at, view[at * _SECTOR : (at + some) * _SECTOR]):
                return 5
        return 0

    def writeblocks(self, first, buf):
        """0, or an error number. Sector by sector: the power may go between any two."""
        link = sim_link.link
        for at in range(len(buf) // _SECTOR):
            link.ask(sim_link.BLOCKS_WRITE, self._drive, first + at, buf, at * _SECTOR, _SECTOR)
            if link.status:
                return 5
        return 0

    def ioctl(self, op, arg):
        """4 asks for the number of sectors, 5 for their size; the rest is done."""
        return self._sectors if op == 4 else _SECTOR if op == 5 else 0
