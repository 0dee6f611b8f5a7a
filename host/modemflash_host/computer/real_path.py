"""Where a path leads once its links are followed, also where the current folder is not there any more."""

from __future__ import annotations

import os


def real_path(path: str | os.PathLike[str]) -> str:
    """The path without links; as it is where nobody can say: relative to a folder that was removed."""
    try:
        return os.path.realpath(path)
    except OSError:
        return os.fspath(path)
