"""The file of a simulated device that is kept between commands: read, replaced, and used by one at a time.

Rules: only a regular file is read, nothing is waited for, and nothing is read
without a bound; what is written comes whole or not at all, and through no link.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_MOST_BYTES = 1 << 20
_CAREFULLY = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))


class SoleUser:
    """The right to a state file, until it is closed or its process ends.

    Args:
        path: of the state file; the lock is a file beside it.

    Raises:
        OSError: EBUSY: another command has it; or no file can be made there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        while True:
            self._descriptor = _opened(self._path, os.O_RDWR | os.O_CREAT)
            try:
                _lock(self._descriptor)
                if self._is_there():
                    return
            except OSError as error:
                os.close(self._descriptor)
                raise OSError(errno.EBUSY, "another command has this simulated modem", str(path)) from error
            os.close(self._descriptor)  # whoever had it took the file away between open and lock

    def close(self) -> None:
        """Let the next one have it. May be called twice."""
        if self._descriptor < 0:
            return
        with suppress(OSError):  # Windows: while it is open
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = -1

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.lstat())
        except FileNotFoundError:
            return False


def read(path: Path, most_bytes: int = _MOST_BYTES) -> str:
    """The text of a state file.

    Raises:
        ValueError: it is something else, too large, or no text.
        OSError: it cannot be read.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | (_CAREFULLY & ~getattr(os, "O_NOFOLLOW", 0))), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > most_bytes:
            raise ValueError("it is too large, or no file")
        return file.read(most_bytes).decode("utf-8")


def read_json(path: Path, most_bytes: int = _MOST_BYTES) -> Any:
    """What a state file holds, as JSON gives it; a number that is none is an error.

    Raises:
        ValueError: as `read`; or it is no JSON.
        OSError: it cannot be read.
    """
    try:
        return json.loads(read(path, most_bytes), parse_constant=_never)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _never(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def write(path: Path, text: str) -> None:
    """Replace a state file, all of it or nothing.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(path.name + ".new")
    with suppress(FileNotFoundError):  # a killed program's; nothing of it is written to, whatever it is
        beside.unlink()
    with os.fdopen(_opened(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)  # noqa: PTH105  (atomic on every system)


def _opened(path: Path, flags: int) -> int:
    """A descriptor of a regular file of ours."""
    descriptor = os.open(path, flags | _CAREFULLY, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return descriptor


def _lock(descriptor: int) -> None:
    """Lock a file that this process has open.

    Raises:
        OSError: another process has it.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
