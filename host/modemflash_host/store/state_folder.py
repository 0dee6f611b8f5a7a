"""Where the program keeps what must outlive a run: journals and crash files.

`MODEMFLASH_HOME` names the folder; without it, it is the user's state folder
of the operating system. Under sudo the user is the one who called it: a journal
that only root finds would be missing in the next run without sudo; so what is
new there also belongs to that user.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Caller(NamedTuple):
    """Who called sudo."""

    uid: int
    gid: int
    home: Path


def state_folder(*parts: str) -> Path:
    """The folder (or a folder below it), made when it is not there.

    Raises:
        OSError: it cannot be made.
    """
    folder = _root().joinpath(*parts)
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        give_to_caller(made)
    return folder


def give_to_caller(path: Path) -> None:
    """Under sudo: let a new file or folder belong to who called it. Otherwise nothing."""
    caller = sudo_caller()
    if caller is not None:
        with suppress(OSError):  # a file system without owners is no reason to lose a journal
            os.chown(path, caller.uid, caller.gid, follow_symlinks=False)


def sudo_caller() -> Caller | None:
    """Who called sudo; None where nobody did."""
    name = os.environ.get("SUDO_USER", "")
    if os.name != "posix" or os.geteuid() != 0 or name in ("", "root"):
        return None
    import pwd

    try:
        known = pwd.getpwnam(name)
    except KeyError:
        return None
    return Caller(known.pw_uid, known.pw_gid, Path(known.pw_dir))


def _root() -> Path:
    home = os.environ.get("MODEMFLASH_HOME")
    if home:
        return Path(home)
    caller = sudo_caller()
    if caller is not None:
        below = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
        return caller.home / below / "modemflash"
    import platformdirs  # costs start-up time, and most commands never need it

    return Path(platformdirs.user_state_dir("modemflash", appauthor=False))
