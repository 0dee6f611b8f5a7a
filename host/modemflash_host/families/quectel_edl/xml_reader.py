"""XML of a package as elements: expat, with document types refused and sizes bounded.

Rules: a DOCTYPE ends the reading before any entity exists; an element has its
attributes and its text; nothing else of XML is kept. Both kinds of quotes, tags
over several lines, comments and a BOM are plain XML, and are read as such.
"""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass, field

from modemflash.errors import BadFile

MOST_BYTES = 1 << 20
MOST_ELEMENTS = 20_000
_DEEPEST = 16


@dataclass(slots=True)
class Element:
    """An element of a document.

    Attributes:
        tag: its name.
        attributes: as they stand there.
        text: what is directly in it, without the blanks around it.
        children: the elements in it.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def below(self, tag: str) -> Iterator[Element]:
        """Every element of this name in it, however deep."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.below(tag)

    def first(self, tag: str) -> str | None:
        """The text of its first child of this name."""
        return next((child.text for child in self.children if child.tag == tag), None)


class _TooMuchError(ValueError):
    """More or deeper than any real document."""


class _DoctypeError(ValueError):
    """A document type begins."""


def read_xml(data: bytes, name: str) -> Element:
    """The root of a document.

    Args:
        data: the whole file.
        name: of the file, for the message.

    Raises:
        BadFile: `package-xml-unsafe` or `package-xml-broken`.
    """
    if len(data) > MOST_BYTES:
        raise BadFile("package-xml-broken", f"{name} has {len(data)} bytes")
    top = Element("")
    open_elements = [top]
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(open_elements) > _DEEPEST:
            raise _TooMuchError
        element = Element(tag, dict(attributes))
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_tag: str) -> None:
        element = open_elements.pop()
        element.text = element.text.strip()

    def text(piece: str) -> None:
        open_elements[-1].text += piece

    def refuse(*_: object) -> None:
        raise _DoctypeError

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except _DoctypeError:
        raise BadFile("package-xml-unsafe", name) from None
    except _TooMuchError:
        raise BadFile("package-xml-broken", f"{name}: more elements than any package has") from None
    except (xml.parsers.expat.ExpatError, ValueError, LookupError) as error:
        raise BadFile("package-xml-broken", f"{name}: {error}") from None
    return top.children[0]
