"""What a bad wire does to messages, one message at a time.

Rules that hold here: at most one thing happens to a message, drawn from the
modem's own random numbers, so the same seed corrupts the same messages; a flip changes
exactly one bit.
"""

from __future__ import annotations

import random

from modemflash_sim.sequans.faults import Faults

KINDS = ("drop", "flip", "duplicate", "delay")


class Corruption:
    """The wire's faults in one direction.

    Args:
        faults: what is in force.
        direction: "to" the modem or "from" it.
        generator: of random numbers.
    """

    def __init__(self, faults: Faults, direction: str, generator: random.Random) -> None:
        self._random = generator
        self._rates = {kind: faults.number(kind) + faults.number(f"{kind}-{direction}") for kind in KINDS}
        delay = "delay" if faults.on("delay") else f"delay-{direction}"
        self.delay_us = int(faults.number(delay, 1) * 1000) if faults.on(delay) else 0
        self.possible = any(self._rates.values())

    def next_kind(self) -> str:
        """What happens to the next message: one of `KINDS`, or "" for nothing."""
        if not self.possible:
            return ""
        number = self._random.random()
        for kind, rate in self._rates.items():
            if number < rate:
                return kind
            number -= rate
        return ""

    def apply(self, data: bytes) -> tuple[bytes, int]:
        """What arrives of a message, and how much later it comes; b"" when it is lost."""
        kind = self.next_kind()
        if kind == "drop":
            return b"", 0
        if kind == "flip":
            return self.flip(data), 0
        return data * (2 if kind == "duplicate" else 1), self.delay_us if kind == "delay" else 0

    def flip(self, data: bytes) -> bytes:
        """The same bytes with one bit changed."""
        corrupted = bytearray(data)
        corrupted[self._random.randrange(len(corrupted))] ^= 1 << self._random.randrange(8)
        return bytes(corrupted)
