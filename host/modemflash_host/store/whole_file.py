"""A file of ours under the user's name for it: it has that name when it is whole, and not before.

Rules: it is written beside, under a name that nobody has, for its owner alone
(0600); nothing that is there is overwritten; what was not finished is removed.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modemflash_host.store.state_folder import give_to_caller


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """An empty file, open for writing, that gets its name where the block ends well.

    Raises:
        FileExistsError: something is there already, at the beginning or at the end.
        OSError: it cannot be made, written, or named.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name[:64]}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            give_to_caller(file.fileno())
        _name(beside, path)
    finally:
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 (it is a name, no path of ours)


def _name(beside: str, path: Path) -> None:
    try:
        os.link(beside, path)  # fails where something is there by now
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.rename(beside, path)  # noqa: PTH104 (as above)
