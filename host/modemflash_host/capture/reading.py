"""Reads a capture back.

Rule: a capture is read as far as it goes; a torn last line, which a killed
program leaves, is dropped and noted, never an error; so is a line that this
program would not write, with all behind it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from modemflash_host import strict_json
from modemflash_host.capture.file import FORMAT, Record
from modemflash_host.errors import Refusal
from modemflash_host.store.regular_file import open_regular

LONGEST_LINE = 1 << 20
_HEAD_BYTES = 1 << 16
_TAIL_BYTES = 1 << 15
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
    "family": str,
}
_CRC32 = re.compile("[0-9a-f]{8}")
_MOST = 0xFFFFFFFF  # of milliseconds, that is seven weeks
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
    read = list(_walk(path))
    torn = bool(read) and read[-1] is None
    records = [record for record in read if record is not None]
    if not records or records[0].get("capture") != FORMAT:
        raise Refusal("not-a-capture", str(path))
    return Capture(records[0], tuple(records[1:]), torn)


@dataclass(frozen=True, slots=True)
class StreamedCapture:
    """As `Capture`, for one that may be large: it is read anew by whoever walks through it.

    Attributes:
        path: where it is.
        header, torn: see `Capture`.
    """

    path: Path
    header: Record
    torn: bool

    @property
    def records(self) -> Iterator[Record]:
        """All but the header."""
        return (record for number, record in enumerate(_walk(self.path)) if number and record is not None)

    def events(self) -> Iterator[Record]:
        """What was told, in order."""
        return (record["event"] for record in self.records if "event" in record)


def open_capture(path: Path) -> StreamedCapture:
    """A capture that is walked through; no more than a record of it is held.

    Raises:
        Refusal: as `read_capture`.
    """
    header: Record | None = None
    record: Record | None = {}
    for record in _walk(path):
        header = record if header is None else header
    if not header or header.get("capture") != FORMAT:
        raise Refusal("not-a-capture", str(path))
    return StreamedCapture(path, header, torn=record is None)


def events_of(path: Path) -> Iterator[Record]:
    """What was told, in order, as far as it is walked through; no more is read.

    Raises:
        Refusal: `no-such-file`.
    """
    return (record["event"] for record in _walk(path) if record is not None and "event" in record)


def ends_of(path: Path) -> tuple[Record, list[Record], list[Record]]:
    """Header, first and last records of a capture, however long it is: what lists need of it.

    Raises:
        Refusal: as `read_capture`.
    """
    try:
        with _opened(path) as file:
            head = file.read(_HEAD_BYTES)
            rest = file.seek(0, 2) - len(head)
            file.seek(len(head) + max(0, rest - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError as error:
        raise Refusal("no-such-file", f"{path}: {error.strerror}") from error
    lines = head.splitlines(keepends=True)
    if rest <= _TAIL_BYTES:  # nothing lies between them
        lines = (head + tail).splitlines(keepends=True)
        tail = b""
    first = [record for line in lines if (record := record_of(line)) is not None]
    last = [record for line in tail.splitlines(keepends=True) if (record := record_of(line)) is not None]
    if not first or first[0].get("capture") != FORMAT:
        raise Refusal("not-a-capture", str(path))
    return first[0], first[1:], last or first[1:]


def _opened(path: Path) -> io.BufferedReader:
    return io.BufferedReader(cast("io.RawIOBase", open_regular(path)))


def _walk(path: Path) -> Iterator[Record | None]:
    """Each record; None, as the last, for a line that is none.

    Raises:
        Refusal: `no-such-file`.
    """
    try:
        with _opened(path) as file:
            while line := file.readline(LONGEST_LINE):
                record = record_of(line)
                yield record
                if record is None:
                    return
    except OSError as error:
        raise Refusal("no-such-file", f"{path}: {error.strerror}") from error


def record_of(line: bytes) -> Record | None:
    """A whole line's record; None for a torn one."""
    if not line.endswith(b"\n"):
        return None
    try:
        record = strict_json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and _is_ours(record) else None


def _is_ours(record: Record) -> bool:
    if not all(type(record[name]) is kind for name, kind in _KINDS.items() if name in record):
        return False
    if "event" in record and type(record["event"].get("event")) is not str:
        return False
    if not all(0 <= record.get(name, 0) <= _MOST for name in _COUNTS):
        return False
    if ("tx_block" in record and "crc32" not in record) or not _CRC32.fullmatch(record.get("crc32", "0" * 8)):
        return False
    texts = [record[name] for name in ("tx", "rx") if name in record]
    return all(max(map(ord, text), default=0) < 256 for text in texts) and _is_filling(record.get("tx_same"))


def _is_filling(same: list[object] | None) -> bool:
    """Whether it is a byte and how many of them; as many as a line may have."""
    if same is None:
        return True
    numbers = [each for each in same if type(each) is int]  # True is none
    return len(numbers) == len(same) == 2 and 0 <= numbers[0] < 256 and 0 <= numbers[1] <= LONGEST_LINE
