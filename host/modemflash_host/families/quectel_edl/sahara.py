"""Sahara: a boot ROM in EDL asks for pieces of a programmer by place and length, then runs it.

    Sahara(line, programmer, report).start() -> what came after it and belongs to Firehose

Theory of operation: the boot ROM says HELLO once, unasked, so it may be lost: to a
driver, to another program, to whoever opened the port before. What comes first
decides:

    HELLO                     a session begins
    <?xm                      a programmer runs already: nothing is sent here, Firehose goes on
    another packet, garbage   an earlier session stands in the middle: one RESET, then HELLO
    HELLO with mode 2         a crash dump: it takes no image
    nothing                   a byte, then an answer to the HELLO that was lost, then RESET

Rules: an offset and a length are bounded before a byte is read; every packet has
a deadline; the programmer is sent as it was checked and nothing else is; the same
piece may be asked twice, in any order. Source: docs/quectel-edl.md ("The protocol").
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from modemflash.errors import ModemProblem, NoModem, Refusal
from modemflash.line import Line
from modemflash_host.families.plan import FileSource
from modemflash_host.families.quectel_edl.sahara_status import status_words

HELLO, HELLO_ANSWER, READ, END_OF_IMAGE, DONE, DONE_ANSWER, RESET, RESET_ANSWER = range(1, 9)
READ_64 = 0x12
_LENGTHS = {HELLO: 48, READ: 20, READ_64: 32, END_OF_IMAGE: 16, DONE_ANSWER: 12, RESET_ANSWER: 8}
_HEAD_BYTES = 8
_XML = b"<?xml"
_PROGRAMMER_IMAGE = 13
_CRASH_DUMP = 2
_NEWEST_VERSION = 2
FIRST_MS = 5000
PACKET_MS = 5000
_LEAVE_MS = 9000
_QUIET_MS = 300
_MOST_GARBAGE = 64 << 20  # what an earlier session of reading may still send
MOST_AT_ONCE = 1 << 20
_SILENT = "its boot ROM says nothing yet, and is asked in another way: {} of {}"
_MOST_TIMES = 4
"""So many times its own size a programmer may be asked for in all."""


class Packet(NamedTuple):
    """A packet of the boot ROM: its command and its numbers."""

    command: int
    numbers: tuple[int, ...]


class Sahara:
    """One session.

    Args:
        line: to the boot ROM; what came before it was opened is still there to be read.
        programmer: the file that is sent.

    Attributes:
        is_taken: the boot ROM has all of the programmer, and starts it; the port may go for that.
    """

    def __init__(self, line: Line, programmer: FileSource) -> None:
        self._line = line
        self._programmer = programmer
        self._held = bytearray()
        self._buf = bytearray(1 << 14)
        self._asked_bytes = 0
        self.is_taken = False

    def start(self) -> bytes:
        """Have the programmer run.

        Returns:
            What came behind the end of Sahara: the first words of the programmer.

        Raises:
            NoModem: `edl-silent`.
            Refusal: `edl-crash-dump`.
            ModemProblem: `sahara-…`.
            Stopped: the user asked to stop.
        """
        if not self._begin():
            return bytes(self._held)
        while True:
            self._line.checkpoint()
            packet = self._packet()
            if packet is None:
                if self._held.startswith(_XML[: max(1, min(len(self._held), 5))]):
                    return bytes(self._held)
                raise ModemProblem("sahara-no-answer", self._heard())
            if packet.command in (READ, READ_64):
                self._send(*packet.numbers)
            elif packet.command == END_OF_IMAGE:
                status = packet.numbers[1]
                if status:
                    raise ModemProblem("sahara-refused", status_words(status))
                self.is_taken = True
                self._write(DONE)
            elif packet.command == DONE_ANSWER:
                return bytes(self._held)  # 0, more images pending, is what some say after the only one
            elif packet.command == HELLO:
                self._answer_hello(packet)
            else:
                raise ModemProblem("sahara-no-answer", f"an unexpected packet 0x{packet.command:02X}")

    def leave(self) -> None:
        """Let the boot ROM restart; with an intact flash it starts its application.

        A RESET that is taken for data, or that only begins the session anew, is sent once more.
        """
        for _ in range(2):
            self._held.clear()
            self._write(RESET)
            while (packet := self._packet(_LEAVE_MS)) is not None and packet.command != HELLO:
                pass

    def _begin(self) -> bool:
        """Whether a session begins; False where a programmer runs already.

        Raises:
            NoModem: nothing came, whatever was tried.
            ModemProblem: what came is no Sahara, a RESET included.
        """
        tries: list[Callable[[], None]] = [
            lambda: self._line.write(b"\0"),
            lambda: self._answer_hello(Packet(HELLO, (_NEWEST_VERSION, 1, 0, 0))),
            lambda: self._write(RESET),
        ]
        most, was_reset = len(tries), False
        while True:
            self._line.checkpoint()
            self._fill(len(_XML), FIRST_MS)
            if not self._held:
                if not tries:
                    raise NoModem("edl-silent")
                note = _SILENT.format(most - len(tries) + 1, most)
                self._line.report("stall", phase="load-programmer", seconds=FIRST_MS // 1000, note=note)
                tries.pop(0)()
                continue
            if self._held.startswith(_XML):
                return False
            packet = self._known_packet()
            if packet is not None and packet.command == HELLO:
                self._answer_hello(packet)
                return True
            if packet is not None and packet.command in (READ, READ_64) and len(tries) == 1:
                self._send(*packet.numbers)  # it took our answer to the HELLO that was lost
                return True
            if packet is not None and packet.command == RESET_ANSWER:
                continue
            if self._held[:1] == b"\x7e":
                raise ModemProblem("sahara-no-answer", self._heard())
            self._drop_the_rest()
            if _XML in self._held:
                del self._held[: self._held.rindex(_XML)]
                return False
            if was_reset:
                raise ModemProblem("sahara-no-answer", self._heard())
            was_reset = True
            self._held.clear()
            self._write(RESET)

    def _answer_hello(self, hello: Packet) -> None:
        version, _, _, mode = hello.numbers[:4]
        if mode == _CRASH_DUMP:
            raise Refusal("edl-crash-dump")
        version = max(1, min(version, _NEWEST_VERSION))
        self._write(HELLO_ANSWER, version, 1, 0, mode, *[0] * 6)

    def _send(self, image: int, offset: int, length: int) -> None:
        """A piece of the programmer, if it has one there."""
        size = self._programmer.size
        if image != _PROGRAMMER_IMAGE:
            raise ModemProblem("sahara-other-image", f"image {image}")
        self._asked_bytes += length
        if not 0 < length <= MOST_AT_ONCE or offset > size or length > size - offset:
            where = f"{length} bytes from {offset} on, of a programmer of {size}"
            raise ModemProblem("sahara-out-of-bounds", where)
        if self._asked_bytes > _MOST_TIMES * size + MOST_AT_ONCE:
            raise ModemProblem("sahara-out-of-bounds", f"{self._asked_bytes} bytes in all, of {size}")
        piece = bytearray(length)
        self._programmer.readinto(offset, piece)
        self._line.write(piece)
        self._line.report("progress", phase="load-programmer", done=min(self._asked_bytes, size), total=size)

    def _write(self, command: int, *numbers: int) -> None:
        body = struct.pack(f"<{len(numbers)}I", *numbers)
        self._line.write(struct.pack("<II", command, _HEAD_BYTES + len(body)) + body)

    def _packet(self, within_ms: int = PACKET_MS) -> Packet | None:
        """The next packet; None where none that is whole and known comes in time."""
        self._fill(_HEAD_BYTES, within_ms)
        return self._known_packet()

    def _known_packet(self) -> Packet | None:
        """What stands at the beginning, taken away if it is a packet of the boot ROM."""
        self._fill(_HEAD_BYTES, _QUIET_MS)
        if len(self._held) < _HEAD_BYTES:
            return None
        command, length = struct.unpack_from("<II", self._held)
        if _LENGTHS.get(command) != length or not self._fill(length, PACKET_MS):
            return None
        width = "Q" if command == READ_64 else "I"
        count = (length - _HEAD_BYTES) // struct.calcsize("<" + width)
        numbers = struct.unpack_from(f"<{count}{width}", self._held, _HEAD_BYTES)
        self._held[:length] = b""
        return Packet(command, numbers)

    def _fill(self, wanted: int, within_ms: int) -> bool:
        """Read until so many bytes are there; False where they do not come in time."""
        start = self._line.now()
        while len(self._held) < wanted:
            left = within_ms - self._line.since(start)
            got = self._line.read(self._buf, len(self._buf), left) if left > 0 else 0
            if not got:
                return False
            self._held += self._buf[:got]
        return True

    def _drop_the_rest(self) -> None:
        """What an earlier session still sends, of which the end is kept."""
        passed = 0
        while passed < _MOST_GARBAGE and (got := self._line.read(self._buf, len(self._buf), _QUIET_MS)):
            passed += got
            self._held += self._buf[:got]
            self._held[: -len(self._buf)] = b""

    def _heard(self) -> str:
        if not self._held:
            return f"nothing in {PACKET_MS // 1000} s"
        if self._held[:1] == b"\x7e":
            return "frames of DIAG or of an older protocol"
        return f"it begins with {bytes(self._held[:4]).hex(' ')}"
