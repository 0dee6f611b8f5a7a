"""The words of a family: everything that a person reads and only the family knows, as tables.

Rules: data and look-ups only; this file imports nothing of the project, so every
room may use it; a value from outside is given as it came, whoever shows it makes
it printable. `Vocabulary()` alone has the words that hold for every family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# How a piece of text is meant; a screen turns it into a colour, a page into a class.
PLAIN, DIM, STRONG, GOOD, DOUBT, BAD = ("", "dim", "strong", "good", "doubt", "bad")

Facts = Mapping[str, Any]
"""Fields by their names, for who knows them."""
Event = Facts
"""Something that happened: "event" names it, docs/json.md has its fields."""
EventFields = dict[str, Any]
"""An event on its way out, or fields for one."""
Span = tuple[str, str]
"""A text and its tone."""

_PART = r"(?!(?:[A-Z]*\d){5})[A-Z0-9]"
NAME_WORD = rf"(?:[A-Z][a-z]{{1,13}}|u-blox|[nu]?(?=[A-Z]){_PART}{{1,10}}(?:[-_]{_PART}{{1,8}}){{0,3}})"
"""A word of what a module calls itself: a maker, or a model such as SARA-R410M-02B; no long number in hex, no
base64, no address."""
MODEL_NAME = rf"(?!(?:[^\d\r\n]*\d){{8}}){NAME_WORD}(?:(?:, ?| ){NAME_WORD}){{0,4}}"
"""Some of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a block for people: a label, and a text in pieces.

    Attributes:
        label: "" goes on with the row above.
        spans: the text.
    """

    label: str
    spans: tuple[Span, ...]


def row(label: str, *spans: str | Span) -> Row:
    """A row; a piece that is no pair is plain text."""
    return Row(label, tuple((span, PLAIN) if isinstance(span, str) else span for span in spans))


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of consent.

    Attributes:
        risk: what may come of it, one sentence; the flag's help and the question on a terminal.
        word: what is typed on a terminal; "" where the consent's own subject is the word.
        argument: the name of the flag's argument, "" where it takes none.
        choices: the allowed arguments; () for any.
    """

    risk: str
    word: str
    argument: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VendorWord:
    """A word or code that a vendor's tool prints.

    Attributes:
        known: what is known of it, one sentence without its full stop.
        advice: what to do.
    """

    known: str
    advice: str


@dataclass(frozen=True, slots=True)
class FirstAid:
    """What to do by hand with a module that does not talk.

    Attributes:
        power: the one instruction about its power, "" for none; nothing else speaks of that.
        checks: (title, sentence), the best first.
        prognosis: how likely it is to come back.
        may_lose_power: a power cut harms it in no state, and the checks say so where it helps.
    """

    power: str
    checks: tuple[tuple[str, str], ...]
    prognosis: str
    may_lose_power: bool = False


@dataclass(frozen=True, slots=True)
class Readable:
    """What of a module's talk, and of ours to it, names nobody and stays readable where it is kept or shown.

    Each row is a regular expression (ASCII). What it matches at the beginning of a line stays, blanks in
    front of it too, and the rest of the line is reduced to its shape; no match ends within a word or number.

    Attributes:
        lines: of any line; the longest match counts.
        replies: command in capitals → of lines that answer it: the whole line has to match, and each row
            counts once an answer, so that a number in pieces does not come out.
    """

    lines: tuple[str, ...] = ()
    replies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# What is told somebody who asks to stop before anything was written.
WHOLE_UPDATE = "the whole update"
NOTHING_WRITTEN = ("Stopping at the next safe point. Nothing has been written.",)
BETWEEN_STEPS = (
    (
        "The module is not in its normal state now, so this goes on. "
        "Press Ctrl-C once more to stop here: the module then waits, and the same command carries on."
    ),
    "Stopping at the next safe point. Leave the power on and run the same command again.",
)

COMMON_PHASES = {
    "find": "find the module",
    "identify": "ask who it is",
    "verify": "check the files",
    "transfer": "send the firmware",
    "install": "module installs",
    "reboot": "module restarts",
    "read-back": "read it back",
    "reach-board": "reach the board",
    "deploy": "updater to board",
    "uninstall": "updater off board",
    "leave-board": "give the board back",
    "watch-power": "watch the port",
    "wait-port": "wait for the port",
    "list-files": "list its files",
    "copy-files": "copy its files",
}
GIVING_BACK = ("uninstall", "leave-board")  # the module is done with
_LEAVING_ANSWER = "The board is being given back as it was, which takes seconds. The module is not concerned."
# They leave the module alone.
BOARD_PHASES = ("reach-board", "deploy", "uninstall", "leave-board", "watch-power", "wait-port")
HARMLESS = ("", "find", "identify", "verify", "list-files", "copy-files", *BOARD_PHASES)


def _no_rows(_event: Event) -> Sequence[Row]:
    return ()


def _nothing_differs(_before: Facts, _after: Facts) -> bool:
    return False


def _no_first_aid(_evidence: str, _unfinished: Event | None, _code: str) -> FirstAid | None:
    return None


def _identity_rows(event: Event) -> Sequence[Row]:
    product, version = str(event.get("product") or ""), str(event.get("version") or "")
    if not product and not version:
        return (row("Module", ("does not say who it is in this state", DIM)),)
    return (row("Module", product or "not named"), row("Firmware", (version or "not known", STRONG)))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one family.

    Attributes:
        family: its name; "" for the words that hold for all.
        phases: phase → what a person reads; looked up before the common ones.
        stop_answers: phase → what is told at the first stop request in it, at the second, …
        harmless_phases: phases that leave the module as it was.
        states: boot mode → (what a person reads, its tone).
        directions: where an update leads → (what a person reads, its tone).
        roles: what a file of a plan is for → its label.
        settings: what is read of a module → its label.
        hidden_settings: of these, what is shown on demand only.
        dangers: consent → what it accepts.
        questions: name → the question; it has two answers, neither is a danger.
        evidence: error code → what was heard of a module that does not talk.
        vendor_words: what vendors' tools print, in lower case -> what is known of it.
        whole_update: what a retry of the whole update is called in its event.
        attempts: how often the whole update is tried at most; 0 where that is not said.
        readable: what of its talk may be kept, sent and shown.
        settings_differ: (record before, record after) → whether one differs that can be set again.
        first_aid: (evidence, the unfinished update, error code) → what to do by hand; None for nothing.
        identity_rows, details_rows, file_rows, plan_rows: an event → what people read of it.
    """

    family: str = ""
    phases: Mapping[str, str] = field(default_factory=dict)
    stop_answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    harmless_phases: tuple[str, ...] = HARMLESS
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    directions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    hidden_settings: tuple[str, ...] = ()
    dangers: Mapping[str, Danger] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    vendor_words: Mapping[str, VendorWord] = field(default_factory=dict)
    whole_update: str = WHOLE_UPDATE
    attempts: int = 0
    readable: Readable = Readable()
    settings_differ: Callable[[Facts, Facts], bool] = _nothing_differs
    first_aid: Callable[[str, Event | None, str], FirstAid | None] = _no_first_aid
    identity_rows: Callable[[Event], Sequence[Row]] = _identity_rows
    details_rows: Callable[[Event], Sequence[Row]] = _no_rows
    file_rows: Callable[[Event], Sequence[Row]] = _no_rows
    plan_rows: Callable[[Event], Sequence[Row]] = _no_rows

    def phase(self, name: str) -> str:
        """A phase as a person would say it."""
        return self.phases.get(name) or COMMON_PHASES.get(name, name)

    def state(self, name: str) -> Span:
        """A boot mode as a person would say it, and its tone."""
        return self.states.get(name, (name, PLAIN))

    def writes(self, phase: str) -> bool:
        """Whether the module may no longer be as it was once this phase has begun."""
        return phase not in self.harmless_phases

    def stop_answer(self, phase: str, stop_requests: int, written: bool = False, silence_s: int = 0) -> str:
        """What to tell somebody who asked to stop for the n-th time in this phase.

        Args:
            phase: the running phase.
            stop_requests: how often, counted from the phase's beginning; at least 1.
            written: an earlier phase has changed the module: a second attempt.
            silence_s: an answer is waited for so long at most; 0 where that is not known.
        """
        if phase in GIVING_BACK:
            return _LEAVING_ANSWER
        texts = self.stop_answers.get(phase)
        if texts is None:
            texts = BETWEEN_STEPS if self.writes(phase) or written else NOTHING_WRITTEN
        elif written and not self.writes(phase):
            texts = BETWEEN_STEPS
        at_most = f", after {silence_s} s at most" if silence_s else ""
        return texts[min(stop_requests, len(texts)) - 1].replace("{at_most}", at_most)
