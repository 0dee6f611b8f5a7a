"""A two-column block: a dim label and its value, wrapped beside it, with nothing after the text.

Rule: a path is never broken, nor a command in back quotes, so that they can be copied: what is
too long for a line goes beyond the edge, and the terminal wraps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

from modemflash_host.families.vocabulary import BAD, DIM, DOUBT, GOOD, PLAIN, STRONG, Row
from modemflash_host.reporters.words import printable

_LEAST_VALUE_CELLS = 16
_UNBROKEN = ("/", "\\", "`")
_NAME = r"[^\s/\\`'\"]+"  # of a folder, between blanks
_WORD = re.compile(
    rf"""\s*(?:
        [(]*`[^`]*`\S*  # a command
        |[(]*(?:[A-Za-z]:|[.~])?[/\\]\S*  # a path, and what of it stands behind a blank:
            (?:(?:\s{_NAME}){{0,5}}?\s{_NAME}[/\\]\S*)*  # folders, and the file
            (?:(?:\s{_NAME}){{0,5}}?\s{_NAME}\.(?:dup|elf|zip|gz|toml|html|jsonl)\b\S*)?
        |\S+
    )\s*""",
    re.VERBOSE,
)
STYLES = {PLAIN: "", DIM: "dim", STRONG: "bold", GOOD: "green", DOUBT: "yellow", BAD: "red"}


def texts(rows: Sequence[Row]) -> list[tuple[str, Text]]:
    """A family's rows as they are shown: safe, and in colours."""
    return [
        (printable(row.label), Text.assemble(*((printable(text), STYLES[tone]) for text, tone in row.spans)))
        for row in rows
    ]


class Rows:
    """Label and value pairs, to be printed on a console.

    Args:
        pairs: an empty label goes on with the row above.
        width: of the label's column, at least.
        hanging: how far the further lines of a wrapped value are set in, beyond its first.
        style: of the labels.

    Attributes:
        pairs, style: as given.
    """

    def __init__(
        self, pairs: Sequence[tuple[str, Text]], width: int = 10, hanging: int = 0, style: str = "dim"
    ) -> None:
        self.pairs = pairs
        self._width = max([width, *(len(label) for label, _ in pairs)])
        self._hanging = hanging
        self.style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Rich asks for the lines."""
        width = max(0, min(self._width, options.max_width - _LEAST_VALUE_CELLS - 1))
        cells = max(1, options.max_width - width - 1)  # some terminals say that they have one column
        for label, value in self.pairs:
            for number, line in enumerate(self._wrapped(console, value, cells)):
                line.rstrip()
                shown = Text.assemble((f"{'' if number else label[:width]:<{width}} ", self.style), line)
                yield _as_it_is(shown)

    def _wrapped(self, console: Console, value: Text, cells: int) -> Iterator[Text]:
        if not self._hanging:
            yield from wrapped(console, value, cells)
            return
        for line in value.split("\n", allow_blank=True):
            first = wrapped(console, line, cells)[0]
            yield first
            rest = line[len(first) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
            if rest.plain:
                indent = " " * (len(line.plain) - len(line.plain.lstrip()) + self._hanging)
                yield from (
                    Text(indent) + more for more in wrapped(console, rest, max(1, cells - len(indent)))
                )


class Paragraph:
    """Sentences from the left edge on.

    Attributes:
        text: safe to show.
    """

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Rich asks for the lines."""
        for line in wrapped(console, self.text, options.max_width):
            line.rstrip()
            yield _as_it_is(line)


def wrapped(console: Console, text: Text, cells: int) -> list[Text]:
    """The lines of a text; longer than `cells` is one that is a path or a command and nothing else."""
    lines: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        for piece in line.divide(_breaks(line.plain, cells)):
            is_whole = any(sign in piece.plain for sign in _UNBROKEN)
            lines += [piece] if is_whole or piece.cell_len <= cells else piece.wrap(console, cells)
    return lines


def _breaks(line: str, cells: int) -> list[int]:
    """Where its further lines begin: only between words."""
    breaks, used = [], 0
    for word in _WORD.finditer(line):
        if used and used + cell_len(word[0].rstrip()) > cells:
            breaks.append(word.start())
            used = 0
        used += cell_len(word[0])
    return breaks


def _as_it_is(line: Text) -> Text:
    """A line that Rich wraps and cuts no more."""
    line.no_wrap, line.overflow = True, "ignore"
    return line


def marked(mark: str, style: str, text: Text) -> Rows:
    """A sentence behind a mark, and beside it where it wraps."""
    return Rows([(mark, text)], width=len(mark), style=style)
