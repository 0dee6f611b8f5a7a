"""HTML elements from text, and the frame that every page has.

Rules: text is data, whoever said it: it is made printable and escaped here, and
no other file writes a `<`; a page loads nothing, runs nothing and says so to the
browser, so that one that is opened years later, without network, shows the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import pairwise

from rich.text import Text

from modemflash_host.families.vocabulary import Span
from modemflash_host.reporters.words import printable

PAGE_BEGINS = b'<!doctype html>\n<html lang="en" data-made-by="modemflash">'
"""The first bytes of each page: what may be overwritten by a newer one."""
_COMMAND = re.compile("`([^`\n]+)`")
_ALONE = ("meta", "rect", "line", "path", "wbr")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __add__(self, more: str) -> Markup:
        return joined([self, more])


def element(name: str, /, *inside: str, **attributes: str | float | None) -> Markup:
    """An element.

    Args:
        name: of the element.
        inside: `Markup`, or text that came from anywhere.
        attributes: `class_` is `class`, `aria_label` is `aria-label`; None leaves one out.
    """
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _ALONE:
        return Markup(f"<{name}{words}/>")
    return Markup(f"<{name}{words}>{joined(inside)}</{name}>")


def joined(parts: Iterable[str]) -> Markup:
    """Parts one behind the other; what is no `Markup` is escaped."""
    return Markup("".join(part if isinstance(part, Markup) else _escaped(part) for part in parts))


def _escaped(value: object) -> str:
    return html.escape(printable(value))


def prose(text: str) -> Markup:
    """A sentence for people: what stands between backticks there is a command."""
    parts = _COMMAND.split(text)
    return joined(element("code", part) if at % 2 else part for at, part in enumerate(parts))


def parted(name: str) -> Markup:
    """A long name that a narrow column ends behind one of its parts, and not inside of it."""
    first, *rest = name.split("_")
    return joined([first, *(piece for part in rest for piece in ("_", element("wbr"), part))])


def spans(pieces: Iterable[Span]) -> Markup:
    """A family's text with its tones."""
    return joined(element("span", text, class_=tone) if tone else text for text, tone in pieces)


def paragraphs(text: Text) -> Markup:
    """Text as a terminal gets it: a paragraph a line, what is bold stays so."""
    return joined(element("p", _line(line)) for line in text.split("\n") if line.plain.strip())


def _line(line: Text) -> Markup:
    bold = [(span.start, span.end) for span in line.spans if "bold" in str(span.style)]
    cuts = sorted({0, len(line), *(at for pair in bold for at in pair)})
    pieces = []
    for start, end in pairwise(cuts):
        is_bold = any(first <= start and end <= last for first, last in bold)
        said = prose(line.plain[start:end])
        pieces.append(element("span", said, class_="strong") if is_bold else said)
    return joined(pieces)


def labelled(rows: Iterable[tuple[str, str]]) -> Markup:
    """Labels and what they say; what says nothing is left out."""
    shown = [(label, text) for label, text in rows if text]
    return element("dl", *(element("dt", label) + element("dd", text) for label, text in shown))


def section(title: str, *body: str) -> Markup:
    """A part of the page; empty where its body is."""
    inside = joined(body)
    return element("section", element("h2", title), inside) if inside else Markup("")


def table(caption: str, heads: Sequence[str], body: Sequence[str], class_: str | None = None) -> Markup:
    """A table with its rows."""
    head = element("tr", *(element("th", each, scope="col") if each else element("td") for each in heads))
    return element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *body),
        class_=class_,
    )


def page(title: str, *body: str) -> str:
    """A whole page."""
    style = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(style)),
    )
    return f"{PAGE_BEGINS.decode()}\n{head}\n{element('body', *body)}\n</html>\n"
