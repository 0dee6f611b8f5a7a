"""A terminal: a live line and its times for the running phase, one line when it is over.

Rules: redrawn ten times a second at most, from the engine's own ticks, so
there is no thread; the live line never wraps: what does not fit is left out,
the least needed first.
"""

from __future__ import annotations

import time

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w
from modemflash_host.reporters.live_lines import LiveLines
from modemflash_host.reporters.people import NORMAL, QUIET, UNTOLD, People

# How much it is needed, the text, its style: what is needed least goes first when a line is too long.
_Piece = tuple[int, str, str]

_FRAME_S = 0.1
_BAR_CELLS = 20
_SHORT_PHASE_S = 1.0  # phases that were over at once get no line of their own


class Terminal(People):
    """The sink for a person who watches."""

    def __init__(self, out: Console, err: Console, verbosity: int = NORMAL) -> None:
        super().__init__(out, err, verbosity)
        self._live = LiveLines(out)
        self._is_live = False
        self._drawn = 0.0
        unicode = self.ok == "✓"
        self._spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if unicode else "-\\|/"
        self._full, self._empty = ("━", "─") if unicode else ("#", ".")

    def report(self, event: Event, at_s: float) -> None:
        """Show one event; the live line ends where a person may be asked, or the story ends."""
        if event["event"] in ("file", "plan", "problem", "rescue", "rescue-plan", "result"):
            self._stop()
        super().report(event, at_s)

    def close(self) -> None:
        """Give the terminal its cursor back."""
        self._stop()

    def tick(self, at_s: float) -> None:
        """Redraw."""
        if self._is_live and time.monotonic() - self._drawn >= _FRAME_S:
            self._draw(at_s)

    def moved(self, event: Event, at_s: float) -> None:
        """A phase began or moved."""
        if self.verbosity == QUIET:
            return
        self._is_live = True
        if event["event"] != "progress" or time.monotonic() - self._drawn >= _FRAME_S:
            self._draw(at_s)

    def phase_ended(self, at_s: float, good: bool) -> None:
        """Leave one line about the phase."""
        watch = self.watch
        took = watch.elapsed_s(at_s)
        if good and (took < _SHORT_PHASE_S or watch.phase in UNTOLD):
            return
        mark, style = (self.ok, "green") if good else (self.bad, "red")
        pieces: list[_Piece] = [
            (9, mark, style),
            (9, f"{self.phase_title():<18}", ""),
            (8, w.clock_time(took), ""),
        ]
        if watch.total:
            pieces.append((4, w.size(watch.done), "dim"))
            pieces.append((6, w.rate(watch.done / took if took else 0), "dim"))
        pieces.append((2, self._repeats(), "dim"))
        self.print(self._fit(pieces, self.out.width))

    def print(self, what: RenderableType = "") -> None:
        """Print above the live lines, which are drawn anew with the next tick."""
        self._live.clear()
        super().print(what)

    def _interrupt(self, event: Event) -> None:
        self._live.clear()
        super()._interrupt(event)

    def _stop(self) -> None:
        self._live.clear()
        self._is_live = False

    def _draw(self, at_s: float) -> None:
        self._drawn = time.monotonic()
        if self._is_live and self.watch.phase:
            self._live.draw(self.picture(at_s))

    def picture(self, at_s: float) -> RenderableType:
        """What stands in the live line now, and below it."""
        watch = self.watch
        if not watch.phase:
            return Text()
        lines: list[RenderableType] = [self._line(at_s)]
        if times := ", ".join(filter(None, (watch.countdown(at_s), watch.times))):
            late = watch.usual_s and watch.elapsed_s(at_s) > watch.usual_s
            lines.append(indented(Text(times, "yellow" if late else "dim")))
        if stall := watch.stall(at_s):
            lines.append(indented(Text(w.printable(stall), "yellow")))
        elif watch.note:
            lines.append(indented(Text(w.printable(watch.note), "dim")))
        return Group(*lines)

    def _line(self, at_s: float) -> Text:
        watch = self.watch
        took = watch.elapsed_s(at_s)
        frame = self._spinner[int(at_s / _FRAME_S) % len(self._spinner)]
        pieces: list[_Piece] = [
            (9, frame, "cyan"),
            (9, self.phase_title(), "bold"),
        ]
        if watch.total:
            filled = int(watch.share * _BAR_CELLS)
            pieces += [
                (2, self._full * filled + self._empty * (_BAR_CELLS - filled), "cyan"),
                (8, f"{watch.share:.0%}", ""),
                (4, f"{watch.done / 1e6:.2f}/{watch.total / 1e6:.2f} MB", ""),
                (6, w.rate(watch.rate(at_s)), ""),
            ]
        pieces.append((7, w.clock_time(took), ""))
        pieces.append((1, self._repeats(), "dim"))
        return self._fit(pieces, self._live.width)

    def _repeats(self) -> str:
        return f"{self.retries} repeat{'s' if self.retries > 1 else ''}" if self.retries else ""

    def _fit(self, pieces: list[_Piece], width: int) -> Text:
        """One line that is no wider than `width`."""
        pieces = [piece for piece in pieces if piece[1]]
        while len(pieces) > 2 and sum(len(text) + 1 for _, text, _ in pieces) > width:
            pieces.remove(min(pieces))
        line = Text(no_wrap=True, overflow="ellipsis")
        for number, (_, text, style) in enumerate(pieces):
            line.append((" " if number else "") + text, style)
        return line


def indented(text: Text) -> Padding:
    """A line below the live line, set in however often it wraps."""
    return Padding(text, (0, 0, 0, 2))
