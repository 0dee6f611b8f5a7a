"""The sink of the page: the same words from the same events as on a terminal, as messages.

    {"blocks": […], "section": "plan"}       something to read, see `blocks`
    {"progress": {…}}                        the running phase, four times a second at most
    {"phase": {…}}                           a phase that is over

Rule: which words, and in which order, decides `People`; here is decided only where on the page they stand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from rich.console import Console, RenderableType

from modemflash_host.reporters import Event
from modemflash_host.reporters import words as w
from modemflash_host.reporters.board_rows import place_rows
from modemflash_host.reporters.people import NORMAL, UNTOLD, People
from modemflash_host.reporters.rescue_view import ASKS
from modemflash_host.reporters.rows import Rows
from modemflash_web.inside.blocks import Block, block_of
from modemflash_web.inside.words import said

_EVERY_S = 0.25
Post = Callable[[dict[str, object]], None]
BOARD, PLAN, UPDATE, RESULT = "board", "plan", "update", "result"


class PageConsole(Console):
    """A console whose lines become blocks of the page.

    Args:
        show: gets each block.
        again: see `pieces_of`.
    """

    def __init__(self, show: Callable[[Block], None], again: str) -> None:
        super().__init__(width=100, force_terminal=False, color_system=None, legacy_windows=False)
        self._show = show
        self._again = again

    @property
    def encoding(self) -> str:
        """Every sign can be shown."""
        return "utf-8"

    def print(self, *objects: object, **_: object) -> None:
        """One block for each thing that is printed."""
        for each in objects:
            if (block := block_of(each, self._again)) is not None:
                self._show(block)


class PageScreen(People):
    """See above.

    Args:
        post: a message for the page.
        section: where it begins.
        again: see `pieces_of`.
    """

    def __init__(self, post: Post, section: str = BOARD, again: str = "connect") -> None:
        self.post = post
        self.section = section
        out = PageConsole(partial(self._show, error=False), again)
        err = PageConsole(partial(self._show, error=True), again)
        super().__init__(out, err, NORMAL)
        self._posted_s = 0.0

    def _show(self, block: Block, *, error: bool) -> None:
        self.post({"kind": "block", "section": self.section, "block": block, "error": error})

    def print(self, what: RenderableType = "") -> None:
        """See `People`."""
        self.out.print(what)

    def report(self, event: Event, at_s: float) -> None:
        """Show one event, in its place."""
        kind = event["event"]
        if kind in ("plan", "rescue-plan"):
            self.section = PLAN
            self.post({"kind": "state", "state": "plan"})
        elif kind == "rescue":
            self.section = UPDATE
            self.post({"kind": "turn", "text": event["text"] if event["what"] in ASKS else ""})
        elif kind == "place":
            self.section = BOARD
        super().report(event, at_s)

    def _report(self, event: Event) -> None:
        """Whoever wants the report saves it by a button."""

    def _rescue(self, event: Event) -> None:
        """As in `People`; what somebody has to do now stands above all, once."""
        if event["what"] not in ASKS:
            super()._rescue(event)

    def _rescue_plan(self, event: Event) -> None:
        """As in `People`."""
        super()._rescue_plan({**event, "port": said("thisPort")})

    def _place(self, event: Event) -> None:
        """As in `People`, without the port: the browser's own has no name."""
        if rows := place_rows(event)[1:]:
            self.print(Rows(rows))

    def phase_ended(self, at_s: float, good: bool) -> None:
        """See `People`."""
        if self.watch.phase not in ("verify", *UNTOLD):
            seconds = self.watch.elapsed_s(at_s)
            self.post({"kind": "phase", "title": self.phase_title(), "seconds": seconds, "good": good})
        self.post({"kind": "progress", "title": ""})

    def moved(self, event: Event, at_s: float) -> None:
        """See `People`."""
        if event["event"] != "progress" or event["done"] == event["total"]:
            self._posted_s = 0.0
        self.tell_progress(at_s)

    def tick(self, at_s: float) -> None:
        """See `Sink`."""
        if self.watch.phase:
            self.tell_progress(at_s)

    def tell_progress(self, at_s: float) -> None:
        """The running phase, unless it was told a moment ago. (`People` finds what shows an event by `_`.)"""
        now = time.monotonic()
        if now - self._posted_s < _EVERY_S:
            return
        self._posted_s = now
        watch = self.watch
        self.post(
            {
                "kind": "progress",
                "phase": watch.phase,
                "title": self.phase_title(),
                "writes": self.vocabulary.writes(watch.phase),
                "done": watch.done,
                "total": watch.total,
                "share": watch.share,
                "size": w.size(watch.total) if watch.total else "",
                "rate": w.rate(watch.rate(at_s)),
                "times": watch.times,
                "elapsed": w.clock_time(watch.elapsed_s(at_s)),
                "left": watch.countdown(at_s),
                "stall": w.printable(watch.stall(at_s)),
                "repeats": self.retries,
                "note": w.printable(watch.note),
            }
        )
