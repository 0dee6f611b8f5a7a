"""Foreign programs that are run, not imported: each with our deadline, ended by its own handle.

Rules: they are installed with this package and run by this Python, so no PATH
decides which one it is; their words are kept for the log, only the last line is
shown; nothing of theirs is waited for without end (a mute port makes some
hang for minutes). Firmware is unpacked in the current folder, and anybody may
have put an `esptool.py`, a `serial.py` or an `esptool.cfg` beside it: a foreign
program is run in an empty folder of its own, so that neither it, nor what it
imports, nor its settings come from there.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from modemflash_host.errors import BoardProblem
from modemflash_host.links.names import is_address

_SLICE_S = 0.2


class ToolProblem(BoardProblem):
    """A foreign program is missing, failed, or took too long."""


def run_program(
    module: str, words: Sequence[str], deadline_s: float, on_wait: Callable[[], object] = lambda: None
) -> str:
    """Run an installed module as a program.

    Args:
        module: as in `python -m MODULE`.
        words: its arguments.
        deadline_s: how long it may take; then it is killed.
        on_wait: called several times a second while it works.

    Returns:
        What it printed.

    Raises:
        ToolProblem: `tool-missing`, `tool-too-slow`, or `tool-failed` with its words as `raw`.
    """
    if not is_installed(module):
        raise ToolProblem("tool-missing", module)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="modemflash-", ignore_cleanup_errors=True) as folder,
            subprocess.Popen(
                [sys.executable, "-m", module, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,  # which `-m` puts first in the path; Python 3.10 has no `-P`
            ) as process,
        ):
            out, is_late = _awaited(process, deadline_s, on_wait)
    except OSError as error:
        raise ToolProblem("tool-failed", f"{module}: {error.strerror}") from error
    if is_late:
        raise ToolProblem("tool-too-slow", f"{module}, {deadline_s:.0f} s", raw=out)
    said = out.decode("utf-8", "replace")
    if process.returncode:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise ToolProblem("tool-failed", f"{module}: {lines[-1] if lines else 'no word'}", raw=out)
    return said


def _awaited(
    process: subprocess.Popen[bytes], deadline_s: float, on_wait: Callable[[], object]
) -> tuple[bytes, bool]:
    """What it printed, and whether it was ended by us."""
    end = time.monotonic() + deadline_s
    try:
        while True:
            try:
                return process.communicate(timeout=min(_SLICE_S, max(0.0, end - time.monotonic())))[0], False
            except subprocess.TimeoutExpired:
                if time.monotonic() >= end:
                    process.kill()
                    return process.communicate()[0], True
            on_wait()
    except BaseException:
        process.kill()
        raise


def is_installed(module: str) -> bool:
    """Whether a module can be run as a program."""
    return importlib.util.find_spec(module) is not None


def port_for_program(port: str) -> str:
    """A port's name as it must be said to a program that has another current folder."""
    is_relative = os.name == "posix" and not is_address(port) and os.path.lexists(port)
    return str(Path(port).absolute()) if is_relative else port
