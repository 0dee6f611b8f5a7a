"""A terminal that is looked at all the time: when anything on it changed last.

Rule: the little wheel in front of a phase does not count, it turns without anything having happened.
"""

from __future__ import annotations

import io
import re

from rich.console import Console

from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.reporters import Event
from modemflash_host.reporters.terminal import Terminal
from support.sinks import EventSink

_LOOK_S = 0.1  # as often as a terminal redraws
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class WatchedScreen(EventSink):
    """A sink that keeps its events, too.

    Attributes:
        still_s: (seconds without a change, when that ended, what stood there), the longest first.
        pictures: every live line that was seen, without colours.
    """

    def __init__(self) -> None:
        super().__init__()
        self._out = io.StringIO()
        console = Console(file=self._out, width=80, height=40, force_terminal=True, _environ={})
        self._terminal = Terminal(console, console)
        self._shown = ""
        self._changed_s = self._looked_s = 0.0
        self._found: list[tuple[float, float, str]] = []
        self.pictures: list[str] = []

    @property
    def still_s(self) -> list[tuple[float, float, str]]:
        return sorted(self._found, reverse=True)

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._terminal.use_vocabulary(vocabulary)

    def report(self, event: Event, at_s: float) -> None:
        super().report(event, at_s)
        self._terminal.report(event, at_s)
        self._look(at_s)

    def tick(self, at_s: float) -> None:
        super().tick(at_s)
        if at_s - self._looked_s >= _LOOK_S:
            self._look(at_s)

    def _look(self, at_s: float) -> None:
        self._looked_s = at_s
        console = self._terminal.out
        with console.capture() as captured:
            console.print(self._terminal.picture(at_s))
        shown = f"{self._out.tell()} {captured.get()}"
        for frame in self._terminal._spinner:
            shown = shown.replace(frame, "")
        if shown != self._shown:
            self._found.append((round(at_s - self._changed_s, 2), round(at_s, 1), self._shown[-60:]))
            self._shown, self._changed_s = shown, at_s
            self.pictures.append(_COLOUR.sub("", captured.get()))
