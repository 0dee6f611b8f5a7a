"""The consents: which danger each one accepts, its flag, and the word to type.

Rules: a plain "yes" covers a plain upgrade only; every danger is accepted by
its own flag, or on a terminal by its own typed word, never by another's.
A consent is a string: its name, and what it is about where it is about one
thing only ("change-radio nb-iot", "accept-unproven-path 41065-48829").
"""

from __future__ import annotations

from dataclasses import dataclass

from modemflash.errors import Refusal

YES = "yes"
AFTER_PART_1 = "after-part-1"  # a question with two answers, no danger: which of two states a modem is in


@dataclass(frozen=True, slots=True)
class Danger:
    """One kind of consent.

    Attributes:
        risk: what may come of it, one sentence; the flag's help and the question on a terminal.
        word: what is typed on a terminal; "" where the consent's own argument is the word.
        argument: the name of the flag's argument, "" where it takes none.
    """

    risk: str
    word: str
    argument: str = ""


DANGERS: dict[str, Danger] = {
    "allow-downgrade": Danger(
        (
            "The firmware in the file is OLDER than the one that runs: bands and fixes of the newer one "
            "are lost."
        ),
        "downgrade",
    ),
    "change-radio": Danger(
        "The modem will speak another radio (CAT-M1 or NB-IoT): SIM, operator and antenna must fit, "
        "and some ways back are known to have killed modems.",
        "",
        "cat-m1|nb-iot",
    ),
    "accept-unproven-path": Danger(
        "Nobody is known to have gone this way and come out well, or modems have DIED on it.",
        "",
        "FROM-TO",
    ),
    "accept-unknown-file": Danger(
        "The file is of a kind this program cannot check: a wrong one can leave the modem dead.",
        "unknown-file",
    ),
    "without-way-back": Danger(
        "Files are missing that would be needed if power fails on the way: the modem may then stay as it is.",
        "no-way-back",
    ),
    "write-boot-rom": Danger(
        "Writes the modem's boot ROM: if power fails in these seconds, the modem is dead for good.",
        "boot-rom",
    ),
}


def danger_of(consent: str) -> Danger:
    """The danger that a consent accepts."""
    return DANGERS[consent.split(" ")[0]]


def flag_of(consent: str) -> str:
    """What to add to the command line."""
    return "-y" if consent == YES else f"--{consent}"


def flags_of(refusal: Refusal) -> str:
    """Everything that must be added to the command line to get past a refusal."""
    return " ".join(flag_of(consent) for consent in refusal.consent.split(","))


def word_of(consent: str) -> str:
    """What is to be typed on a terminal."""
    return danger_of(consent).word or consent.split(" ")[1]
