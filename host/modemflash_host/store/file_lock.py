"""Whether a file is in use by a process that still lives.

Rule: the lock is the system's and ends with the process, however that ends, so
nothing has to be cleaned up; where a system has none, an open file cannot be
removed there anyway.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from modemflash_host.store.regular_file import open_regular

if sys.platform != "win32":
    import fcntl


def hold(descriptor: int) -> bool:
    """Hold an open file as long as this process has it open; False where another has it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
    return True


def is_held(path: Path) -> bool:
    """Whether a process holds the file.

    Raises:
        OSError: it is no regular file, or cannot be opened.
    """
    with open_regular(path, follow=False) as file:
        if sys.platform != "win32":
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:  # a file system without locks
                return False
        return False


def remove_unheld(path: Path) -> None:
    """Remove a regular file, unless a process holds it.

    Raises:
        OSError: it is something else, or cannot be removed.
    """
    if not is_held(path):
        os.unlink(path)  # noqa: PTH108
