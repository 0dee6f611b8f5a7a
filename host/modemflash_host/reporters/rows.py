"""A two-column block: a dim label and its value, wrapped beside it, with nothing after the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions
from rich.text import Text

_LEAST_VALUE_CELLS = 16


class Rows:
    """Label and value pairs, to be printed on a console.

    Args:
        pairs: an empty label goes on with the row above.
        width: of the label's column, at least.
    """

    def __init__(self, pairs: Sequence[tuple[str, Text]], width: int = 10) -> None:
        self._pairs = pairs
        self._width = max([width, *(len(label) for label, _ in pairs)])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Rich asks for the lines."""
        width = min(self._width, options.max_width - _LEAST_VALUE_CELLS - 1)
        for label, value in self._pairs:
            lines = value.wrap(console, options.max_width - width - 1)
            for number, line in enumerate(lines):
                line.rstrip()
                yield Text.assemble((f"{'' if number else label[:width]:<{width}} ", "dim"), line)
