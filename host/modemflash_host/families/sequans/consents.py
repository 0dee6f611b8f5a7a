"""Consents between the contract and the engine, which writes one as its name and its subject in one text."""

from __future__ import annotations

from collections.abc import Iterable

from modemflash_host.consents import Consent


def consent_of(text: str) -> Consent:
    """The engine's text as a consent."""
    name, _, subject = text.partition(" ")
    return Consent(name, subject)


def texts_of(consents: Iterable[Consent]) -> set[str]:
    """Consents as the engine has them."""
    return {f"{consent.name} {consent.subject}".rstrip() for consent in consents}
