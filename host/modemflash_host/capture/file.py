"""One capture on the disk: a record a line.

Rules: a record is written whole by one call and is with the operating system
when that call returns, so a killed program leaves at most a torn last line;
nothing that goes wrong here is raised: it is told once, and the rest of the run
is not captured; a capture has a largest size, whatever comes over the wire: what
does not fit is counted, the end of the story always does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modemflash_host.errors import Refusal
from modemflash_host.store.file_lock import hold
from modemflash_host.store.new_file import may_replace, new_file
from modemflash_host.store.regular_file import CAREFULLY

FORMAT = 1
MOST_BYTES = 16 << 20  # of one capture
MOST_RAW_BYTES = 64 << 20  # of one that was asked for with all firmware in it
_FOR_EVENTS = 4 << 20  # of these, so that the story goes on when the wire has filled its part
_FOR_THE_END = 1 << 20
Record = dict[str, Any]


class CaptureFile:
    """An open capture.

    Args:
        path: where it is; made, or overwritten where it was a capture.
        header: what the first line says besides the format.
        on_trouble: told once, in a sentence, when the capture cannot be written, and when it is full.
        most_bytes: how large it may become.

    Raises:
        Refusal: `capture-over-file`: something else is there already.
    """

    def __init__(
        self,
        path: Path,
        header: Record,
        on_trouble: Callable[[str], object],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.path = path
        self._room = most_bytes
        self._left_out = self._left_out_bytes = 0
        self._on_trouble = on_trouble
        self._descriptor = -1
        if not _is_capture(path):
            raise Refusal("capture-over-file", str(path))
        try:
            self._descriptor = _opened(path)
        except OSError as error:
            self._give_up(error)
        self.write({"capture": FORMAT, **header})

    def write(self, record: Record) -> None:
        """Write one record."""
        if self._descriptor < 0:
            return
        line = json.dumps(record, separators=(",", ":"), default=_plain).encode() + b"\n"
        if not self._has_room(record, len(line)):
            self._leave_out(len(line))
            return
        self._room -= len(line)
        self._write(line)

    def _has_room(self, record: Record, size: int) -> bool:
        kept = _FOR_EVENTS + _FOR_THE_END
        if "event" in record:
            kept = 0 if record["event"].get("event") in ("result", "problem") else _FOR_THE_END
        return self._room - size >= kept

    def _leave_out(self, size: int) -> None:
        if not self._left_out:
            self._on_trouble(
                f"the capture {self.path} is full: what comes from here on is only counted in it"
            )
        self._left_out += 1
        self._left_out_bytes += size

    def _write(self, line: bytes) -> None:
        try:
            written = os.write(self._descriptor, line)
            if written < len(line):
                raise OSError(0, "the disk is full")
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """No more records."""
        if self._left_out and self._descriptor >= 0:
            counts = {"left_out": self._left_out, "left_out_bytes": self._left_out_bytes}
            self._write(json.dumps(counts).encode() + b"\n")
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            try:
                os.close(descriptor)
            except OSError as error:
                self._give_up(error)

    def trouble(self, text: str) -> None:
        """Tell what is wrong with what was to be written here."""
        self._on_trouble(text)

    def _give_up(self, error: OSError) -> None:
        if self._descriptor >= 0:
            try:
                os.close(self._descriptor)
            except OSError:
                pass  # it is lost already, and that is being told
            self._descriptor = -1
        self._on_trouble(f"nothing more is captured to {self.path}: {error.strerror}")


def _opened(path: Path) -> int:
    """A descriptor for writing: of a new file that no other process will remove, or of a device."""
    if _is_device(path):
        return os.open(path, os.O_WRONLY | CAREFULLY)
    with new_file(path) as file:
        descriptor = os.dup(file.fileno())
    hold(descriptor)
    return descriptor


def _is_capture(path: Path) -> bool:
    """Whether a file may be overwritten: it is a capture, empty, or a device like /dev/null."""
    return _is_device(path) or may_replace(path, b'{"capture":')


def _is_device(path: Path) -> bool:
    try:
        return path.is_char_device()
    except OSError:
        return False


def _plain(value: Any) -> Any:
    """Bytes as the characters of their numbers, sets as lists, anything else as its text."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("latin-1")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
