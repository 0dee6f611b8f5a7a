"""Reads a capture that may still grow: what is there, and later what came.

Rule: a line counts when its end is there; the rest of it may come with the next look.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import cast

from modemflash_host.capture.file import FORMAT, Record
from modemflash_host.capture.reading import LONGEST_LINE, record_of
from modemflash_host.errors import Refusal
from modemflash_host.store.regular_file import open_regular


class GrowingCapture:
    """An open capture.

    Args:
        path: where it is.

    Attributes:
        header: its first line.
        torn: what stands at its end is no whole line.
        ended: a line was no line of a capture: nothing behind it is read.

    Raises:
        Refusal: `no-such-file`, or `not-a-capture`.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = io.BufferedReader(cast("io.RawIOBase", open_regular(path)))
        except OSError as error:
            raise Refusal("no-such-file", f"{path}: {error.strerror}") from error
        self._rest = b""
        self.ended = False
        first = next(self.more(), None)
        if first is None or first.get("capture") != FORMAT:
            self._file.close()
            raise Refusal("not-a-capture", str(path))
        self.header = first

    def __enter__(self) -> GrowingCapture:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def torn(self) -> bool:
        """See the attributes."""
        return self.ended or bool(self._rest)

    def more(self) -> Iterator[Record]:
        """The whole lines that came since the last look."""
        while not self.ended and (line := self._file.readline(LONGEST_LINE)):
            line = self._rest + line
            if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                self._rest = line
                return
            self._rest = b""
            record = record_of(line)
            if record is None:
                self.ended = True
                return
            yield record
