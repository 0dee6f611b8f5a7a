"""The words that this project does not use, and what it says instead.

Rules: the list stands here and nowhere else. A word is forbidden where it was a
name or an image; where it is plain English its pattern lets the plain use pass.
A pattern is matched without regard to case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OldWord:
    """One word or sentence of before.

    Attributes:
        pattern: what is not to be found, a regular expression.
        say: what stands there instead.
    """

    pattern: str
    say: str

    def found_in(self, line: str) -> bool:
        """Whether a line has it."""
        return re.search(self.pattern, line, re.IGNORECASE) is not None


def _name(*words: str) -> str:
    """A word as a word of its own, or as a part of a name with underscores."""
    return rf"(?<![a-z])(?:{'|'.join(words)})(?![a-z])"


# Names that were images or inventions.
NAMES = (
    OldWord(_name("tellers?"), "reporter"),
    OldWord(_name("voices?"), "sink"),
    OldWord(_name("wish", "wishes", "wished"), "stop request"),
    OldWord(_name("doors?", "tcpdoor", "ptydoor", "rfc2217door", "at_door", "boardatdoor"), "endpoint"),
    OldWord(_name("lanes?"), "direction"),
    OldWord(_name("ladders?", "rungs?"), "escalation, step"),
    OldWord(_name("beliefs?"), "assumption"),
    OldWord(_name("intakes?"), "image receiver"),
    OldWord(_name("vigils?"), "port monitor"),
    OldWord(r"(?<![a-z\"])guests?(?![a-z\"])", "temporary install"),  # "guest" is a key on boards of before
    OldWord(_name("see_off", "see off", "sees off", "seen off"), "uninstall"),
    OldWord(_name("by_hand"), "interactive"),
    OldWord(_name("held_file", "held file", "heldfile", "open_held"), "stable file"),
    OldWord(_name("known_state", "known state"), "safe boot"),
    OldWord(_name("hasty"), "early probe"),
    OldWord(_name("shy", "shyness"), "backoff"),
    OldWord(_name("suspend_watch", "suspendwatch"), "sleep watch"),
    OldWord(_name("agreements?"), "confirm"),
    OldWord(_name("ears"), "event sink"),
    # Plain English elsewhere: "told apart", "in the course of", "stays awake", "an exit code".
    OldWord(r"\bapart_s\b|\bimport apart\b|\bapart\.(serve|py)|endpoints\.apart", "subprocess server"),
    OldWord(r"\bself\.course\b|\bcourse\.(strike|spend|now)|\bclass Course\b", "scheduler"),
    OldWord(r"\bimport (awake|exits)\b|\bawake\(|\bexits\.[A-Z]", "sleep inhibitor, exit codes"),
    OldWord(
        r"\bsim\.life\b|\bself\.life\b|\bself\.damage\b|\bclass (Life|Damage)\b", "boot modes, corruption"
    ),
)

# Sentences that had to be read twice, or asked for what they did not name.
SENTENCES = (
    OldWord(r"needs? your word\b", "needs your consent"),
    OldWord(r"(has|had|have) not come to its end", "did not finish"),
    OldWord(r"files were read and named", "All files are good"),
    OldWord(
        r"none in between that is known|asked at the port itself",
        "none that is used; talking to the modem directly",
    ),
    OldWord(r"\bwork a modem\b|\bworks (a|the) modem\b", "keep trying a silent modem"),
    OldWord(r"one zip to send of", "pack a run into a zip for support"),
    OldWord(r"\bwas refused it\b|\brefused it\b", "was not allowed to"),
    OldWord(r"\bkeeps its six(?! bands)", "keep their six bands"),
    OldWord(r"\b(a|the) file that is none\b", "a file that is not a capture"),
    OldWord(r"\"that is no folder\b", "there is no such folder"),
    OldWord(r"\b(line|card) may go\b", "you can remove the line, the card"),
    OldWord(r"\bkeeps no words\b", "writes no log"),
    OldWord(r"\bfirst word stands\b|\bword stands\b", "the first one counts"),
    OldWord(r"--(door|belief)\b", "--endpoint, --assume"),
)

WORDS = NAMES + SENTENCES
