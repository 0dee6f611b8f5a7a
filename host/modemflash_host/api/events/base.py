"""The base of all typed events."""

from __future__ import annotations

from dataclasses import dataclass, field

from modemflash_host.families.vocabulary import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run.

    Attributes:
        at_s: seconds since the run began.
        fields: all of it by its names, "event" among them, as `--json` has it; a later release may say more
            here than its class has attributes for.
    """

    at_s: float = 0.0
    fields: Facts = field(default_factory=dict, repr=False, compare=False)
