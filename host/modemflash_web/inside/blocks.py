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

Span = tuple[str, str]
"""Text and its style, words such as "bold yellow"."""
Block = dict[str, object]
_KEY, _BUTTON = "Ctrl-C", "Stop"  # what asks to stop on a terminal, and here


def block_of(what: object) -> Block | None:
    """One printed thing; None for an empty line."""
    if isinstance(what, Padding):
        return block_of(what.renderable)
    if isinstance(what, Paragraph):
        return block_of(what.text)
    if isinstance(what, Rows):
        return {"rows": [[label, spans_of(value)] for label, value in what.pairs], "tone": what.style}
    if isinstance(what, Table):
        return {"head": [str(column.header) for column in what.columns], "table": _cells(what)}
    text = what if isinstance(what, Text) else Text(str(what))
    return {"text": spans_of(text)} if text.plain.strip() else None


def _cells(table: Table) -> list[list[list[Span]]]:
    columns = [[spans_of(cell) for cell in column.cells] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def spans_of(value: object) -> list[Span]:
    """The pieces of a text, in order; where two styles meet, both count."""
    text = value if isinstance(value, Text) else Text(str(value))
    plain = text.plain
    edges = sorted({0, len(plain), *(edge for span in text.spans for edge in (span.start, span.end))})
    found: list[Span] = []
    for start, end in itertools.pairwise(edge for edge in edges if edge <= len(plain)):
        styles = [str(text.style), *(str(s.style) for s in text.spans if s.start <= start and end <= s.end)]
        words = plain[start:end].replace(_KEY, _BUTTON)
        found.append((words, " ".join(filter(None, styles))))
    return found
