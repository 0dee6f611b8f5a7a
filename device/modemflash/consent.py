"""A consent: the name of a danger, and what it is about, as a pair of texts.

("allow-downgrade", "") or ("change-radio", "nb-iot"). Rule that holds here: on a
card and between two programs a consent is one text, its name and its subject
with a blank between; this file is its only encoder and decoder.
"""


def encoded(consents: "Iterable[Consent]") -> "list[str]":
    """Consents as they are written down, in order."""
    return sorted([name + " " + subject if subject else name for name, subject in consents])


def decoded(texts: "Iterable[str]") -> "set[Consent]":
    """Written consents as pairs."""
    found = set()
    for text in texts:
        at = text.find(" ")
        found.add((text, "") if at < 0 else (text[:at], text[at + 1 :]))
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Consent = tuple[str, str]
