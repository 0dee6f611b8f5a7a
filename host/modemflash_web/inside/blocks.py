"""What the host package prints, as data for the page: spans of text with a style, rows, tables.

Rule: nothing here is markup, and the page makes none of it: each span becomes a text node, so what a board
or a file says can only ever be read.
"""

from __future__ import annotations

import itertools

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from modemflash_host.reporters.rows import Paragraph, Rows
from modemflash_web.inside.page_words import pieces_of

Span = tuple[str, str]
"""Text and its style, words such as "bold yellow"."""
Block = dict[str, object]
WORD = "word"
"""The style of a piece that is a key of `page/words.js`."""


def block_of(what: object, again: str) -> Block | None:
    """One printed thing; None for an empty line.

    Args:
        what: that was printed.
        again: see `pieces_of`.
    """
    if isinstance(what, Padding):
        return block_of(what.renderable, again)
    if isinstance(what, Paragraph):
        return block_of(what.text, again)
    if isinstance(what, Rows):
        return {"rows": [[label, spans_of(value, again)] for label, value in what.pairs], "tone": what.style}
    if isinstance(what, Table):
        return {"head": [str(column.header) for column in what.columns], "table": _cells(what, again)}
    text = what if isinstance(what, Text) else Text(str(what))
    return {"text": spans_of(text, again)} if text.plain.strip() else None


def _cells(table: Table, again: str) -> list[list[list[Span]]]:
    columns = [[spans_of(cell, again) for cell in column.cells] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def spans_of(value: object, again: str) -> list[Span]:
    """The pieces of a text, in order; where two styles meet, both count. `again`: see `pieces_of`."""
    text = value if isinstance(value, Text) else Text(str(value))
    plain = text.plain
    edges = sorted({0, len(plain), *(edge for span in text.spans for edge in (span.start, span.end))})
    found: list[Span] = []
    for start, end in itertools.pairwise(edge for edge in edges if edge <= len(plain)):
        styles = [str(text.style), *(str(s.style) for s in text.spans if s.start <= start and end <= s.end)]
        style = " ".join(filter(None, styles))
        for piece, is_key in pieces_of(plain[start:end], again):
            if piece:
                found.append((piece, f"{style} {WORD}".strip() if is_key else style))
    return found
