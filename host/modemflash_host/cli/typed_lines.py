"""Lines that a person types while something else goes on; Windows cannot wait for a console."""

from __future__ import annotations

import queue
import threading
from typing import TextIO


class TypedLines:
    """Reads a stream in a thread that ends with the program.

    Args:
        stream: standard input.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="typed lines", daemon=True).start()

    def _read(self) -> None:
        line = "\n"
        while line:
            try:
                line = self._stream.readline()
            except (OSError, ValueError):
                line = ""
            self._lines.put(line)

    def next(self) -> str | None:
        """The next line; None where none is there yet, "" at the end of the stream, once."""
        try:
            return self._lines.get_nowait()
        except queue.Empty:
            return None
