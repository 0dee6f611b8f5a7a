"""The Python behind a simulated console, as the console sees it.

Rule: a console never waits for its Python; it looks at what happened since the last look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Poll:
    """What a Python did since the last look.

    Attributes:
        out: what it printed, with line ends as a program writes them.
        ended: the traceback of what ran, empty when it ended well; None while it runs.
        events: what it did to its console: "detach", "attach", "deaf", "hears", "reset".
    """

    out: bytes = b""
    ended: bytes | None = None
    events: tuple[str, ...] = ()


class Python(Protocol):
    """A Python with the board's modules and files."""

    def start(self, scripts: Sequence[str]) -> None:
        """Forget everything and run these scripts of /flash, one after another."""

    def begin(self, code: bytes, at_prompt: bool) -> None:
        """Run code; at the prompt the value of an expression is printed."""

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in what runs."""

    def poll(self) -> Poll:
        """What happened since the last look."""

    def close(self) -> None:
        """End it."""
