"""The file system of a Quectel module (EFS) over DIAG: the commands that only read, and no other.

Rules: every command goes through one place, which sends none that is not in
`READING`; sources disagree on 7 to 10 and 14 (one's "read a link" is another's
"remove"), so these are never sent; what a module answers is bounded, and checked
against what was asked. Source: three programs that agree on these commands.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from modemflash.errors import ModemProblem, Problem, Refusal
from modemflash_host.families.quectel_edl.diag_port import DiagPort, Refused

SUBSYSTEM_COMMAND = 0x4B
SUBSYSTEMS = (0x13, 0x3E)
"""Where the file system is: in most modules, in some."""
HELLO, QUERY, OPEN, CLOSE, READ = range(5)
OPEN_FOLDER, READ_FOLDER, CLOSE_FOLDER = range(11, 14)
STATUS = 15
READING = frozenset((HELLO, QUERY, OPEN, CLOSE, READ, OPEN_FOLDER, READ_FOLDER, CLOSE_FOLDER, STATUS))

NO_SUCH_FILE = 2
_HEAD_BYTES = 4
_PIECE_BYTES = 1024
_LONGEST_NAME = 255
_LEAVE_MS = 500  # what is not closed by then, the module closes at its next start
_HELLO_FIELDS = (0x100000,) * 6 + (1, 1, 1, 0xFFFFFFFF)
_ERRORS = {
    1: "not permitted",
    2: "no such file",
    9: "bad handle",
    12: "out of memory",
    13: "access denied",
    20: "not a folder",
    21: "a folder",
    22: "invalid argument",
    24: "too many open files",
    30: "read only",
    36: "name too long",
}


class EfsError(Exception):
    """The module's file system says no.

    Args:
        number: its error number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _ERRORS.get(self.number) or f"error {self.number:#x}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a folder, as the module says it.

    Attributes:
        name: bytes without NUL; anything else may be in it.
        kind: 0 for a file, 1 a folder, 2 a link, 15 an item; modules have others.
        mode: its rights and type, as on Unix.
        size: bytes.
        changed: seconds since 1970, as far as the module knows the time.
    """

    name: bytes
    kind: int
    mode: int
    size: int
    changed: int


class Efs:
    """See above.

    Args:
        port: the DM port.

    Attributes:
        subsystem: where the file system is.
        limits: six numbers that the module gives; () where it does not.
    """

    def __init__(self, port: DiagPort) -> None:
        self._port = port
        self.subsystem = SUBSYSTEMS[0]
        self.limits: tuple[int, ...] = ()

    def greet(self) -> None:
        """Find the file system, and ask for its limits.

        Raises:
            Refusal: `efs-refused`: the module shows none.
            ModemProblem: `diag-silent`, `efs-bad-answer`.
        """
        why = ""
        for self.subsystem in SUBSYSTEMS:
            try:
                self._ask(HELLO, struct.pack("<10I", *_HELLO_FIELDS))
                break
            except Refused as refused:
                why = str(refused)
        else:
            raise Refusal("efs-refused", why)
        with suppress(Refused):
            self.limits = _unpacked("<6i", self._ask(QUERY))

    def entries(self, folder: bytes, most: int) -> list[Entry]:
        """What is in a folder, in the module's order; at most `most` and one more.

        Raises:
            EfsError, Refused: it cannot be read.
            ModemProblem: as `greet`.
        """
        found: list[Entry] = []
        with self._opened_folder(folder) as handle:
            while len(found) <= most:
                entry = self._entry(handle, len(found) + 1)
                if not entry.name:
                    break
                found.append(entry)
        return found

    def pieces(self, path: bytes) -> Iterator[bytes]:
        """The bytes of a file, from its first; the caller says when it is enough.

        Raises:
            EfsError, Refused: it cannot be read.
            ModemProblem: as `greet`.
        """
        offset = 0
        with self._opened_file(path) as handle:
            while piece := self._piece(handle, offset):
                yield piece
                offset += len(piece)

    def size_of(self, path: bytes) -> int:
        """How many bytes a file has that no folder may list.

        Raises:
            EfsError, Refused: there is none, or it is not shown.
            ModemProblem: as `greet`.
        """
        error, _, size, *_ = _unpacked("<iiIiiii", self._ask(STATUS, path + b"\0"))
        _check(error)
        return size

    def _entry(self, handle: int, number: int) -> Entry:
        place = struct.pack("<Ii", handle, number)
        answer = self._ask(READ_FOLDER, place, repeats=len(place))
        _, _, error, kind, mode, size, _, changed, _ = _unpacked("<IiiiIIiii", answer)
        _check(error)
        name, nul, _ = answer[struct.calcsize("<IiiiIIiii") :].partition(b"\0")
        if not nul or len(name) > _LONGEST_NAME:
            raise ModemProblem("efs-bad-answer", "a name without an end")
        return Entry(name, kind, mode, size, changed)

    def _piece(self, handle: int, offset: int) -> bytes:
        # The answer repeats handle and offset with the number of bytes behind them, not between.
        handle_bytes, offset_bytes = struct.pack("<i", handle), struct.pack("<I", offset)
        question = handle_bytes + struct.pack("<I", _PIECE_BYTES) + offset_bytes
        answer = self._ask(READ, question, starts=handle_bytes + offset_bytes)
        _, _, size, error = _unpacked("<iIii", answer)
        _check(error)
        data = answer[struct.calcsize("<iIii") :]
        if not 0 <= size <= min(_PIECE_BYTES, len(data)):
            raise ModemProblem("efs-bad-answer", f"{size} bytes said, {len(data)} came")
        return data[:size]

    @contextmanager
    def _opened_file(self, path: bytes) -> Iterator[int]:
        for_reading = struct.pack("<ii", 0, 0)
        handle, error = _unpacked("<ii", self._ask(OPEN, for_reading + path + b"\0"))
        _check(error if error or handle >= 0 else NO_SUCH_FILE)
        try:
            yield handle
        finally:
            self._leave(CLOSE, struct.pack("<i", handle))

    @contextmanager
    def _opened_folder(self, path: bytes) -> Iterator[int]:
        handle, error = _unpacked("<Ii", self._ask(OPEN_FOLDER, path + b"\0"))
        _check(error)
        try:
            yield handle
        finally:
            self._leave(CLOSE_FOLDER, struct.pack("<I", handle))

    def _leave(self, command: int, handle: bytes) -> None:
        """Give a handle back; whatever comes of it changes nothing for the caller."""
        with suppress(Refused, Problem):
            self._ask(command, handle, is_leaving=True)

    def _ask(
        self,
        command: int,
        fields: bytes = b"",
        *,
        repeats: int = 0,
        starts: bytes = b"",
        is_leaving: bool = False,
    ) -> bytes:
        """The answer to a command, without its head.

        Args:
            command: one of `READING`.
            fields: what it is asked about.
            repeats: so many bytes of `fields` stand at the beginning of its answer, too.
            starts: or these do.
            is_leaving: it is asked whoever wants to stop, and not waited for long.
        """
        if command not in READING:
            raise ValueError(f"command {command} may do more than read")
        head = bytes([SUBSYSTEM_COMMAND, self.subsystem, command, 0])
        begins = head + (starts or fields[:repeats])

        def is_answer(packet: bytes) -> bool:
            return packet.startswith(begins)

        if is_leaving:
            answer = self._port.ask_now(head + fields, is_answer, _LEAVE_MS)
        else:
            answer = self._port.ask(head + fields, is_answer)
        return answer[_HEAD_BYTES:]


def _unpacked(layout: str, answer: bytes) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    if len(answer) < size:
        raise ModemProblem("efs-bad-answer", f"{len(answer)} bytes, not {size}")
    return struct.unpack(layout, answer[:size])


def _check(error: int) -> None:
    if error:
        raise EfsError(error & 0xFFFFFFFF)
