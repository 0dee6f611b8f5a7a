"""What a capture tells of its run, read in one pass: phases, rate, what went wrong, the end of the wire.

Rules: events are the source, whatever the family; a capture may be of another
release, or have been changed by anybody: a field that is missing or of another
kind counts as not said, and never ends the report.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from modemflash_host.capture.file import Record
from modemflash_host.families.vocabulary import Event, Facts, Vocabulary
from modemflash_host.reporters.people import ENDS_PHASE

WordsOf = Callable[[str], Vocabulary]
"""The words of a family by its name; the common ones for a name that nobody has."""

STALL, RETRY, STOP, SLEEP = "stall", "retry", "stop", "sleep"
_SLEPT = "computer-slept"
# Their progress is that of reading a file, of reading the module, or of bytes that nobody sends.
_NOT_THE_WIRE = ("verify", "copy", "copy-files", "erase")
_TIMES = ("usual_s", "allowed_s", "silence_s")
_LAST_LINES = 40
_MOST_POINTS = 240
_KEPT_EVENTS = ("identity", "before", "plan", "record", "problem", "result", "unfinished", "place")


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """One phase that ran.

    Attributes:
        began_s, ended_s: seconds since the run began.
        usual_s, allowed_s, silence_s: as its event says; 0 where it does not.
    """

    name: str
    began_s: float
    ended_s: float
    usual_s: float
    allowed_s: float
    silence_s: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on the way: its `kind` is STALL, RETRY, STOP or SLEEP; `seconds` it took."""

    kind: str
    at_s: float
    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """So many bytes went between two moments."""

    from_s: float
    to_s: float
    size: int

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.size / (self.to_s - self.from_s)


@dataclass(slots=True)
class Story:
    """What a capture tells.

    Attributes:
        words: of the family whose module it is; the common ones where that was not known.
        events: the first `identity` and `before`, of everything else the last.
        transfers: of each transfer its pieces, in order.
        wire: the last records that are no events.
        end_s: when the last thing happened.
    """

    words: Vocabulary
    events: dict[str, Event] = field(default_factory=dict)
    phases: list[PhaseTime] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    transfers: list[list[Piece]] = field(default_factory=list)
    wire: deque[Record] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    end_s: float = 0.0

    def event(self, name: str) -> Event:
        """An event; empty where there was none."""
        return self.events.get(name, {})


def story_of(records: Iterable[Record], words_of: WordsOf, family: str = "") -> Story:
    """Read a capture's records.

    Args:
        records: all behind the header.
        words_of: see `WordsOf`.
        family: as the result names it; a capture of a newer release says it before.
    """
    story = Story(words_of(family))
    reader = _Reader(story)
    for record in records:
        story.end_s = max(story.end_s, number(record.get("at_ms")) / 1000)
        if "event" in record:
            reader.take(record["event"])
        elif "family" in record:
            story.words = words_of(record["family"])
        else:
            story.wire.append(record)
    reader.end_phase()
    story.transfers = [_thinned(pieces) for pieces in story.transfers if pieces]
    return story


def wire_of(records: Iterable[Record]) -> Iterator[Record]:
    """The last records of a capture that are no events, with a wire in another file."""
    last = deque((each for each in records if "event" not in each and "family" not in each), _LAST_LINES)
    return iter(last)


def number(value: object) -> float:
    """A number as it is, anything else as 0."""
    return float(value) if type(value) in (int, float) else 0.0  # type: ignore[arg-type]


def text(value: object) -> str:
    """A text or number as text, anything else as ""."""
    return str(value) if type(value) in (str, int, float) else ""


def rows(value: object) -> list[Facts]:
    """A list of objects as it is; what is none is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


class _Reader:
    """The running phase, and how far it is."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._phase: Event | None = None
        self._began_s = 0.0
        self._point: tuple[float, int] | None = None

    def take(self, event: Event) -> None:
        """Learn from one event."""
        kind = event["event"]
        if kind in _KEPT_EVENTS and not (kind in ("identity", "before") and kind in self._story.events):
            self._story.events[kind] = event
        if kind in ENDS_PHASE:
            self.end_phase(failed=kind == "problem" or bool(event.get("failed")))
        if kind == "phase":
            self._phase, self._began_s, self._point = event, self._story.end_s, None
        elif kind == "progress":
            self._moved(event)
        else:
            self._mark(kind, event)

    def end_phase(self, failed: bool = False) -> None:
        """What ran is over."""
        event, self._phase = self._phase, None
        if event is not None:
            usual_s, allowed_s, silence_s = (number(event.get(name)) for name in _TIMES)
            name, began_s, ended_s = text(event.get("phase")), self._began_s, self._story.end_s
            phase = PhaseTime(name, began_s, ended_s, usual_s, allowed_s, silence_s, failed)
            self._story.phases.append(phase)

    def _moved(self, event: Event) -> None:
        if event.get("phase") in _NOT_THE_WIRE:
            return
        now_s, done = self._story.end_s, int(number(event.get("done")))
        if self._point is None or done < self._point[1]:
            self._story.transfers.append([])
        elif now_s > self._point[0]:
            piece = Piece(self._point[0], now_s, done - self._point[1])
            self._story.transfers[-1].append(piece)
        else:
            return  # the same moment: the next piece has both
        self._point = (now_s, done)

    def _mark(self, kind: str, event: Event) -> None:
        now_s, marks = self._story.end_s, self._story.marks
        if kind == "stall":
            seconds = number(event.get("seconds"))
            if marks and marks[-1].kind == STALL and now_s - seconds <= marks[-1].at_s + marks[-1].seconds:
                seconds = now_s - marks.pop().at_s  # it grew
            began_s = max(0.0, now_s - seconds)
            marks.append(Mark(STALL, began_s, text(event.get("note")), now_s - began_s))
        elif kind == "retry":
            if event.get("what") == self._story.words.whole_update:
                self.end_phase(failed=True)
            what, attempt, reason = (text(event.get(name)) for name in ("what", "attempt", "reason"))
            marks.append(Mark(RETRY, now_s, f"{what}, attempt {attempt}: {reason}"))
        elif kind == "interrupt":
            marks.append(Mark(STOP, now_s, text(event.get("text"))))
        elif kind == "warning" and event.get("code") == _SLEPT:
            marks.append(Mark(SLEEP, now_s, text(event.get("text")), number(event.get("seconds"))))


def _thinned(pieces: list[Piece]) -> list[Piece]:
    """No more pieces than a drawing can show."""
    many = -(-len(pieces) // _MOST_POINTS)
    if many <= 1:
        return pieces
    groups = [pieces[at : at + many] for at in range(0, len(pieces), many)]
    return [Piece(group[0].from_s, group[-1].to_s, sum(each.size for each in group)) for group in groups]
