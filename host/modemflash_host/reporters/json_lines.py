"""JSON Lines: every event one object on one line, the result last (docs/json.md).

Rules: a documented interface, so fields are only ever added; progress is told
once a second and when it is complete.
"""

from __future__ import annotations

import json
from typing import Any, TextIO

from modemflash_host.reporters import Event, Sink
from modemflash_host.reporters.paced_progress import PacedProgress
from modemflash_host.reporters.words import printable


class JsonLines(Sink):
    """The sink for scripts.

    Args:
        out: where the lines go.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._progress = PacedProgress()

    def report(self, event: Event, at_s: float) -> None:
        """Write one line."""
        if not self._progress.passes(event):
            return
        line = {"event": event["event"], "at_s": round(at_s, 3), **event}
        if event["event"] == "result":
            del line["at_s"]  # its fields are fixed
        self._out.write(json.dumps(line, default=_plain) + "\n")
        self._out.flush()


def _plain(value: Any) -> Any:
    """Bytes as printable text, anything else as its own text."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return printable(value)
