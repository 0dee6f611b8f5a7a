"""The module's side of a capture, as a device for every endpoint: a user's failure runs again.

Rules: our requests are compared with the captured ones, byte by byte, and the
first difference ends the replay; of what was masked the shape is compared, of
firmware that the capture does not hold size and checksum; what is said again
and again until it is answered (`_UNTIL_ANSWERED`) may come more or less often;
the module's output comes as late after a request as it did, and a masked
sentence has a checksum that fits again; what nobody read at the time is left
out. When the capture is over the module is silent.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from modemflash_host.capture.file import Record
from modemflash_host.capture.reading import Capture
from modemflash_host.privacy import shape as shape_of
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.quectel_gnss.application import sentence
from modemflash_sim.quectel_gnss.boot_frames import SYNC_1
from modemflash_sim.sequans.stp_frames import REQUEST

BITS_A_BYTE = 10
SECOND_US = 1_000_000
_FRAME_WITHOUT_SUMS = 12
_MASKED = ord("x")  # in captures of earlier releases, of whatever kind it was
_EARLY_US = 1_000  # times were cut to milliseconds: better a little early than after a deadline
_SHOWN = 48
_ANY_BAUD = 921_600  # until somebody says a rate
_UNTIL_ANSWERED = (SYNC_1, sentence("PQTMVERNO"))
_MASKED_SENTENCE = re.compile(rb"\$(G[A-Z]{4}|PQTM[A-Z]+)\.([.#x]{0,200})\.[#x]{2}(?=[\r\n])")


class CaptureMismatch(Exception):
    """The program does not send what it sent when the capture was made."""


@dataclass(frozen=True, slots=True)
class _Request:
    """Something that was sent: bytes, or of firmware size and checksum."""

    at_us: int
    baud: int
    size: int
    data: bytes = b""
    crc32: str = ""

    def is_rate(self, baud: int) -> bool:
        """Whether it was sent at `baud`; links without a rate have 0, and fit."""
        return 0 in (baud, self.baud) or baud == self.baud

    def matches(self, got: bytes, baud: int, strict: bool) -> bool:
        """Whether `got` is this request, or the beginning of it."""
        if not self.is_rate(baud):
            return False
        if self.crc32:
            return len(got) < self.size or not strict or f"{zlib.crc32(got):08x}" == self.crc32
        wanted = self.data[: len(got)]
        if not strict and self.data.startswith(REQUEST):
            wanted, got = wanted[:_FRAME_WITHOUT_SUMS], got[:_FRAME_WITHOUT_SUMS]
        return wanted == got or all(
            a in (b, shape, _MASKED) for a, b, shape in zip(wanted, got, shape_of(got), strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Output:
    """Something that came."""

    at_us: int
    baud: int
    data: bytes


class ReplayModem:
    """A module that does what a captured one did. See `modemflash_sim.endpoints.wire.Device`.

    Args:
        capture: the capture.
        strict: firmware must be the same. False compares its size alone, for those who do
            not have the user's file.

    Attributes:
        max_burst: what the captured port sent of itself; the replaying one must say the same.
        beyond: bytes that came after the capture was over.
    """

    def __init__(self, capture: Capture, strict: bool = True) -> None:
        self._script = deque(_script(capture.records))
        self._strict = strict
        self._got = b""
        self._before: _Request | None = None  # the last one, where it may come again
        self._coming: deque[tuple[int, bytes, int]] = deque()
        self._last_due_us = 0
        self.beyond = 0
        self.max_burst = next((int(each["max_burst"]) for each in capture.records if "max_burst" in each), 0)
        self._baud = _ANY_BAUD
        self._queue_output(0, self._script[0].at_us if self._script else 0)

    @property
    def baud(self) -> int:
        """That of the next request: a link without rates is always at the right one."""
        request = next((each for each in self._script if isinstance(each, _Request)), None)
        return request.baud if request is not None and request.baud else self._baud

    @property
    def finished(self) -> bool:
        """Whether every captured request came again, and nothing else."""
        return not self._script and not self.beyond

    def advance(self, now_us: int) -> None:
        """Time does nothing by itself."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Compare what the program sends with what it sent then.

        Raises:
            CaptureMismatch: it sends something else.
        """
        self._baud = baud or self._baud
        data, self._got = self._got + data, b""
        while data and self._script:
            request = self._script[0]
            assert isinstance(request, _Request)
            got = data[: request.size]
            again = self._before
            if request.matches(got, baud, self._strict):
                if len(got) < request.size:
                    self._got = data
                    return
                data = data[request.size :]
                self._answer(now_us)
            elif again is not None and (request.data, request.baud) == (again.data, again.baud):
                self._answer(now_us)  # it came less often
            elif again is not None and again.matches(data[: again.size], baud, self._strict):
                if len(data) < again.size:
                    self._got = data
                    return
                data = data[again.size :]  # it came once more
            else:
                raise CaptureMismatch(_difference(request, got, baud))
        self.beyond += len(data)

    def _answer(self, now_us: int) -> None:
        """The next request is done with: what came behind it is under way."""
        request = self._script.popleft()
        assert isinstance(request, _Request)
        self._before = request if request.data in _UNTIL_ANSWERED else None
        sent_us = now_us - request.size * BITS_A_BYTE * SECOND_US // (request.baud or SECOND_US)
        self._queue_output(sent_us, request.at_us, now_us)

    def next_due(self) -> int | None:
        """When the next output is due."""
        return self._coming[0][0] if self._coming else None

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What was sent by now."""
        sent = []
        while self._coming and self._coming[0][0] <= now_us:
            _, data, baud = self._coming.popleft()
            sent.append((data, baud))
        return sent

    def set_rts(self, level: bool) -> None:
        """What a captured modem held back, the capture does not know."""

    def _queue_output(self, moment_us: int, captured_us: int, now_us: int = 0) -> None:
        """Put in line what came between this request and the next."""
        while self._script and isinstance(self._script[0], _Output):
            output = self._script.popleft()
            wire_us = len(output.data) * BITS_A_BYTE * SECOND_US // (output.baud or SECOND_US)
            due_us = moment_us + output.at_us - captured_us - wire_us - _EARLY_US
            self._last_due_us = max(due_us, now_us, self._last_due_us)  # a line keeps the order
            self._coming.append((self._last_due_us, output.data, output.baud or self._baud))


def replay_line(capture: Capture, strict: bool = True) -> tuple[VirtualLine, ReplayModem]:
    """A replayed modem as the engine's port and clock, in virtual time; and the modem, for its verdict."""
    modem = ReplayModem(capture, strict)
    return VirtualLine(modem, max_burst=modem.max_burst), modem


def _script(records: tuple[Record, ...]) -> list[_Request | _Output]:
    """The requests and the output of a capture, in order."""
    script: list[_Request | _Output] = []
    baud = 0
    for record in records:
        at_us = int(record.get("at_ms", 0)) * 1000
        if "baud" in record:
            baud = int(record["baud"])
        elif "tx" in record:
            data = record["tx"].encode("latin-1")
            script.append(_Request(at_us, baud, len(data), data))
        elif "tx_same" in record:
            byte, count = record["tx_same"]
            script.append(_Request(at_us, baud, count, bytes([byte]) * count))
        elif "tx_block" in record:
            script.append(_Request(at_us, baud, record["tx_block"], b"", record["crc32"]))
        elif "rx" in record and not record.get("dropped"):
            script.insert(_place(script, at_us), _Output(at_us, baud, record["rx"].encode("latin-1")))
    return [*_with_checksums(script)]


def _with_checksums(script: list[_Request | _Output]) -> Iterable[_Request | _Output]:
    """The same, and sentences whose digits were masked are sound again; nothing gets longer or shorter."""
    spoken = b"".join(each.data for each in script if isinstance(each, _Output))
    spoken = _MASKED_SENTENCE.sub(_sound, spoken)
    for each in script:
        if isinstance(each, _Output):
            yield replace(each, data=spoken[: len(each.data)])
            spoken = spoken[len(each.data) :]
        else:
            yield each


def _sound(found: re.Match[bytes]) -> bytes:
    return sentence(f"{found[1].decode()},{found[2].decode().replace('#', '0')}").rstrip()


def _place(script: list[_Request | _Output], at_us: int) -> int:
    """Where output belongs: what is read in the millisecond of a request was there before it."""
    place = len(script)
    while place and isinstance(script[place - 1], _Request) and script[place - 1].at_us == at_us:
        place -= 1
    return place


def _difference(request: _Request, got: bytes, baud: int) -> str:
    """What was expected and what came, in output."""
    if not request.is_rate(baud):
        return f"at {baud} baud, captured at {request.baud}: {got[:_SHOWN]!r}"
    wanted = f"{request.size} bytes of firmware, CRC-32 {request.crc32}" if request.crc32 else ""
    return f"{request.at_us // 1000} ms: captured {wanted or request.data[:_SHOWN]!r}, now {got[:_SHOWN]!r}"
