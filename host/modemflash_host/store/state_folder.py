"""Where the program keeps what must outlive a run: journals, runs, reports, crash files.

`MODEMFLASH_HOME` names the folder; without it, it is the user's state folder
of the operating system. Under sudo the user is the one who called it: a journal
that only root finds would be missing in the next run without sudo; so what is
new there also belongs to that user.

Rules: below the folder nothing is a link, and under sudo nothing below the
caller's home: root neither makes nor gives away what a link leads to; what is
given away is what was just made, by its descriptor and not by its name; a folder
that is not named in full belongs to nobody, and is not made.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from modemflash_host.store.new_file import new_file, new_folders

_ADVICE = "MODEMFLASH_HOME can name another folder"


class Caller(NamedTuple):
    """Who called sudo."""

    uid: int
    gid: int
    home: Path


def state_folder(*parts: str) -> Path:
    """The folder (or a folder below it), made when it is not there.

    Raises:
        OSError: it cannot be made; `strerror` says what could be done.
    """
    try:
        base, below = _root()
        made = new_folders(base, *below, *parts)
    except OSError as error:
        raise advised(error) from error
    for each in made:
        _give_folder(each)
    return base.joinpath(*below, *parts)


def advised(error: OSError) -> OSError:
    """The same error, with what could be done about it."""
    return OSError(error.errno, f"{error.strerror}; {_ADVICE}", *(filter(None, [error.filename])))


def kept_file(path: Path, *, replace: bool = True) -> BinaryIO:
    """As `new_file`; under sudo a file that was not there before belongs to who called it.

    Raises:
        OSError: as `new_file`.
    """
    try:
        file = new_file(path, replace=False)
    except FileExistsError:
        if not replace:
            raise
        return new_file(path)
    give_to_caller(file.fileno())
    return file


def give_to_caller(descriptor: int) -> None:
    """Under sudo: an open file that was just made belongs to who called it. Otherwise nothing."""
    if (caller := sudo_caller()) is not None:
        _give(descriptor, caller)


def sudo_caller() -> Caller | None:
    """Who called sudo; None where nobody did."""
    name = os.environ.get("SUDO_USER", "")
    if name in ("", "root") or os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    try:
        known = pwd.getpwnam(name)
    except KeyError:
        return None
    return Caller(known.pw_uid, known.pw_gid, Path(known.pw_dir))


def _root() -> tuple[Path, tuple[str, ...]]:
    """The folder whose own path may have links, and the names below it that may not be any."""
    home = os.environ.get("MODEMFLASH_HOME")
    caller = sudo_caller()
    if home:
        path = Path(home).absolute()
        return (path.parent, (path.name,)) if caller is not None and path.name else (path, ())
    if caller is not None:
        below = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
        return caller.home, (*below.split("/"), "modemflash")
    import platformdirs  # costs start-up time, and most commands never need it

    try:
        path = Path(platformdirs.user_state_dir("modemflash", appauthor=False))
    except RuntimeError:  # some releases say so
        path = Path("~")
    if not path.is_absolute():  # no HOME, or one that is a part of a path, and nobody of this name
        raise OSError(errno.ENOENT, "this user has no home folder")
    return path, ()


def _give_folder(path: Path) -> None:
    """Under sudo: let a new folder belong to who called it, unless a link leads to it."""
    caller = sudo_caller()
    if caller is None:
        return
    below_home = path.is_relative_to(caller.home)  # links may lead to that itself
    start = caller.home if below_home else Path(path.anchor)
    with suppress(OSError):
        descriptor = os.open(start, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in path.relative_to(start).parts:
                above = descriptor
                descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
                os.close(above)
            _give(descriptor, caller)
        finally:
            os.close(descriptor)


def _give(descriptor: int, caller: Caller) -> None:
    with suppress(OSError):  # a file system without owners is no reason to lose a journal
        if os.fstat(descriptor).st_uid == os.getuid():
            os.fchown(descriptor, caller.uid, caller.gid)
