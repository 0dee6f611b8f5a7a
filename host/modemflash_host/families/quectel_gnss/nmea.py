"""Talk with the application: sentences with a checksum, asked for and found among all the others.

Rules: nothing but the questions for version and number and the reset is ever sent, none
changes a setting; a sentence counts when its checksum is right, wherever in a line it begins.
Source: docs/lg290p.md ("The protocol").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(rb"\$([A-Z][A-Za-z0-9,.:/_ +-]{3,200})\*([0-9A-Fa-f]{2})")
VERSION, NUMBER, RESET = "PQTMVERNO", "PQTMUNIQID", "PQTMSRR"
RATES = (460_800, 115_200, 921_600, 230_400, 9_600)
"""Those that an application can be set to, the usual one first."""


@dataclass(frozen=True, slots=True)
class Build:
    """What `$PQTMVERNO` says: version, date as yyyy/mm/dd, time as hh:mm:ss."""

    version: str
    date: str
    time: str


def checksum(body: bytes) -> int:
    """All characters between `$` and `*`."""
    value = 0
    for character in body:
        value ^= character
    return value


def sentence(body: str) -> bytes:
    """A sentence of ours."""
    return f"${body}*{checksum(body.encode()):02X}\r\n".encode()


def sentences(data: bytes) -> list[list[str]]:
    """The fields of every sound sentence in what came."""
    return [
        found[1].decode("ascii").split(",")
        for found in _SENTENCE.finditer(data)
        if checksum(found[1]) == int(found[2], 16)
    ]


def is_gnss(data: bytes) -> bool:
    """Whether position sentences or a module's own ones are in it."""
    return any(re.match(r"(G[A-Z][A-Z]{3}|PQTM\w+|PAIR\w+)$", fields[0]) for fields in sentences(data))


def build_in(data: bytes) -> Build | None:
    """The last answer to `$PQTMVERNO` that is a version."""
    for fields in reversed(sentences(data)):
        if fields[0] == VERSION and len(fields) == 4 and fields[1] != "ERROR":
            return Build(*fields[1:])
    return None


def number_in(data: bytes) -> str:
    """The module's own number, as hex digits; "" where it does not say one that it alone has."""
    for fields in reversed(sentences(data)):
        if fields[:2] == [NUMBER, "OK"] and len(fields) == 4 and len(set(fields[3])) > 1:
            return fields[3]
    return ""
