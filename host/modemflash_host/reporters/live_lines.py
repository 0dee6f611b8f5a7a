"""Lines at the end of a terminal that are drawn over ten times a second.

Rules: a line is drawn over and then its rest is erased, never the other way
round, or the screen flickers; no line reaches the last columns, because what a
person types (Ctrl-C shows as ^C) would wrap there and push the lines up.
"""

from __future__ import annotations

from rich.console import Console, RenderableType

ROOM_CELLS = 4  # for two ^C
_ERASE_LINE, _ERASE_BELOW = "\x1b[K", "\x1b[J"
_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"


class LiveLines:
    """See above.

    Args:
        console: a terminal that knows the usual control codes.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows = 0  # that stand there now; the cursor is at the end of the last

    @property
    def width(self) -> int:
        """Cells of a line."""
        return max(1, self._console.width - ROOM_CELLS)

    def draw(self, what: RenderableType) -> None:
        """Draw it over what stands there."""
        console = self._console
        if not console.is_terminal:
            return  # it takes no control codes, whoever chose this sink
        with console.capture() as captured:
            console.print(what, width=self.width, end="", crop=True)
        lines = captured.get().rstrip("\n").split("\n")[: max(1, console.height - 1)]
        text = self._home() if self._rows else _HIDE
        text += "\n".join(line + _ERASE_LINE for line in lines)
        if len(lines) < self._rows:
            text += _ERASE_BELOW
        self._rows = len(lines)
        self._write(text)

    def clear(self) -> None:
        """Take them away; what is printed next stands in their place."""
        if self._rows:
            self._write(self._home() + _ERASE_BELOW + _SHOW)
            self._rows = 0

    def _home(self) -> str:
        """To the first cell of the first line."""
        return "\r" + (f"\x1b[{self._rows - 1}A" if self._rows > 1 else "")

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()
