"""The table of a fleet on a terminal: one live row a board, by pages where they are many, a summary below.

Rules: never wider or higher than the terminal: columns go, the least needed
first, and of more boards than lines a page is shown, the next one after some
seconds; drawn by `LiveLines`, a few times a second; what ended leaves its lines.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rich.console import Console, Group
from rich.text import Text

from modemflash_host.families.vocabulary import BAD, DIM, DOUBT, GOOD, Event
from modemflash_host.fleet import words
from modemflash_host.fleet.board_state import ENDED, RUNNING, BoardState
from modemflash_host.reporters import words as w
from modemflash_host.reporters.live_lines import LiveLines

_FRAME_S = 0.2
_STYLES = {GOOD: "green", DOUBT: "yellow", BAD: "bold red", DIM: "dim"}
_NAME, _PHASE, _BAR, _PERCENT, _RATE, _TIME = 16, 18, 10, 4, 9, 8
_GAP = 2
_SHORTEST_NOTE = 16
_PAGE_S = 5.0


def lines(
    states: Sequence[BoardState],
    now_s: float,
    width: int,
    height: int,
    phases: Mapping[str, str],
    plain: bool = False,
) -> list[Text]:
    """The table.

    Args:
        states: the boards.
        now_s: the fleet's clock.
        width: cells of the terminal.
        height: its lines.
        phases: what a phase is called.
        plain: ASCII only.
    """
    told = wrapped(Text(words.summary(states), "bold"), width)
    room = max(1, height - 1 - len(told))
    shown, which = (list(states), "") if len(states) <= room else _page(states, room - 1, now_s)
    cells = _name_cells(states)
    rows = [_row(state, now_s, (cells, width), phases, plain) for state in shown]
    if which:
        rows.append(Text(which[:width], "dim"))
    return [*rows, *told]


def _page(states: Sequence[BoardState], room: int, now_s: float) -> tuple[list[BoardState], str]:
    """So many boards, and which page that is: who is away, failed or runs stays, the others take turns."""
    stay = [state for state in states if _needs_attention(state)][: room // 2]
    stay += [state for state in states if state.stage == RUNNING and state not in stay][: room // 4]
    turns = [state for state in states if state not in stay]
    size = max(1, room - len(stay))
    pages = -(-len(turns) // size)
    page = int(now_s / _PAGE_S) % pages
    shown = (stay + turns[page * size : (page + 1) * size])[: max(0, room)]
    return shown, f"  and {len(states) - len(shown)} more; page {page + 1} of {pages}"


def last_lines(
    states: Sequence[BoardState], now_s: float, width: int, phases: Mapping[str, str], plain: bool = False
) -> list[Text]:
    """The table that stays: of a board that did not end well all that is to be known, in full.

    Args:
        states: the boards.
        now_s: the fleet's clock.
        width: cells of the terminal.
        phases: what a phase is called.
        plain: ASCII only.
    """
    cells = _name_cells(states)
    found: list[Text] = []
    for state in states:
        row = _row(state, now_s, (cells, width), phases, plain)
        note = w.printable(words.all_of_end(state))
        told = words.what_it_does(state, phases, now_s)
        if row.plain.endswith(note) and len(told) <= _PHASE:
            found.append(row)
            continue
        found.append(row[: cells + _GAP])
        found[-1].append(told, _STYLES.get(words.tone_of(state), "")).truncate(width)
        found += [Text("  ") + each for each in wrapped(Text(note), width - 2)]
    return [*found, *wrapped(Text(words.summary(states), "bold"), width)]


def _name_cells(states: Sequence[BoardState]) -> int:
    return min(_NAME, max((len(state.entry.name) for state in states), default=1))


def wrapped(text: Text, width: int) -> list[Text]:
    """A text in lines that break between words."""
    width = max(1, width)
    lines = list(text.wrap(Console(width=width), width))
    for line in lines:
        line.rstrip()
    return lines


def _needs_attention(state: BoardState) -> bool:
    return words.is_away(state) or (state.stage == ENDED and not state.is_good)


def _row(
    state: BoardState, now_s: float, cells_of: tuple[int, int], phases: Mapping[str, str], plain: bool
) -> Text:
    watch = state.watch
    name, width = cells_of
    tone = _STYLES.get(words.tone_of(state), "")
    line = Text(f"{words.short_name(state.entry.name, name):<{name}}")
    line.append(f"  {words.what_it_does(state, phases, now_s):<{_PHASE}.{_PHASE}}", tone)
    left = width - name - _PHASE - _GAP
    note = w.printable(words.note_of(state, now_s))
    if state.stage == RUNNING and not words.is_away(state) and not state.waits_for:
        cells: list[tuple[int, str, str]] = []
        elapsed = w.clock_time(watch.elapsed_s(now_s))
        cells.append((_TIME, f"{elapsed:>{_TIME}}", ""))
        if watch.total:
            cells.append((_PERCENT, f"{watch.share:>{_PERCENT}.0%}", ""))
        if watch.total and not note:  # while nothing moves, why is worth more than how fast
            cells.append((_RATE, f"{w.rate(watch.rate(now_s)):>{_RATE}}", "dim"))
            cells.append((_TIME, _left(state, now_s), "dim"))
            cells.append((_BAR, _bar(watch.share, plain), "cyan"))
        for cell, text, style in cells:
            if left >= cell + _GAP:
                line.append("  ").append(text, style)
                left -= cell + _GAP
    elif state.stage == ENDED and state.is_good:
        text = "  ".join(
            filter(
                None,
                (
                    words.versions_of(state, "->" if plain else "→"),
                    w.clock_time(state.ended_s - state.began_s),
                ),
            )
        )
        if left >= len(text) + _GAP:
            line.append("  ").append(w.printable(text), "dim")
            left -= len(text) + _GAP
    if note and left >= min(_SHORTEST_NOTE, len(note) + _GAP):
        line.append("  " + note[: left - _GAP], _note_style(state) or tone)
    line.truncate(width)
    line.rstrip()
    return line


def _note_style(state: BoardState) -> str:
    if state.stage == RUNNING and state.watch.times and not state.watch.total:
        return "dim"  # how long it may take
    return "" if state.stage == ENDED else "yellow"


def _bar(share: float, plain: bool) -> str:
    full, empty = ("#", ".") if plain else ("━", "─")
    cells = int(share * _BAR)
    return full * cells + empty * (_BAR - cells)


def _left(state: BoardState, now_s: float) -> str:
    rate = state.watch.rate(now_s)
    if not rate:
        return " " * _TIME
    return f"-{w.clock_time((state.watch.total - state.watch.done) / rate)}".rjust(_TIME)


class TableView:
    """See `View`.

    Args:
        console: a terminal.
        phases: what a phase is called.
    """

    def __init__(self, console: Console, phases: Mapping[str, str]) -> None:
        self._console = console
        self._live = LiveLines(console)
        self._phases = phases
        self._drawn = 0.0

    def event(self, state: BoardState, event: Event) -> None:
        """See `View`: the table shows it."""

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        """See `View`."""
        if time.monotonic() - self._drawn >= _FRAME_S:
            self._draw(states, now_s)

    def close(self, states: Sequence[BoardState], now_s: float) -> None:
        """The whole table, for good."""
        self._live.clear()
        console = self._console
        for line in last_lines(states, now_s, console.width - 1, self._phases, self._plain):
            console.print(line, soft_wrap=True)

    @property
    def _plain(self) -> bool:
        return not self._console.encoding.lower().startswith("utf")

    def _draw(self, states: Sequence[BoardState], now_s: float) -> None:
        self._drawn = time.monotonic()
        size = self._console.size
        self._live.draw(
            Group(*lines(states, now_s, self._live.width, size.height, self._phases, self._plain))
        )
