"""The SD card: mounted step by step, so that whoever stands there learns what is wrong with it.

Rules that hold here: a step that fails has a code of its own; what another
program mounted is used and left mounted; exFAT and a missing partition can be
told apart only where the firmware has `readblocks`. Facts: docs/boards.md ("SD card").
"""

import os

import machine

from modemflash.board.store import sync
from modemflash.board.words import CardProblem

MOUNT = "/sd"
SECTOR = 512

# What PCs leave on a card by themselves; names that begin with a dot count the same.
_LITTER = ("System Volume Information", "$RECYCLE.BIN", "LOST.DIR")
_NEVER_IN_NAMES = '"*:<>?|\\\x7f'


class Card:
    """The medium of a job: the SD card, or /flash, which needs no mounting.

    Args:
        path: where its files are, such as /sd, /sd/folder, /flash.

    Attributes:
        root: where log and results go.
        writable: False once a write failed: after that nothing is tried any more.
    """

    def __init__(self, path: str = MOUNT) -> None:
        self.path = path.rstrip("/") or "/"
        self.root = "/" + self.path.split("/")[1]
        self.writable = True
        self._sd = None  # type: Any
        self._found_mounted = False

    def mount(self) -> "list[str]":
        """Make the card readable.

        Returns:
            The names in its root, without what PCs leave behind.

        Raises:
            CardProblem: the code says which step failed.
        """
        if self.root == MOUNT and exists(MOUNT):
            self._found_mounted = not self._sd
        elif self.root == MOUNT:
            try:
                sd = machine.SD()
            except OSError:
                raise CardProblem("card-absent")
            try:
                os.mount(sd, MOUNT)  # type: ignore[attr-defined]
            except OSError:
                code = diagnose(sd)
                _quietly(sd.deinit)
                raise CardProblem(code)
            self._sd = sd
        return readable_names(self.root)

    def unmount(self) -> None:
        """Let the card go, when it was mounted here: the user's program may want to mount it."""
        if self._sd and not self._found_mounted:
            self._let_go()

    def renew(self) -> bool:
        """Mount anew a card that went away and came back. False while it is not there."""
        if self.root != MOUNT:
            return exists(self.root)
        self._let_go()
        found_mounted = self._found_mounted
        try:
            self.mount()
        except CardProblem:
            return False
        finally:
            self._found_mounted = found_mounted
        return True

    def append(self, path: str, text: str) -> bool:
        """Put a text behind the end of a file; False where the card did not take it."""
        return self.change(_append, path, text)

    def replace(self, path: str, data: bytes) -> bool:
        """Make a file of these bytes; False where the card did not take them."""
        return self.change(_replace, path, data)

    def change(self, deed: "Callable[..., object]", *words: "Any") -> bool:
        """Do something that writes.

        Where it fails the card is mounted anew: FAT keeps the sector that it could
        not write, and from then on refuses to read as well.
        """
        if self.writable:
            try:
                deed(*words)
                sync()
            except OSError:
                self.writable = False
                self.renew()
        return self.writable

    def _let_go(self) -> None:
        _quietly(unmounting(), MOUNT)
        if self._sd:
            _quietly(self._sd.deinit)
        self._sd = None


def _append(path: str, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)


def _replace(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def unmounting() -> "Callable[[str], object]":
    """The word for it, by release."""
    return getattr(os, "umount", None) or os.unmount  # type: ignore[attr-defined, no-any-return]


def diagnose(sd: "Any") -> str:
    """Why a card that answers cannot be mounted."""
    read = getattr(sd, "readblocks", None)
    if read is None:
        return "card-not-mountable"
    sector = bytearray(SECTOR)
    try:
        read(0, sector)
        if bytes(sector[510:]) != b"\x55\xaa":
            return "card-no-partition"
        kind = sector[450]  # of the first partition; the letters below stand in a boot sector
        if b"FAT" not in (bytes(sector[54:57]), bytes(sector[82:85]), bytes(sector[5:8])):
            if kind in (0, 0xEE):
                return "card-no-partition"
            first = sector[454] | sector[455] << 8 | sector[456] << 16 | sector[457] << 24
            read(first, sector)
    except OSError:
        return "card-not-ready"
    return "card-exfat" if bytes(sector[3:8]) == b"EXFAT" else "card-not-mountable"


def readable_names(folder: str) -> "list[str]":
    """The names in a folder, without litter.

    Raises:
        CardProblem: `card-unreadable`, `card-empty`.
    """
    try:
        names = os.listdir(folder)
    except (OSError, UnicodeError):  # a release that checks UTF-8 trips over rubbish
        raise CardProblem("card-unreadable")
    for name in names:
        for letter in name:
            if letter < " " or letter in _NEVER_IN_NAMES:
                raise CardProblem("card-unreadable", repr(name))
    names = sorted([name for name in names if name[:1] != "." and name not in _LITTER])
    if not names:
        raise CardProblem("card-empty")
    return names


def exists(path: str) -> bool:
    """Whether there is such a file or folder."""
    return size_of(path) is not None


def size_of(path: str) -> "int | None":
    """Bytes of a file, -1 for a folder, None where there is neither."""
    try:
        stat = os.stat(path)
    except OSError:  # a number or a text, by release
        # 1.18 knows no stat of a mount point
        return -1 if path.count("/") == 1 and path[1:] in os.listdir("/") else None
    return -1 if stat[0] & 0x4000 else stat[6]


def _quietly(deed: "Callable[..., object]", *words: "Any") -> None:
    try:
        deed(*words)
    except (OSError, ValueError):
        pass


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable
