"""Making files and folders of our own, in one place.

Rules: files are 0600 and folders 0700, whatever the umask is; what is written
is a regular file of one name: no link is followed, no pipe is waited for, and
what a hard link leads to keeps its bytes; a file that was there keeps nothing of
its content and none of its rights for others.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from modemflash_host.store.regular_file import CAREFULLY, NotRegular, only_regular, open_regular

PRIVATE, SHARED = 0o600, 0o644
"""Rights of a file: for its owner alone, and for everybody to read."""

_FOLDER = 0o700
_NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


def new_file(path: Path, *, replace: bool = True, rights: int = PRIVATE) -> BinaryIO:
    """An empty regular file, open for writing.

    Args:
        path: its name.
        replace: an old file of that name is emptied; without it that is an error.
        rights: `PRIVATE` or `SHARED`.

    Raises:
        FileExistsError: it is there already.
        NotRegular: a link, a pipe or a device is there.
        OSError: it cannot be made.
    """
    with suppress(FileNotFoundError):
        status = path.lstat()
        only_regular(status)
        if replace and status.st_nlink > 1:
            os.unlink(path)  # noqa: PTH108
    flags = os.O_WRONLY | os.O_CREAT | CAREFULLY | _NOFOLLOW | (0 if replace else os.O_EXCL)
    descriptor = os.open(path, flags, rights)
    try:
        status = os.fstat(descriptor)
        only_regular(status)
        if status.st_nlink > 1:
            raise NotRegular(errno.EMLINK, "it is a link to another file")
        if os.name == "posix" and status.st_mode & 0o777 & ~rights:
            with suppress(PermissionError):  # of another user, who shares the folder with us
                os.fchmod(descriptor, rights)
        os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "wb")


def may_replace(path: Path, start: bytes) -> bool:
    """Whether nothing of somebody else's is there: no file, an empty one, or one of ours.

    Args:
        path: where a file shall be written.
        start: the first bytes of every file of that kind.
    """
    if not os.path.lexists(path):
        return True
    try:
        with open_regular(path, follow=False) as file:
            there = file.read(len(start))
    except OSError:
        return False
    return there in (b"", start)


def new_folders(base: Path, *parts: str) -> list[Path]:
    """Make a folder below `base`, and each one on the way to it.

    Args:
        base: links in its own path are followed; it is made where it is missing.
        parts: names below it; none of them may be a link.

    Returns:
        What was made.

    Raises:
        NotADirectoryError: something else is there, or a link.
        OSError: it cannot be made.
    """
    missing = [each for each in (base, *base.parents) if not each.exists()]
    made = [each for each in reversed(missing) if _made(each)]
    path = base
    for part in parts:
        path /= part
        if _made(path):
            made.append(path)
        elif path.is_symlink() or not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is a link or no folder", str(path))
    return made


def _made(path: Path) -> bool:
    try:
        path.mkdir(_FOLDER)
    except FileExistsError:
        return False
    return True
