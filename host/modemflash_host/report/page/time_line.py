"""When each phase of a run was, against its usual and allowed times, and what was not as usual on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.report.page.markup import Markup, element, prose, section, table
from modemflash_host.report.page.story import PhaseTime, Story
from modemflash_host.reporters import words as w

_T = TypeVar("_T")

_BAR = 1000
_MOST_ROWS = 100
_KINDS = {"stall": "nothing moved", "retry": "again", "stop": "stop request", "sleep": "sleep"}


def phases(story: Story) -> Markup:
    """A row a phase: when it ran, how long it took, how long it usually takes and may."""
    end_s = max(story.end_s, 1.0)
    body = [
        _left_out(story.phases) if phase is None else _phase_row(phase, end_s, story.words)
        for phase in _ends(story.phases)
    ]
    if not body:
        return Markup("")
    legend = element(
        "p",
        element("span", element("span", "", class_="key took"), " took", class_="legend"),
        element("span", element("span", "", class_="key usual"), " usual", class_="legend"),
        class_="legends",
    )
    heads = ("phase", "took", "usual", "allowed")
    caption = f"When each phase ran, of {w.clock_time(story.end_s)} in all"
    return section("Time line", table(caption, heads, body, "phases"), legend)


def _phase_row(phase: PhaseTime, end_s: float, words: Vocabulary) -> Markup:
    took_s = phase.ended_s - phase.began_s
    usual = w.span(phase.usual_s) if phase.usual_s else "–"
    allowed = w.span(phase.allowed_s) if phase.allowed_s else "–"
    if phase.silence_s and not phase.allowed_s:
        allowed = "while it answers"
    name: list[str] = [element("span", words.phase(phase.name))]
    if phase.failed:
        name += [" ", element("strong", "failed", class_="bad")]
    bar = element(
        "svg",
        _stretch(phase.began_s, phase.usual_s, end_s, "usual"),
        _stretch(phase.began_s, took_s, end_s, "bad" if phase.failed else "took"),
        viewBox=f"0 0 {_BAR} 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )
    cells = (w.clock_time(took_s) if took_s >= 1 else "< 1 s", usual, allowed)
    return element("tr", element("th", *name, bar, scope="row"), *(element("td", cell) for cell in cells))


def _stretch(from_s: float, length_s: float, end_s: float, class_: str) -> Markup:
    left = _BAR * from_s / end_s
    width = max(4.0, min(_BAR - left, _BAR * length_s / end_s))
    return element(
        "rect", x=f"{min(left, _BAR - 4):.1f}", y=0, width=f"{width:.1f}", height=10, class_=class_
    )


def on_the_way(story: Story) -> Markup:
    """What was not as usual, with its time."""
    body = []
    for mark in _ends(story.marks):
        if mark is None:
            body.append(_left_out(story.marks))
            continue
        long = f" for {w.span(mark.seconds)}" if mark.seconds else ""
        cells = (f"{_KINDS[mark.kind]}{long}", prose(mark.text))
        at = element("th", w.clock_time(mark.at_s), scope="row")
        body.append(element("tr", at, *(element("td", cell) for cell in cells)))
    return table("What happened on the way", ("time", "what", ""), body, "way") if body else Markup("")


def _ends(rows: Sequence[_T]) -> list[_T | None]:
    """All rows, or the first and the last of them with None between."""
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    half = _MOST_ROWS // 2
    return [*rows[:half], None, *rows[-half:]]


def _left_out(rows: Sequence[object]) -> Markup:
    words = f"… {len(rows) - _MOST_ROWS} more, in events.jsonl of the zip"
    return element("tr", element("td", words, colspan=4))
