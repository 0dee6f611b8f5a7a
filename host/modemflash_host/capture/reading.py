"""Reads a capture back.

Rule: a capture is read as far as it goes; a torn last line, which a killed
program leaves, is dropped and noted, never an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modemflash_host.capture.file import FORMAT, Record
from modemflash_host.errors import Refusal

_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture that was read.

    Attributes:
        header: the first line.
        records: all others.
        torn: its last line was not whole.
    """

    header: Record
    records: tuple[Record, ...]
    torn: bool

    def events(self) -> Iterator[dict[str, Any]]:
        """What was told, in order."""
        return (record["event"] for record in self.records if "event" in record)


def read_capture(path: Path) -> Capture:
    """Read a capture whole.

    Raises:
        Refusal: `no-such-file`, or `not-a-capture`.
    """
    records: list[Record] = []
    torn = False
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                record = _record(line)
                if record is None:
                    torn = True
                    break
                records.append(record)
    except OSError as error:
        raise Refusal("no-such-file", f"{path}: {error.strerror}") from error
    if not records or records[0].get("capture") != FORMAT:
        raise Refusal("not-a-capture", str(path))
    return Capture(records[0], tuple(records[1:]), torn)


def _record(line: bytes) -> Record | None:
    """A whole line's record; None for a torn one."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
