"""Firehose: a programmer that runs in a module takes commands as small XML documents.

    firehose = Firehose(line, first_words)
    firehose.greet()                  its own words, until it is quiet
    firehose.configure()              with the payload that it accepts
    firehose.command("erase", …)      and so on; each has a deadline

Rules: one command is under way; what a response does not acknowledge has failed,
and nothing is repeated: after a NAK nothing is known about that place; raw data
are exactly as long as was said. Nothing here knows what may be sent: only
`writing.py` sends what changes the flash. Source: docs/quectel-edl.md ("The
protocol").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from modemflash.errors import ModemProblem
from modemflash.line import Line
from modemflash_host.families.quectel_edl.documents import take_document
from modemflash_host.families.quectel_edl.geometry import Geometry

CONFIGURE_MS, ERASE_MS, READ_MS, PROGRAM_MS, PATCH_MS, POWER_MS = 3000, 30_000, 30_000, 30_000, 15_000, 3000
_GREETING_MS, _QUIET_MS = 3000, 1000
_MOST_TIMES = 10  # logs may put a deadline off so many times
_MOST_LOGS = 5000
_KEPT_LOGS = 40
_MOST_XML = 4096
_LEAST_PAYLOAD, PAYLOAD, _MOST_PAYLOAD = 512, 8192, 1 << 20

Sink = Callable[[bytes], object]
"""Who takes raw data."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to.

    Attributes:
        is_good: it was acknowledged.
        is_raw: raw data follow.
        attributes: all of the response.
        logs: what was said before it, the last lines.
    """

    is_good: bool
    is_raw: bool
    attributes: Mapping[str, str]
    logs: tuple[str, ...]


class Firehose:
    """A running programmer.

    Args:
        line: to it.
        first_words: what came already.
    """

    def __init__(self, line: Line, first_words: bytes = b"") -> None:
        self._line = line
        self._held = bytearray(first_words)
        self._buf = bytearray(1 << 15)
        self.payload = PAYLOAD

    def greet(self) -> tuple[str, ...]:
        """What it says unasked: nothing, or some dozen lines; an answer to an earlier command is among it.

        Raises:
            ModemProblem: `firehose-endless`.
        """
        logs: list[str] = []
        wait_ms = _QUIET_MS if self._held else _GREETING_MS
        for _ in range(_MOST_LOGS):
            while (document := take_document(self._held)) is not None:
                logs += document.logs
            if not self._more(wait_ms):
                self._held.clear()
                return tuple(logs)
            wait_ms = _QUIET_MS
        raise ModemProblem("firehose-endless", f"{len(logs)} lines of log, and more")

    def configure(self) -> None:
        """Agree on the size of pieces; one that the programmer offers is taken.

        Raises:
            ModemProblem: `firehose-refused`, …
        """
        for _ in range(2):
            attributes = {
                "MemoryName": "nand",
                "Verbose": "0",
                "AlwaysValidate": "0",
                "MaxDigestTableSizeInBytes": "2048",
                "MaxPayloadSizeToTargetInBytes": str(self.payload),
                "ZlpAwareHost": "1",
                "SkipStorageInit": "0",
            }
            answer = self.ask("configure", attributes, CONFIGURE_MS)
            offered = _number(answer.attributes.get("MaxPayloadSizeToTargetInBytes", ""))
            if answer.is_good:
                if _LEAST_PAYLOAD <= offered < self.payload:
                    self.payload = offered
                return
            if not _LEAST_PAYLOAD <= offered <= _MOST_PAYLOAD or offered == self.payload:
                break
            self.payload = offered
        raise _refused("configure", answer)

    def command(self, name: str, attributes: Mapping[str, str], within_ms: int) -> Answer:
        """Send a command and take its answer.

        Raises:
            ModemProblem: `firehose-refused`, `firehose-silent` or `firehose-endless`.
        """
        answer = self.ask(name, attributes, within_ms)
        if not answer.is_good:
            raise _refused(_words(name, attributes), answer)
        return answer

    def program(
        self, attributes: Mapping[str, str], pieces: Iterator[memoryview], on_sent: Callable[[int], object]
    ) -> None:
        """Write raw data.

        Args:
            attributes: of the command.
            pieces: exactly what its sectors hold.
            on_sent: told how many bytes each piece had.

        Raises:
            ModemProblem: as `command`.
        """
        answer = self.command("program", attributes, PROGRAM_MS)
        if not answer.is_raw:
            raise ModemProblem("firehose-refused", f"{_words('program', attributes)}: it wants no data")
        for piece in pieces:
            self._line.write(piece)
            on_sent(len(piece))
        self._done("program", attributes, PROGRAM_MS)

    def read(self, attributes: Mapping[str, str], size: int, sink: Sink) -> None:
        """Read raw data.

        Args:
            attributes: of the command.
            size: bytes that its sectors have.
            sink: takes them in pieces.

        Raises:
            ModemProblem: as `command`.
        """
        answer = self.command("read", attributes, READ_MS)
        if not answer.is_raw:
            raise ModemProblem("firehose-refused", f"{_words('read', attributes)}: it has no data")
        left = size
        while left:
            if not self._held and not self._more(READ_MS):
                raise ModemProblem("firehose-silent", f"{_words('read', attributes)}: {left} bytes missing")
            piece = bytes(self._held[:left])
            self._held[: len(piece)] = b""
            left -= len(piece)
            sink(piece)
        self._done("read", attributes, READ_MS)

    def ask(self, name: str, attributes: Mapping[str, str], within_ms: int) -> Answer:
        """Send a command; what it came to, good or not.

        Raises:
            ModemProblem: `firehose-silent` or `firehose-endless`.
        """
        from xml.sax.saxutils import quoteattr  # brings all of urllib: too much for every start of a command

        words = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
        data = f'<?xml version="1.0" encoding="UTF-8" ?><data><{name} {words} /></data>'.encode()
        if len(data) > _MOST_XML:
            raise ModemProblem("firehose-refused", f"{name}: a command of {len(data)} bytes")
        self._line.write(data)
        return self._answer(_words(name, attributes), within_ms)

    def _done(self, name: str, attributes: Mapping[str, str], within_ms: int) -> None:
        """The answer behind raw data."""
        answer = self._answer(_words(name, attributes), within_ms)
        if not answer.is_good or answer.is_raw:
            raise _refused(f"{_words(name, attributes)}, after its data", answer)

    def _answer(self, stage: str, within_ms: int) -> Answer:
        start, logs, count = self._line.now(), list[str](), 0
        while True:
            while (document := take_document(self._held)) is not None:
                logs = (logs + document.logs)[-_KEPT_LOGS:]
                count += 1
                if document.response is not None:
                    value = document.response.get("value", "").upper()
                    is_raw = document.response.get("rawmode", "").lower() == "true"
                    return Answer(value == "ACK", is_raw, document.response, tuple(logs))
            if count > _MOST_LOGS or self._line.since(start) > _MOST_TIMES * within_ms:
                raise ModemProblem("firehose-endless", f"{stage}: {count} lines of log and no answer")
            if not self._more(within_ms):
                raise ModemProblem("firehose-silent", f"{stage}: nothing in {within_ms // 1000} s")

    def _more(self, within_ms: int) -> bool:
        got = self._line.read(self._buf, len(self._buf), within_ms)
        self._held += self._buf[:got]
        return got > 0


def place(geometry: Geometry, first_sector: int, sectors: int) -> dict[str, str]:
    """The attributes of a command about a place of the flash."""
    return {
        "PAGES_PER_BLOCK": str(geometry.sectors_per_block),
        "SECTOR_SIZE_IN_BYTES": str(geometry.sector_bytes),
        "num_partition_sectors": str(sectors),
        "physical_partition_number": "0",
        "start_sector": str(first_sector),
    }


def _refused(stage: str, answer: Answer) -> ModemProblem:
    said = next((line for line in reversed(answer.logs) if "error" in line.lower()), "")
    return ModemProblem("firehose-refused", f"{stage}{': ' if said else ''}{said[:200]}")


def _words(name: str, attributes: Mapping[str, str]) -> str:
    """A command as an error names it."""
    start = attributes.get("start_sector")
    image = attributes.get("filename", "").replace("\\", "/").rpartition("/")[2]
    return name + (f" of {image}" if image else "") + (f" at sector {start}" if start is not None else "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
