"""The consents: a danger that somebody accepts, by its name and what it is about.

Rules: a plain "yes" covers a plain upgrade only; every danger is accepted by
its own flag, or on a terminal by its own typed word, never by another's. Which
dangers there are stands in the vocabulary of each family.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from modemflash_host.families.vocabulary import Danger


class Consent(NamedTuple):
    """One consent.

    Attributes:
        name: of the danger.
        subject: what it is about, where it is about one thing only ("nb-iot", "41065-48829").
    """

    name: str
    subject: str = ""

    def fields(self) -> dict[str, str]:
        """As fields of an event."""
        return {"consent": self.name, "subject": self.subject}


YES = Consent("yes")


def flag_of(consent: tuple[str, str]) -> str:
    """What is added to the command line; a danger's is shown in `--help` only, see `names_of`."""
    if consent == YES:
        return "-y"
    name, subject = consent
    return f"--{name} {subject}" if subject else f"--{name}"


def names_of(consents: Iterable[tuple[str, str]]) -> str:
    """Consents in words: a danger by its name, never as the flag that could be pasted."""
    return ", ".join(flag_of(each) if each == YES else f"{each[0]} {each[1]}".rstrip() for each in consents)


def word_of(consent: Consent, dangers: Mapping[str, Danger]) -> str:
    """What is to be typed on a terminal."""
    danger = dangers.get(consent.name)
    return (danger.word if danger else "") or consent.subject or consent.name
