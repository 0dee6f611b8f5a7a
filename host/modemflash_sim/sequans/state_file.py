"""A simulated modem in a file, so that it is kept between commands.

Rules that hold here: the file is JSON that a person can read, with a format
number; it is replaced as a whole or not at all; a file that is not understood
is refused, never repaired; it has one user at a time. What is lost: the bytes of an image that
is being taken (its session is kept and must start anew), half an AT line, and
output that has not left yet.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from modemflash_sim.plain_data import made
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.memory import Live, Memory, Session
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import Profile
from modemflash_sim.sequans.verdict import Record

FORMAT = "modemflash simulated modem"
FORMAT_NUMBER = 1
_MOST_BYTES = 1 << 20
_CAREFULLY = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))


class BadStateFile(ValueError):
    """The file does not hold a simulated modem, or not this one."""


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


def save(modem: SimModem, path: Path) -> None:
    """Write the modem to `path`, all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    session = modem.session
    content = {
        "format": FORMAT,
        "number": FORMAT_NUMBER,
        "profile": modem.profile.name,
        "now_us": modem.now_us,
        "memory": dataclasses.asdict(modem.memory),
        "live": dataclasses.asdict(modem.live),
        "session": None if session is None else dataclasses.asdict(session),
        "record": dataclasses.asdict(modem.record),
    }
    beside = path.with_name(path.name + ".new")
    with suppress(FileNotFoundError):  # a killed program's; nothing of it is written to, whatever it is
        beside.unlink()
    with os.fdopen(_opened(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=1) + "\n")
    os.replace(beside, path)  # noqa: PTH105  (atomic on every system)


def load(
    path: Path,
    profile: Profile,
    assumptions: Assumptions | None = None,
    faults: Faults | None = None,
    seed: int = 0,
) -> SimModem:
    """The modem in `path`. Assumptions and faults are not in the file: they are given anew.

    Raises:
        BadStateFile: the file holds something else.
        OSError: the file cannot be read.
    """
    try:
        content = json.loads(_read(path), parse_constant=_never)
    except (ValueError, RecursionError) as error:
        raise BadStateFile(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadStateFile(f"{path} does not hold a simulated modem")
    if content.get("number") != FORMAT_NUMBER:
        raise BadStateFile(f"{path} is of format {content.get('number')}, this program reads {FORMAT_NUMBER}")
    if content.get("profile") != profile.name:
        raise BadStateFile(f"{path} holds a {content.get('profile')}, not a {profile.name}")
    try:
        modem = SimModem(
            profile,
            assumptions,
            faults,
            seed=seed,
            now_us=made(int, content.get("now_us"), "now_us"),
            memory=made(Memory, content.get("memory"), "memory"),
            live=made(Live, content.get("live"), "live"),
            record=made(Record, content.get("record"), "record"),
        )
        session = made(Session | None, content.get("session"), "session")
        if session is not None:
            modem.resume(session)
    except (ValueError, OverflowError) as error:
        raise BadStateFile(f"{path} is damaged: {error}") from error
    return modem


def _read(path: Path) -> str:
    """A state file's text, of a regular file only: nothing is waited for."""
    with os.fdopen(os.open(path, os.O_RDONLY | (_CAREFULLY & ~getattr(os, "O_NOFOLLOW", 0))), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise BadStateFile("it is too large, or no file")
        return file.read(_MOST_BYTES).decode("utf-8")


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


def _never(name: str) -> float:
    raise ValueError(name)
