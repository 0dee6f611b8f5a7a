"""Where a program of the system is.

Rule: the current folder is no place for one, whatever PATH says and whichever
system it is: firmware is unpacked there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def find_program(name: str) -> str | None:
    """The absolute path of an installed program; None where there is none."""
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    here = os.path.realpath(os.curdir)
    for place in places:
        if not Path(place).is_absolute() or os.path.realpath(place) == here:
            continue
        found = shutil.which(str(Path(place) / name))  # a name with a folder is looked for nowhere else
        if found is not None:
            return found
    return None
