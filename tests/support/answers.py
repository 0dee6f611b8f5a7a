"""Who answers in tests, where a person would be asked."""

from __future__ import annotations

from modemflash.errors import Refusal
from modemflash_host.families.plan import Need


class Answers:
    """Gives every consent, and keeps what was asked for.

    Args:
        accepts: False refuses.
    """

    def __init__(self, accepts: bool = True) -> None:
        self.accepts = accepts
        self.asked: list[str] = []

    def consent(self, need: Need, refusal: Refusal) -> None:
        """See `modemflash_host.run.confirm.Ask`."""
        self.asked.append(need.consent.name)
        if not self.accepts:
            raise refusal

    def question(self, name: str, refusal: Refusal) -> bool:
        """See `modemflash_host.run.confirm.Ask`."""
        self.asked.append(name)
        return self.accepts
