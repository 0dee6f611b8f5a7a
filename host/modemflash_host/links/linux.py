"""What only Linux can say about a serial port: who holds it, and whether it is one at all.

Everything here is best effort: where /proc is absent or another user's
process is not readable, the answer is the empty string, or "it may be".
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from modemflash_host.computer.real_path import real_path

_COMM_CHARS = 15  # the kernel keeps no more of a name
_DRIVERS = Path("/proc/tty/drivers")


def holder_of(device: str) -> str:
    """Another process that has the device open, such as "picocom (4711)"; "" when none is seen."""
    pid = holder_pid(device)
    return f"{_name_of(Path('/proc', str(pid)))} ({pid})" if pid else ""


def holder_pid(device: str) -> int:
    """The number of another process that has the device open; 0 when none is seen.

    Who makes a pseudo terminal, and mostly has both ends open, is no holder of it.
    """
    target = real_path(device)
    own = str(os.getpid())
    for process in _entries(Path("/proc")):
        if (
            process.name.isdigit()
            and process.name != own
            and target in map(_leads_to, _entries(process / "fd"))
            and not _makes(process, target)
        ):
            return int(process.name)
    return 0


def may_be_serial(device: str) -> bool:
    """Whether a device may be a serial port. It is not opened: that alone can reset what hangs at one."""
    try:
        found = os.stat(device)  # noqa: PTH116 (of a device, not of a file of ours)
        rows = _DRIVERS.read_text().splitlines()
    except OSError:
        return True  # not there, or not Linux: opening it will tell
    if not stat.S_ISCHR(found.st_mode):
        return False
    major, minor = os.major(found.st_rdev), os.minor(found.st_rdev)
    for row in rows:  # driver, device, major number, one minor number or a range of them, kind
        number, minors = row.split()[-3:-1]
        first, _, last = minors.partition("-")
        if major == int(number) and int(first) <= minor <= int(last or first):
            return True
    return False


def is_running(name: str) -> bool:
    """Whether some user's process has this name."""
    return any(
        process.name.isdigit() and _name_of(process) == name[:_COMM_CHARS]
        for process in _entries(Path("/proc"))
    )


def _makes(process: Path, device: str) -> bool:
    """Whether a process has the other end of this pseudo terminal."""
    number = device.removeprefix("/dev/pts/")
    return number != device and any(
        _leads_to(end) in ("/dev/ptmx", "/dev/pts/ptmx")
        and f"tty-index:\t{number}\n" in _text(process / "fdinfo" / end.name)
        for end in _entries(process / "fd")
    )


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _entries(folder: Path) -> list[Path]:
    """What is in a folder; nothing when it is gone or somebody else's."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _leads_to(link: Path) -> str:
    try:
        return os.readlink(link)  # noqa: PTH115 (sockets and pipes are no paths)
    except OSError:
        return ""


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a process"
