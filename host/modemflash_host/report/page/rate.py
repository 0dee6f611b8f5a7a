"""The rate over time as a drawing, with what stood in its way.

Rules: the drawing stretches to the width of the page, so its words are not part
of it, they stand around it in their own size; whoever cannot see it gets its
sentence, and the list of what happened; a mark is told by its letter, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from modemflash_host.report.page.markup import Markup, element, joined
from modemflash_host.report.page.story import RETRY, SLEEP, STALL, STOP, Mark, Piece, Story
from modemflash_host.reporters import words as w

Scale = Callable[[float], float]
"""Seconds or a rate -> where that is in the drawing."""

_WIDTH, _HEIGHT = 1000, 200
_LETTERS = {RETRY: "R", STOP: "S", SLEEP: "Z"}
_MEANINGS = {
    STALL: "nothing moved",
    RETRY: "something was sent again",
    STOP: "somebody asked to stop",
    SLEEP: "this computer slept",
}
_STEPS = (1, 2, 2.5, 5, 10)
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS = 6
_PLACES = 40  # where letters may stand; two of a kind at one place are one with a number


def rate_figure(story: Story) -> Markup:
    """The drawing; empty where no firmware was sent."""
    pieces = [piece for transfer in story.transfers for piece in transfer]
    if not pieces:
        return Markup("")
    begin_s = max(0.0, pieces[0].from_s - 1)
    end_s = max(pieces[-1].to_s, begin_s + 1)
    marks = [mark for mark in story.marks if begin_s <= mark.at_s <= end_s]
    marks = [mark for mark in marks if mark.kind != STALL or _is_in(mark, pieces)]
    top = _round_up(max(piece.rate for piece in pieces))

    def x(at_s: float) -> float:
        return round(_WIDTH * (min(max(at_s, begin_s), end_s) - begin_s) / (end_s - begin_s), 1)

    def y(rate: float) -> float:
        return round(_HEIGHT * (1 - rate / top), 1)

    drawing = element(
        "svg",
        element("title", "Bytes a second over time"),
        element("desc", _sentence(pieces, marks)),
        *(_band(mark, x(mark.at_s), x(mark.at_s + mark.seconds)) for mark in marks if mark.kind == STALL),
        *(_level(share * _HEIGHT) for share in (0, 0.5)),
        *(_curve(transfer, x, y) for transfer in story.transfers),
        *(_upright(mark, x(mark.at_s)) for mark in marks if mark.kind != STALL),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
    )
    return element(
        "figure",
        element(
            "div",
            drawing,
            element("div", *(_rate_word(top, share) for share in (0.5, 1)), class_="levels"),
            element("div", *_letters(marks, x), class_="letters"),
            class_="plot",
        ),
        element("div", *_times(begin_s, end_s), class_="times"),
        element("figcaption", _sentence(pieces, marks), " ", _legend(marks)),
        class_="rate",
    )


def _is_in(mark: Mark, pieces: list[Piece]) -> bool:
    """Whether a stall is one of a transfer, and not of the install behind it."""
    return any(piece.from_s < mark.at_s + mark.seconds and mark.at_s < piece.to_s for piece in pieces)


def _curve(transfer: list[Piece], x: Scale, y: Scale) -> Markup:
    points = [(x(at_s), y(piece.rate)) for piece in transfer for at_s in (piece.from_s, piece.to_s)]
    line = " L".join(f"{left} {down}" for left, down in points)
    area = f"M{points[0][0]} {_HEIGHT} L{line} L{points[-1][0]} {_HEIGHT} Z"
    return element("path", d=area, class_="area") + element("path", d=f"M{line}", class_="curve")


def _band(mark: Mark, left: float, right: float) -> Markup:
    title = element("title", f"nothing moved for {w.span(mark.seconds)}: {mark.text}")
    box = element("rect", x=left, y=0, width=max(1.5, round(right - left, 1)), height=_HEIGHT)
    return element("g", title, box, class_=STALL)


def _level(down: float) -> Markup:
    return element("line", x1=0, x2=_WIDTH, y1=down, y2=down, class_="level")


def _upright(mark: Mark, left: float) -> Markup:
    return element("line", x1=left, x2=left, y1=0, y2=_HEIGHT, class_=mark.kind)


def _word(class_: str, words: str, **places: float) -> Markup:
    style = "; ".join(f"{side}: {share:.1f}%" for side, share in places.items())
    return element("span", words, class_=class_, style=style, aria_hidden="true")


def _rate_word(top: float, share: float) -> Markup:
    return _word("rate-word", _rate(top * share), top=100 * (1 - share))


def _letters(marks: Iterable[Mark], x: Scale) -> Iterable[Markup]:
    at_place: dict[int, Counter[str]] = {}
    for mark in marks:
        if mark.kind in _LETTERS:
            place = round(x(mark.at_s) / _WIDTH * _PLACES)
            at_place.setdefault(place, Counter())[mark.kind] += 1
    for place, counts in at_place.items():
        letters = [
            element("span", _LETTERS[kind] + (f"×{count}" if count > 1 else ""), class_=f"letter {kind}")
            for kind, count in counts.items()
        ]
        yield _word("letter-place", joined(letters), left=min(99, max(1, 100 * place / _PLACES)))


def _times(begin_s: float, end_s: float) -> Iterable[Markup]:
    span_s = end_s - begin_s
    step_s = next((step for step in _TICKS_S if span_s / step <= _MOST_TICKS), span_s / _MOST_TICKS)
    at_s = -(-begin_s // step_s) * step_s
    while at_s <= end_s:
        share = 100 * (at_s - begin_s) / span_s
        if share <= 96:  # else it would stand over the edge
            yield _word("time", w.clock_time(at_s), left=share)
        at_s += step_s


def _sentence(pieces: list[Piece], marks: list[Mark]) -> str:
    took_s = sum(piece.to_s - piece.from_s for piece in pieces)
    sent = sum(piece.size for piece in pieces)
    most = max(piece.rate for piece in pieces)
    text = (
        f"{w.size(sent)} in {w.clock_time(took_s)}: {_rate(sent / took_s)} on average, {_rate(most)} at most."
    )
    still = [mark for mark in marks if mark.kind == STALL]
    if still:
        longest = max(mark.seconds for mark in still)
        text += f" Nothing moved {_times_word(len(still))}, {w.span(longest)} at the longest."
    return text


def _rate(bytes_per_s: float) -> str:
    return w.rate(bytes_per_s) or "0"


def _times_word(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _legend(marks: list[Mark]) -> Markup:
    kinds = [kind for kind in _MEANINGS if any(mark.kind == kind for mark in marks)]
    return joined(
        element(
            "span",
            element("span", _LETTERS.get(kind, ""), class_=f"key {kind}", aria_hidden="true"),
            f" {_MEANINGS[kind]}",
            class_="legend",
        )
        for kind in kinds
    )


def _round_up(rate: float) -> float:
    size = 10.0 ** (len(str(int(max(rate, 1)))) - 1)
    return next(step * size for step in _STEPS if step * size >= rate)
