"""Reads a capture back.

Rule: a capture is read as far as it goes; a torn last line, which a killed
program leaves, is dropped and noted, never an error; so is a line that this
program would not write, with all behind it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from modemflash_host.capture.file import FORMAT, Record
from modemflash_host.errors import Refusal
from modemflash_host.store.regular_file import open_regular

LONGEST_LINE = 1 << 20
_MOST = 1 << 53  # of a number: what every reader of JSON keeps
# Fields that readers count or walk through, and what they are.
_KINDS: dict[str, type] = {
    "at_ms": int,
    "tx": str,
    "rx": str,
    "tx_block": int,
    "crc32": str,
    "tx_same": list,
    "baud": int,
    "max_burst": int,
    "dropped": bool,
    "event": dict,
    "command": list,
    "packages": dict,
    "capture_at": str,
}
_COUNTS = ("at_ms", "tx_block", "baud", "max_burst")


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
        with io.BufferedReader(cast("io.RawIOBase", open_regular(path))) as file:
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
    if not all(type(record[name]) is kind for name, kind in _KINDS.items() if name in record):
        return False
    if "event" in record and type(record["event"].get("event")) is not str:
        return False
    if any(record.get(name, 0) < 0 for name in _COUNTS) or ("tx_block" in record and "crc32" not in record):
        return False
    texts = [record[name] for name in ("tx", "rx") if name in record]
    return all(max(map(ord, text), default=0) < 256 for text in texts) and _is_filling(record.get("tx_same"))


def _is_filling(same: list[object] | None) -> bool:
    """Whether it is a byte and how many of them; as many as a line may have."""
    if same is None:
        return True
    numbers = [each for each in same if type(each) is int]  # True is none
    return len(numbers) == len(same) == 2 and 0 <= numbers[0] < 256 and 0 <= numbers[1] <= LONGEST_LINE


def _whole(digits: str) -> int:
    if len(digits) > len(str(_MOST)) or abs(int(digits)) > _MOST:
        raise ValueError("a number that nobody writes")
    return int(digits)


def _never(name: str) -> float:
    raise ValueError(name)
