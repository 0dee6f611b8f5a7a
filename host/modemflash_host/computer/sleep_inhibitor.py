"""Keeps the computer from falling asleep while a modem is being written.

Rules: whatever holds sleep off ends with this process, also when it is killed;
a system that cannot do it is told as a warning and never stops an update.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from modemflash_host.computer.home import HOME
from modemflash_host.computer.programs import find_program

_PATIENCE_S = 2.0
_READY = b"held"
# Says when it has the lock, and gives it back when our end of the pipe is closed.
_HOLD = f"echo {_READY.decode()}; exec cat"
_LINUX = (
    "systemd-inhibit", "--what=sleep:idle:handle-lid-switch", "--who=modemflash",
    "--why=A modem is being written", "--mode=block", "/bin/sh", "-c", _HOLD,
)  # fmt: skip
_MACOS = ("caffeinate", "-i", "-s", "/bin/sh", "-c", _HOLD)

_ES_CONTINUOUS = 0x80000000
_ES_SYSTEM_REQUIRED = 0x00000001


@contextmanager
def sleep_inhibited(
    on_trouble: Callable[[str], object],
    *,
    system: str = sys.platform,
    which: Callable[[str], str | None] = find_program,
    set_state: Callable[[int], int] | None = None,
    patience_s: float = _PATIENCE_S,
) -> Iterator[None]:
    """Hold sleep off for the length of the block.

    Args:
        on_trouble: told in a sentence when the system cannot do it.
        system: as `sys.platform` names it.
        which: finds programs.
        set_state: Windows' SetThreadExecutionState.
        patience_s: so long a program is waited for, when it begins and when it ends.
    """
    if HOME.sleep_inhibited is not None:
        with HOME.sleep_inhibited(on_trouble):
            yield
        return
    if system == "win32":
        set_state = set_state or _execution_state()
        if not set_state(_ES_CONTINUOUS | _ES_SYSTEM_REQUIRED):
            on_trouble(_warning("Windows did not allow it"))
        try:
            yield
        finally:
            set_state(_ES_CONTINUOUS)
        return
    command = _MACOS if system == "darwin" else _LINUX
    holder = _start(command, which, on_trouble, patience_s)
    try:
        yield
    finally:
        if holder is not None:
            _end(holder, patience_s)


def _start(
    command: Sequence[str],
    which: Callable[[str], str | None],
    on_trouble: Callable[[str], object],
    patience_s: float,
) -> subprocess.Popen[bytes] | None:
    """The program that holds sleep off, once it does; None where it does not."""
    program = which(command[0])
    if program is None:
        on_trouble(_warning(f"there is no {command[0]}"))
        return None
    try:
        holder = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # our Ctrl-C is not its, and it asks nobody for a password
        )
    except OSError as error:
        on_trouble(_warning(f"{command[0]}: {error.strerror}"))
        return None
    assert holder.stdout is not None
    ready, _, _ = select.select([holder.stdout], [], [], patience_s)
    if ready and os.read(holder.stdout.fileno(), 64).startswith(_READY):
        return holder
    _end(holder, patience_s)
    on_trouble(_warning(f"{command[0]} was not allowed to prevent sleep"))
    return None


def _end(holder: subprocess.Popen[bytes], patience_s: float) -> None:
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.close()
    holder.stdout.close()
    try:
        holder.wait(patience_s)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.wait()


def _warning(why: str) -> str:
    return f"this computer may fall asleep while the modem is written ({why}): keep it awake yourself"


def _execution_state() -> Callable[[int], int]:
    """SetThreadExecutionState; one that refuses where it is missing."""
    import ctypes

    kernel: Any = getattr(ctypes, "windll", None)
    return kernel.kernel32.SetThreadExecutionState if kernel is not None else lambda flags: 0
