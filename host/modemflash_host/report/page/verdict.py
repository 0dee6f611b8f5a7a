"""The three questions of somebody with a module on the desk: what happened, is it safe, what next.

Rules: a run that has an end says it itself; one that was killed is judged by
what had begun; the words about power and the module's state are those of the
screen, from the same tables; no line offers a danger's flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.text import Text

from modemflash.errors import CATALOGUE, RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED
from modemflash_host.families.vocabulary import BAD, DOUBT, GOOD, PLAIN
from modemflash_host.report.page.story import Story, number, text
from modemflash_host.reporters.advice_rows import advice_rows
from modemflash_host.reporters.words import MODEM_STATES, clock_time, size

_ANSWERS = {
    UNTOUCHED: "Yes.",
    UPDATED: "Yes.",
    RECOVERABLE: "Yes, as it stands, but it is not done.",
    UNKNOWN: "That is not known yet.",
}
_TONES = {UNTOUCHED: GOOD, UPDATED: GOOD, RECOVERABLE: DOUBT, UNKNOWN: BAD}
_STATUS_TONES = {"updated": GOOD, "nothing-to-do": GOOD, "failed": BAD}
_BESIDE_THE_NEXT = ("Code", "Modem")
_KILLED = "The program was killed before it could say how it ended, or it still runs."
_AFTER_KILLED = (
    "Run the same command again: it looks at the module first, and goes on from there. "
    "`modemflash history` says whether it still runs."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The three answers.

    Attributes:
        tone: of the whole, one of the vocabulary's tones.
        happened: one sentence.
        more: what else is to be said of it.
        code: searchable; "" for none.
        answer, safe, safe_tone: whether the module is safe, in a word and in a sentence.
        advice: label and text of each thing to do; () for nothing.
        command: the next command line; "" for none.
    """

    tone: str
    happened: str
    more: str
    code: str
    answer: str
    safe: str
    safe_tone: str
    advice: tuple[tuple[str, Text], ...]
    command: str


def verdict_of(story: Story) -> Verdict:
    """The answers of a run."""
    problem, result = story.event("problem"), story.event("result")
    if not result:
        begun = bool(story.event("unfinished")) or any(story.words.writes(each.name) for each in story.phases)
        state = UNKNOWN if begun else UNTOUCHED
        return _verdict(BAD if begun else DOUBT, _KILLED, "", "", state, {"": Text(_AFTER_KILLED)}, "")
    state = text(result.get("modem_state"))
    state = state if state in MODEM_STATES else UNKNOWN
    status, code, command = (text(result.get(name)) for name in ("status", "code", "next"))
    if problem:
        hint, evidence = text(problem.get("hint")), text(problem.get("evidence"))
        begun_event = story.event("unfinished") or None
        advice = dict(advice_rows(code, hint, state, story.words, evidence, begun_event))
        tone = _STATUS_TONES.get(status, DOUBT)
        return _verdict(tone, _sentence(text(problem.get("happened"))), "", code, state, advice, command)
    words = CATALOGUE.get(code, (code, "", ""))
    if status == "updated":
        took = f"It took {clock_time(number(result.get('seconds')))}"
        sent = f"{took}; {size(int(number(result.get('bytes'))))} of firmware went to the module."
        return _verdict(GOOD, "The module was updated.", sent, "", state, {}, command)
    if status == "nothing-to-do":
        return _verdict(GOOD, _sentence(words[0]), "", "", state, {}, command)
    return _verdict(DOUBT, _sentence(words[0]), "", code, state, {"Do this": Text(words[1])}, command)


def _sentence(words: str) -> str:
    words = words.rstrip(". ")
    return f"{words[:1].upper()}{words[1:]}."


def _verdict(
    tone: str, happened: str, more: str, code: str, state: str, advice: Mapping[str, Text], command: str
) -> Verdict:
    word, _, sentence = MODEM_STATES[state].partition(": ")
    said = advice["Modem"].plain if "Modem" in advice else f"{word}: {sentence}"
    as_before = state == UNTOUCHED and said != MODEM_STATES[state]
    rest = tuple((label, words) for label, words in advice.items() if label not in _BESIDE_THE_NEXT)
    return Verdict(
        tone or PLAIN,
        happened,
        more,
        code,
        "It is as it was." if as_before else _ANSWERS[state],
        _sentence(said),
        DOUBT if as_before else _TONES[state],
        rest,
        command,
    )
