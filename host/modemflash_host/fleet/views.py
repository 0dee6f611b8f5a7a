"""What shows a fleet where there is no live table: a line a change, or an event a line.

Rule: whatever becomes of a screen, the fleet goes on: a view that fails is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TextIO

from rich.console import Console

from modemflash_host.families.vocabulary import Event
from modemflash_host.fleet import words
from modemflash_host.fleet.board_state import AWAY, BEFORE_THE_PORT, BoardState
from modemflash_host.fleet.supervisor import View
from modemflash_host.reporters import words as w
from modemflash_host.reporters.json_lines import JsonLines

_NAME = 16


class FinalView(View, Protocol):
    """A view that also shows the end."""

    def close(self, states: Sequence[BoardState], now_s: float) -> None:
        """All that was begun has ended."""


class SafeView:
    """A view, and somebody else who listens; whatever the view ends with, the listener is told.

    Args:
        view: what is shown.
        heard: is told each event of a board.
        on_lost: is told once that the view failed.
    """

    def __init__(
        self,
        view: FinalView,
        heard: Callable[[BoardState, Event], object],
        on_lost: Callable[[Exception], object],
    ) -> None:
        self._view: FinalView | None = view
        self._heard = heard
        self._on_lost = on_lost

    def event(self, state: BoardState, event: Event) -> None:
        """See `View`."""
        self._heard(state, event)
        self._ask(lambda view: view.event(state, event))

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `View`."""
        self._ask(lambda view: view.tick(states, now_s))

    def close(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `FinalView`."""
        self._ask(lambda view: view.close(states, now_s))

    def _ask(self, do: Callable[[FinalView], None]) -> None:
        if self._view is None:
            return
        try:
            do(self._view)
        except Exception as error:  # noqa: BLE001 (boards are being written, whatever became of the screen)
            self._view = None
            self._on_lost(error)


class JsonView:
    """See `FinalView`: every event of every board, with the board's name.

    Args:
        out: where the lines go.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: dict[str, JsonLines] = {}  # each has the pace of its own board's progress

    def event(self, state: BoardState, event: Event) -> None:
        """See `View`."""
        name = state.entry.name
        told = {**event, "board_name": name}
        if event["event"] == "result":  # the last line is the result of all
            told |= {"event": "board-result", "next": state.next_step}
        lines = self._lines.setdefault(name, JsonLines(self._out))
        lines.report(told, event.get("at_s", state.heard_s))

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `View`: nothing moves here."""

    def close(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `FinalView`."""
        JsonLines(self._out).report({"event": "fleet", "boards": [state.row() for state in states]}, now_s)


class LinesView:
    """See `View`: off a terminal, a line a change.

    Args:
        console: where to.
        phases: what a phase is called.
    """

    def __init__(self, console: Console, phases: Mapping[str, str]) -> None:
        self._console = console
        self._phases = phases
        self._waits: dict[str, str] = {}
        self._away: dict[str, str] = {}

    def event(self, state: BoardState, event: Event) -> None:
        """See `View`."""
        kind = event["event"]
        if kind == "identity" or (kind == "progress" and event["phase"] not in BEFORE_THE_PORT):
            self._away.pop(state.entry.name, None)  # it is back
        if kind == "phase":
            if state.starts > 1 and event["phase"] in BEFORE_THE_PORT:
                return  # once more, and said
            self._say(state, self._phases.get(event["phase"], event["phase"]))
        elif kind in ("stall", "retry", "warning", "interrupt"):
            self._say(state, event.get("text") or event.get("note") or event.get("reason") or kind)
        elif kind == "waits":
            if event["text"] != self._waits.get(state.entry.name):  # a line a change, not one a second
                self._say(state, event["text"])
            self._waits[state.entry.name] = event["text"]
        elif kind == "board-ended":
            parts = (
                words.what_it_does(state, self._phases, 0),
                words.versions_of(state, "->"),
                words.all_of_end(state),
            )
            self._say(state, "  ".join(filter(None, parts)))

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `View`: which ports are away, once."""
        for state in states:
            name = state.entry.name
            told = words.note_of(state, now_s)
            if state.stage == AWAY and told != self._away.get(name):
                self._away[name] = told
                self._say(state, f"waits  {told}" if state.is_away else told)

    def close(self, states: Sequence[BoardState], now_s: float) -> None:
        """The end in a sentence."""
        self._console.print(words.summary(states), highlight=False, markup=False, soft_wrap=True)

    def _say(self, state: BoardState, text: str) -> None:
        line = f"{w.printable(state.entry.name):<{_NAME}}  {w.printable(text)}"
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
