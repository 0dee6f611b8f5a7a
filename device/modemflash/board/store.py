"""What outlives a power cut: small numbers in the board's NVS, the journal in two files.

Rules that hold here: a value that was never written, and a board without NVS,
read as the default; a file is written whole, closed and synced before the call
returns, because the next thing that happens may be a power cut; a failing
write is told by False or an OSError, never by silence.
"""

import os

import pycom

from modemflash.interface import NVS_PREFIX


class Nvs:
    """Small integers and short texts by name, 12 characters at most."""

    def get(self, name: str, default: "Any" = None) -> "Any":
        """The value of `name`."""
        try:
            value = pycom.nvs_get(NVS_PREFIX + name)
        except (AttributeError, ValueError, OSError, KeyError):  # absent keys, by release
            return default
        return default if value is None else value

    def set(self, name: str, value: "int | str") -> bool:
        """Keep a value. False where it was not kept; that is measured."""
        try:
            pycom.nvs_set(NVS_PREFIX + name, value)
        except (AttributeError, ValueError, OSError):  # no NVS, or it is full
            return False
        return bool(self.get(name) == value)

    def erase(self, name: str) -> None:
        """Forget a value; one that was never kept is no error."""
        try:
            pycom.nvs_erase(NVS_PREFIX + name)
        except (AttributeError, ValueError, OSError, KeyError):
            pass


class SlotFiles:
    """The store that the journal is handed: two files in a folder that exists.

    Args:
        folder: `/sd/…` or `/flash`.
        name: of the files, without the slot's number.
    """

    def __init__(self, folder: str, name: str = "journal") -> None:
        self._path = folder + "/" + name + "."

    def load(self, slot: int) -> bytes:
        """The bytes of slot 0 or 1; empty when there are none."""
        try:
            with open(self._path + str(slot), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def save(self, slot: int, data: bytes) -> None:
        """Replace the bytes of a slot.

        Raises:
            OSError: the card is full, read-only or gone.
        """
        with open(self._path + str(slot), "wb") as file:
            file.write(data)
        sync()


def sync() -> None:
    """Bring what was written to the medium, where the firmware has a word for it."""
    try:
        os.sync()
    except AttributeError:
        pass


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
