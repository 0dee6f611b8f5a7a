"""Firehose's documents as the programmer sees them: splits what the host sends, and forms what it is told.

Rules: a document ends at `</data>` and has one command; what is no document is
thrown away and answered in XML; a document with a DTD, or longer than the
programmer takes, is never carried out.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

MOST_BYTES = 4096
_END = b"</data>"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n'


@dataclass(frozen=True, slots=True)
class Command:
    """What a document asks for.

    Attributes:
        kind: the name of its element.
        attributes: of it.
        wrong: why it is no command; "" for one that is.
    """

    kind: str = ""
    attributes: dict[str, str] | None = None
    wrong: str = ""

    def number(self, name: str) -> int | None:
        """An attribute as a decimal number; None where it is none."""
        text = (self.attributes or {}).get(name, "")
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def text(self, name: str) -> str:
        """An attribute; "" without it."""
        return (self.attributes or {}).get(name, "")


class DocumentReader:
    """Collects bytes to commands.

    Attributes:
        held: what is not whole yet.
    """

    def __init__(self) -> None:
        self.held = bytearray()

    def take(self) -> Command | None:
        """The next command; None where none is whole."""
        held = self.held
        start = len(held) - len(held.lstrip())
        del held[:start]
        if not held:
            return None
        if held[0] != ord("<"):
            junk = bytes(held[:16]).hex(" ")
            held.clear()
            return Command(wrong=f"no document: {junk}")
        end = held.find(_END)
        if end < 0 and len(held) <= MOST_BYTES:
            return None
        if end < 0 or end > MOST_BYTES:
            held.clear()
            return Command(wrong=f"a document of more than {MOST_BYTES} bytes")
        whole = bytes(held[: end + len(_END)])
        del held[: end + len(_END)]
        return _command(whole)


def _command(whole: bytes) -> Command:
    if b"<!DOCTYPE" in whole or b"<!ENTITY" in whole:
        return Command(wrong="a document with a DTD")
    try:
        root = ElementTree.fromstring(whole)
    except ElementTree.ParseError as error:
        return Command(wrong=f"a document that is not XML: {error}")
    if root.tag != "data" or len(root) != 1:
        return Command(wrong="a document without one command in <data>")
    return Command(root[0].tag, dict(root[0].attrib))


def _quoted(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # brings all of urllib: too much for every start of a command

    return quoteattr(text)


def log(text: str) -> bytes:
    """A line of log."""
    return _HEAD + b"<log value=" + _quoted(text).encode() + b" /></data>"


def malformed_log(text: str) -> bytes:
    """A line of log whose value is written as it is, as real programmers do with JSON."""
    return _HEAD + b'<log value="' + text.encode() + b'" /></data>'


def response(value: str, **attributes: str) -> bytes:
    """An answer."""
    more = "".join(f" {name}={_quoted(text)}" for name, text in attributes.items())
    return _HEAD + f'<response value="{value}"{more} /></data>'.encode()
