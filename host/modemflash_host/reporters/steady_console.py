"""A console whose trouble is its user's to judge: it never ends the process, and never has no room.

Rules: where a terminal is narrower than any line of ours can be, it is said to be
as wide as the narrowest, and wraps; a reader that went away is an `OSError`
like any other, where Rich would end the whole program; `--color never` means no
style at all, not only no colour.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console, ConsoleDimensions

LEAST_COLUMNS = 30
_LEAST_LINES = 8


class SteadyConsole(Console):
    """See above.

    Args:
        stderr: to standard error.
        color: "auto", "always" or "never".
        words: the others of `rich.console.Console`.
    """

    def __init__(self, *, stderr: bool = False, color: str = "auto", **words: Any) -> None:
        if color == "always":
            words["force_terminal"] = True
        elif color == "never":
            words["force_terminal"] = False
            words["color_system"] = None
        super().__init__(stderr=stderr, highlight=False, **words)

    def print(self, *objects: Any, crop: bool = False, **words: Any) -> None:
        """As Rich does; what is wider than the screen is wrapped by it, and never cut."""
        super().print(*objects, crop=crop, **words)

    @property
    def size(self) -> ConsoleDimensions:
        """Columns and lines, never fewer than fit."""
        size = super().size
        return ConsoleDimensions(max(size.width, LEAST_COLUMNS), max(size.height, _LEAST_LINES))

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size

    def on_broken_pipe(self) -> None:
        """Called while the error is being handled: it goes on its way."""
        raise  # noqa: PLE0704 (Rich calls this in its own except)
