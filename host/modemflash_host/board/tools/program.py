"""Foreign programs that are run, not imported: each with our deadline, ended by its own handle.

Rules: they are installed with this package and run by this Python, so no PATH
decides which one it is; their words are kept for the log, only the last line is
shown; nothing of theirs is waited for without end (a mute port makes mpremote
hang for minutes).
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence

from modemflash_host.errors import BoardProblem


class ToolProblem(BoardProblem):
    """A foreign program is missing, failed, or took too long."""


def run_program(module: str, words: Sequence[str], deadline_s: float) -> str:
    """Run an installed module as a program.

    Args:
        module: as in `python -m MODULE`.
        words: its arguments.
        deadline_s: how long it may take; then it is killed.

    Returns:
        What it printed.

    Raises:
        ToolProblem: `tool-missing`, `tool-too-slow`, or `tool-failed` with its words as `raw`.
    """
    if importlib.util.find_spec(module) is None:
        raise ToolProblem("tool-missing", module)
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=deadline_s,
        )
    except subprocess.TimeoutExpired as late:
        raise ToolProblem("tool-too-slow", f"{module}, {deadline_s:.0f} s", raw=late.output or b"") from None
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise ToolProblem("tool-failed", f"{module}: {lines[-1] if lines else 'no word'}", raw=done.stdout)
    return said
