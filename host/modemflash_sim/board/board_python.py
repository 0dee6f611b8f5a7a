"""The Python of a board with a console: the board's MicroPython process, in virtual time.

Rules that hold here: it only keeps what the process said until the console looks; starting,
typing and ending are the process's business. See `python.Python`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from modemflash_sim.board.python import Poll


class Process(Protocol):
    """What the console does to the process of a board."""

    def start_python(self, scripts: Sequence[str]) -> None:
        """A new Python: after a hard reset with new hardware, after a soft one with the same."""

    def give_code(self, code: bytes, at_prompt: bool) -> None:
        """What was typed."""

    def end_python(self) -> None:
        """It is over, as by a reset."""


class BoardPython:
    """A `Python` of `process`.

    Attributes:
        out, ended, events: see `Poll`.
        interrupted: Ctrl-C was typed, and the program has not got it yet.
    """

    def __init__(self, process: Process) -> None:
        self._process = process
        self.out = b""
        self.ended: bytes | None = None
        self.events: list[str] = []
        self.interrupted = False

    def start(self, scripts: Sequence[str]) -> None:
        """See `Python.start`."""
        self.close()
        self._process.start_python(scripts)

    def begin(self, code: bytes, at_prompt: bool) -> None:
        """See `Python.begin`."""
        self._process.give_code(code, at_prompt)

    def interrupt(self) -> None:
        """See `Python.interrupt`."""
        self.interrupted = True

    def poll(self) -> Poll:
        """See `Python.poll`."""
        seen = Poll(self.out, self.ended, tuple(self.events))
        self.out, self.ended, self.events = b"", None, []
        return seen

    def close(self) -> None:
        """See `Python.close`."""
        self._process.end_python()
        self.out, self.ended, self.events, self.interrupted = b"", None, [], False
