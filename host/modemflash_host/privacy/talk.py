"""Masks what a module and this PC say to each other, line by line.

Rules: of a line only what a row of the family's table names stays, from its
beginning on; the rest is reduced to its shape, and so is a line that no row
knows, or that is binary; a NUL ends a line, too, as it ends a text in a crash
dump; the length and the line ends never change; the same stream gives the same
result however it is cut into pieces, so a line is held back until its end, or
until it is clear that no row can name it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from modemflash_host.families.vocabulary import Readable
from modemflash_host.privacy.shapes import shape

LONGEST_LINE = 512  # a longer one is noise, not a reply
_LINE_ENDS = b"\0\r\n"
_PARTS = re.compile(rb"[\0\r\n]+|[^\0\r\n]+")
_NO_TEXT = re.compile(rb"[^\t -~]")
_WORD_ENDS = r"(?!(?<=[A-Za-z0-9])[A-Za-z0-9])"


@lru_cache(maxsize=512)
def _compiled(row: str) -> re.Pattern[str]:
    return re.compile(f"(?:{row}){_WORD_ENDS}", re.ASCII)


@lru_cache(maxsize=8)
def _table(rows: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """All rows in one, for a first look, then each."""
    return tuple(_compiled(row) for row in ("|".join(rows), *rows))


@lru_cache(maxsize=256)
def _longest(line: str, rows: tuple[str, ...]) -> int:
    any_row, *each_row = _table(rows)
    if not any_row.match(line):  # noise comes in floods: one look is enough
        return 0
    return max(found.end() for row in each_row if (found := row.match(line)))


def kept_of(line: str, readable: Readable | None) -> int:
    """How many characters at the beginning of a line stay, whatever it answers."""
    return _longest(line, readable.lines) if readable is not None and readable.lines else 0


class Masker:
    """Masks one direction of a stream.

    Args:
        readable: what stays; nothing without.
    """

    def __init__(self, readable: Readable | None = None) -> None:
        self._readable = readable or Readable()
        self._expected: list[re.Pattern[str]] = []
        self._line = bytearray()
        self._is_decided = False  # what is left of this line is reduced to its shape

    @property
    def held(self) -> int:
        """Bytes that were fed and are not given out yet."""
        return len(self._line)

    def expect(self, command: str) -> None:
        """This command went out: its reply has lines that mean something only there, each of them once."""
        self._expected = [_compiled(row) for row in self._readable.replies.get(command.strip().upper(), ())]

    def feed(self, data: bytes | bytearray | memoryview) -> bytes:
        """Take a piece of the stream; give what is decided, masked."""
        out = bytearray()
        for found in _PARTS.finditer(bytes(data)):
            part = found[0]
            if part[0] in _LINE_ENDS:
                out += self._end_line() + part
                self._is_decided = False
                continue
            self._line += part
            if self._is_decided or len(self._line) > LONGEST_LINE or _NO_TEXT.search(part):
                out += self._give_up()
        return bytes(out)

    def flush(self) -> bytes:
        """Nothing more comes for now: what was held back, as if the line ended here."""
        if not self._line:
            return b""
        out = self._end_line()
        self._is_decided = True
        return out

    def finish(self) -> bytes:
        """The stream has ended: what was held back. What comes after it begins a line."""
        out = self.flush()
        self._is_decided = False
        return out

    def _give_up(self) -> bytes:
        self._is_decided = True
        line = shape(bytes(self._line))
        self._line.clear()
        return line

    def _end_line(self) -> bytes:
        line = bytes(self._line)
        self._line.clear()
        text = line.decode("ascii").lstrip("\t ")
        if not text:
            return line
        first = len(line) - len(text)
        kept = self._kept(text)
        return line[: first + kept] + shape(line[first + kept :])

    def _kept(self, text: str) -> int:
        """How many characters of a line stay."""
        for row in self._expected:
            if row.fullmatch(text):
                self._expected.remove(row)
                return len(text)
        return kept_of(text, self._readable)


def mask(data: bytes, readable: Readable | None = None, command: str = "") -> bytes:
    """A whole stream, masked; `command`: what it answers."""
    masker = Masker(readable)
    masker.expect(command)
    return masker.feed(data) + masker.finish()
