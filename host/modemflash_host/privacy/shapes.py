"""The shape of a text: of as many characters, each of its own kind, and nothing that they said.

    letter  x       digit  #       blank, tab, line end, NUL  as it is
    other printable character  .   anything else  0x80 (noise stays noise)

Rules: the length and the lines never change; the shape of a shape is itself, so
what was masked once may be masked again.
"""

from __future__ import annotations

import re

LETTER, DIGIT, SIGN, NOISE = b"x#.\x80"
_KEPT = b"\0\t\n\r "


def _kind(byte: int) -> int:
    if byte in _KEPT:
        return byte
    if byte in b"\x0b\x0c":  # blank enough to a reader, and nothing else
        return ord("\t")
    if not 32 <= byte < 127:
        return NOISE
    char = chr(byte)
    return DIGIT if char.isdigit() or char == "#" else LETTER if char.isalpha() else SIGN


_TABLE = bytes(_kind(byte) for byte in range(256))

# What `printable` makes of a byte that is no plain character.
ESCAPE = re.compile(r"\\x(?:[01][0-9a-f]|7f|[89a-f][0-9a-f])")
_KEPT_ESCAPE = re.compile(r"\\x0[0ad]")  # of `_KEPT`


def shape(data: bytes) -> bytes:
    """The shape of bytes."""
    return data.translate(_TABLE)


def shape_of_text(text: str) -> str:
    """The shape of a text in any script; a byte that was escaped as \\xNN stays one."""
    kept = ESCAPE.sub(lambda escape: escape[0] if _KEPT_ESCAPE.fullmatch(escape[0]) else "\x80", text)
    shaped = re.sub(rf"{_KEPT_ESCAPE.pattern}|[^\0]", lambda part: _of_part(part[0]), kept)
    return shaped.replace("\x80", r"\x80") if kept != text else shaped


def _of_part(part: str) -> str:
    if len(part) > 1 or part == "\x80":
        return part
    if part.isascii():
        return chr(_TABLE[ord(part)])
    return chr(LETTER if part.isalpha() else DIGIT if part.isdigit() else SIGN)


def unescaped(text: str) -> bytes:
    """The bytes of a text in which bytes were escaped as \\xNN."""
    return ESCAPE.sub(lambda escape: chr(int(escape[0][2:], 16)), text).encode("latin-1", "replace")


def escaped(data: bytes) -> str:
    """The opposite of `unescaped`, line ends, tabs and blanks as they are."""
    return "".join(chr(c) if 32 <= c < 127 or c in b"\t\n\r" else f"\\x{c:02x}" for c in data)
