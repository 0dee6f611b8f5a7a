"""What a port of the modem says, and when; and what happens to the whole modem because of it."""

from __future__ import annotations

from dataclasses import dataclass

# What a session asks of the modem around it.
PROGRAMMER_STARTS, RESTARTS, SWITCHES_TO_EDL = "programmer-starts", "restarts", "switches-to-edl"
LINK_LOST, POWER_LOST = "link-lost", "power-lost"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Bytes of the modem, and when they leave it."""

    at_us: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of bytes that arrived.

    Attributes:
        said: in the order of time.
        event: what it asks of the modem; "" for nothing.
        at_us: when.
    """

    said: tuple[Spoken, ...] = ()
    event: str = ""
    at_us: int = 0
