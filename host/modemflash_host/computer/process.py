"""Whether a process of this computer is there.

Rule: only looks; on Windows the usual way of asking (signal 0) would end it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PROGRAM = "modemflash"
_QUERY_LIMITED = 0x1000
_STILL_ACTIVE = 259


def is_running(pid: int, name: str = "") -> bool:
    """Whether a process runs.

    Args:
        pid: its number.
        name: must stand in its command line, where that can be read: numbers are given again.
    """
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _is_running_windows(pid)
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True  # no such folder on this system, or not ours to read
    return name.encode() in line


def is_stopped(pid: int) -> bool:
    """Whether a process was stopped (SIGSTOP) and does nothing for now; False where nobody can say."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in (b"T", b"t")
    except (OSError, IndexError):
        return False


def is_at_work(pid: int) -> bool:
    """Whether it is another process of this program, which runs and was not stopped."""
    return pid != os.getpid() and is_running(pid, _PROGRAM) and not is_stopped(pid)


def _is_running_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == _STILL_ACTIVE
