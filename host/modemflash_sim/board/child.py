"""The MicroPython process of a board: started, asked, answered, killed.

Rules that hold here: it knows no time but the one that it is given; what it printed
before a request is heard before that request; it is ended by its own handle
and at a deadline, so nothing stays behind.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from modemflash_sim.board.requests import ANSWER, REQUEST

INSIDE = Path(__file__).parent / "inside"


class BoardStuck(Exception):
    """The board's process neither asked nor ended before its deadline, and was killed."""


class Request(NamedTuple):
    """What the board asks, see `requests`; before it came `looks` that took `looks_us`."""

    op: int
    a: int
    b: int
    data: bytes
    looks: int = 0
    looks_us: int = 0


class Still(NamedTuple):
    """What the board's side may answer itself, see `requests`."""

    most_looks: int
    cost_us: int
    still_us: int


NOT_STILL = Still(0, 0, 0)


class Started(NamedTuple):
    """A MicroPython process.

    Attributes:
        process: it.
        printed: what it prints; a read never waits.
        heard, told: the ends of two pipes, from it and to it.
    """

    process: subprocess.Popen[bytes]
    printed: IO[bytes]
    heard: int
    told: int


def start_python(interpreter: Path, heap: str, before: Sequence[Path], behind: Sequence[str] = ()) -> Started:
    """Start one with a script, which is told the numbers of the other ends of both pipes.

    Args:
        interpreter: the MicroPython.
        heap: of its Python, as `-X heapsize=` takes it.
        before: the script, and its arguments before those numbers.
        behind: its arguments behind them.
    """
    heard, child_out = os.pipe()
    child_in, told = os.pipe()
    process = subprocess.Popen(
        [interpreter, "-X", "heapsize=" + heap, *before, str(child_in), str(child_out), *behind],
        pass_fds=(child_in, child_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "MICROPYPATH": str(INSIDE)},
    )
    os.close(child_in)
    os.close(child_out)
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    return Started(process, process.stdout, heard, told)


class Child:
    """One run of a board's Python, from a boot to the next.

    Args:
        interpreter: the MicroPython.
        heap: of its Python, as `-X heapsize=` takes it.
        deadline_s: real time that it may compute without asking.
    """

    def __init__(self, interpreter: Path, heap: str, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._process, self._printed, self._requests, self._answers = start_python(
            interpreter, heap, [INSIDE / "start.py"]
        )

    def request(self) -> Request | None:
        """The next request; None when the process has gone.

        Raises:
            BoardStuck: none came before the deadline.
        """
        head = self._exactly(REQUEST.size)
        if not head:
            return None
        op, length, a, b, looks, looks_us = REQUEST.unpack(head)
        return Request(op, a, b, self._exactly(length) if length else b"", looks, looks_us)

    def answer(self, status: int, number: int, data: bytes, ticks_us: int, still: Still = NOT_STILL) -> None:
        """Answer the last request; a process that has gone does not mind."""
        ticks_ms, rest_us = divmod(ticks_us, 1000)
        head = ANSWER.pack(status, len(data), number, ticks_ms, rest_us, *still)
        try:
            os.write(self._answers, head + data)
        except BrokenPipeError:
            pass

    def printed(self) -> bytes:
        """What it printed since the last call."""
        try:
            return os.read(self._printed.fileno(), 65536)
        except BlockingIOError:
            return b""

    def kill(self) -> bytes:
        """End it, as a power cut does; what it had printed last."""
        self._process.kill()
        self._process.wait()
        last = self.printed()
        self._printed.close()
        os.close(self._requests)
        os.close(self._answers)
        return last

    def _exactly(self, count: int) -> bytes:
        got = b""
        deadline = time.monotonic() + self._deadline_s
        while len(got) < count:
            patience_s = deadline - time.monotonic()
            if patience_s <= 0 or not select.select([self._requests], [], [], patience_s)[0]:
                raise BoardStuck(f"no request for {self._deadline_s:.0f} s")
            piece = os.read(self._requests, count - len(got))
            if not piece:
                return b""
            got += piece
        return got
