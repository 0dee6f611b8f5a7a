"""Opening what lies on a disk, when nobody knows what it is.

Rules: only a regular file is opened, and opening never waits (a FIFO has no
other end, a serial port would be reset); it is looked at before it is opened
and again afterwards, because it may be another thing by then; nothing is read
without a bound.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

CAREFULLY = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC"))
"""Flags of `os.open` that every open of ours has, where the system has them."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a disk"),
    (stat.S_ISLNK, "a link"),
)


class NotRegular(OSError):
    """What is there is no regular file; `strerror` says what it is."""


class TooLarge(OSError):
    """A file has more bytes than any of its kind."""


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a regular file for reading, unbuffered.

    Args:
        path: its name.
        follow: a link to a regular file is as good.

    Raises:
        NotRegular: something else is there.
        OSError: it cannot be opened.
    """
    only_regular(path.stat() if follow else path.lstat())
    flags = os.O_RDONLY | CAREFULLY | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    file = os.fdopen(os.open(path, flags), "rb", buffering=0)
    try:
        only_regular(os.fstat(file.fileno()))
    except BaseException:
        file.close()
        raise
    return file


def read_regular(path: Path, most_bytes: int, *, follow: bool = True) -> bytes:
    """The bytes of a small regular file.

    Raises:
        NotRegular: something else is there.
        TooLarge: it has more than `most_bytes`; nothing of it was read.
        OSError: it cannot be read.
    """
    with open_regular(path, follow=follow) as file:
        if os.fstat(file.fileno()).st_size > most_bytes:
            raise TooLarge(errno.EFBIG, f"it has more than {most_bytes} bytes")
        data = bytearray()
        while piece := file.read(most_bytes + 1 - len(data)):
            data += piece
            if len(data) > most_bytes:  # it grew meanwhile
                raise TooLarge(errno.EFBIG, f"it has more than {most_bytes} bytes")
        return bytes(data)


def only_regular(status: os.stat_result) -> None:
    """Raise `NotRegular` for everything else."""
    for is_kind, words in _KINDS:
        if is_kind(status.st_mode):
            raise NotRegular(errno.EINVAL, f"it is {words}")
