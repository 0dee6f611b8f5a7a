"""What a Firehose programmer says, as documents: found in whatever pieces they come in.

Rules: a document ends with `</data>`, and nothing else tells where; one that is
no XML is a line of log, unless it ends with a response; a stream without an end
is an error after 64 KB. What follows a response can be raw data: it is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modemflash.errors import BadFile, ModemProblem
from modemflash_host.families.quectel_edl.xml_reader import Element, read_xml

MOST_BYTES = 1 << 16
_END = b"</data>"
_START = b"<?xml"
_RESPONSE = re.compile(r"<response\s([^<>]*?)/?>\s*(?:</response>\s*)?</data>$")
_ATTRIBUTE = re.compile(r"([A-Za-z_]\w*)\s*=\s*[\"']([^\"']*)[\"']")
_VALUE = re.compile(r"value=\"(.*?)\"\s*/>", re.DOTALL)


@dataclass(slots=True)
class Document:
    """One document.

    Attributes:
        logs: its lines of log.
        response: the attributes of its response; None where it has none.
    """

    logs: list[str] = field(default_factory=list)
    response: dict[str, str] | None = None


def take_document(held: bytearray) -> Document | None:
    """The first document that is whole, taken away; None where none is.

    Raises:
        ModemProblem: `firehose-endless`.
    """
    at = held.find(_END)
    if at < 0 or at > MOST_BYTES:
        if len(held) > MOST_BYTES:
            raise ModemProblem("firehose-endless", f"{len(held)} bytes")
        return None
    data = bytes(held[: at + len(_END)])
    held[: len(data)] = b""
    return _read(data[max(0, data.rfind(_START)) :])


def _read(data: bytes) -> Document:
    try:
        root = read_xml(data, "document")
    except BadFile:
        return _read_text(data.decode("utf-8", "replace"))
    found = Document()
    for element in root.children:
        if element.tag == "response":
            found.response = element.attributes
        else:
            found.logs.append(_log(element))
    return found


def _log(element: Element) -> str:
    return element.attributes.get("value") or element.text or element.tag


def _read_text(text: str) -> Document:
    """One that is no XML: real programmers put quotes into values."""
    response = _RESPONSE.search(text)
    head = text[: response.start()] if response else text
    logs = [value.strip() for value in _VALUE.findall(head)] or [head.strip()[:500]]
    attributes = dict(_ATTRIBUTE.findall(response[1])) if response else None
    return Document(logs, attributes)
