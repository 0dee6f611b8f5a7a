"""The least of a board that card, job, tries, records and hook need, on a MicroPython with FAT.

Rules: dialect; import it before anything of `modemflash.board`; the medium is a
real FAT in RAM; what a release lacks is taken away by the test that says so.
"""

import os
import sys

SECTOR = 512


class Drive:
    """A block device in RAM that can be pulled out, write-protected, or filled."""

    def __init__(self, sectors=512):
        self.data = bytearray(sectors * SECTOR)
        self.present = True
        self.read_only = False

    def readblocks(self, n, buf, offset=0):
        if not self.present:
            raise OSError(5)
        at = n * SECTOR + offset
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, offset=0):
        if not self.present or self.read_only:
            raise OSError(5)
        at = n * SECTOR + offset
        self.data[at : at + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.data) // SECTOR
        if op == 5:
            return SECTOR
        return 0

    def deinit(self):
        pass


class Module:
    pass


class Machine(Module):
    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET, BROWN_OUT_RESET = range(6)

    def __init__(self):
        self.card = None
        self.cause = 0

    def SD(self):
        if self.card is None or not self.card.present:
            raise OSError("the requested operation failed")
        return self.card

    def reset_cause(self):
        return self.cause


class Pycom(Module):
    def __init__(self):
        self.nvs = {}

    def nvs_get(self, key):
        if key not in self.nvs:
            raise ValueError("No matching object for the provided key")
        return self.nvs[key]

    def nvs_set(self, key, value):
        self.nvs[key] = value

    def nvs_erase(self, key):
        self.nvs.pop(key)


machine = sys.modules["machine"] = Machine()
pycom = sys.modules["pycom"] = Pycom()


def fresh_card(sectors=512):
    """A new, empty FAT card, put in and not mounted."""
    unmount("/sd")
    machine.card = Drive(sectors)
    os.VfsFat.mkfs(machine.card)
    return machine.card


def fresh_flash():
    """A new, empty /flash."""
    unmount("/flash")
    drive = Drive(512)
    os.VfsFat.mkfs(drive)
    os.mount(drive, "/flash")
    return drive


def unmount(path):
    try:
        os.umount(path)
    except OSError:
        pass


def put(path, data):
    with open(path, "wb") as file:
        file.write(data)


def get(path):
    with open(path, "rb") as file:
        return file.read()
