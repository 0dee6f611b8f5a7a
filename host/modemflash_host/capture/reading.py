"""Reads a capture back.

Rule: a capture is read as far as it goes; a torn last line, which a killed
program leaves, is dropped and noted, never an error; so is a line that this
program would not write, with all behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modemflash_host.capture.file import FORMAT, Record
from modemflash_host.errors import Refusal

LONGEST_LINE = 1 << 20
_MOST = 1 << 53  # of a number: what every reader of JSON keeps
# Fields that readers count or walk through, and what they are.
_KINDS: dict[str, type] = {
    "at_ms": int,
    "tx_block": int,
    "event": dict,
    "command": list,
    "packages": dict,
    "capture_at": str,
}


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

    def events(self) -> Iterator[Record]:
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
            while line := file.readline(LONGEST_LINE):
                record = record_of(line)
                if record is None:
                    torn = True
                    break
                records.append(record)
    except OSError as error:
        raise Refusal("no-such-file", f"{path}: {error.strerror}") from error
    if not records or records[0].get("capture") != FORMAT:
        raise Refusal("not-a-capture", str(path))
    return Capture(records[0], tuple(records[1:]), torn)


def record_of(line: bytes) -> Record | None:
    """A whole line's record; None for a torn one."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = json.loads(line, parse_int=_whole, parse_constant=_never)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and _is_ours(record) else None


def _is_ours(record: Record) -> bool:
    kinds = all(type(record[name]) is kind for name, kind in _KINDS.items() if name in record)
    return kinds and ("event" not in record or type(record["event"].get("event")) is str)


def _whole(digits: str) -> int:
    if len(digits) > len(str(_MOST)) or abs(int(digits)) > _MOST:
        raise ValueError("a number that nobody writes")
    return int(digits)


def _never(name: str) -> float:
    raise ValueError(name)
