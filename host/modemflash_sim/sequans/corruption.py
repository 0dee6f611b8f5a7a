"""What a bad wire does to messages, one message at a time.

Rules that hold here: each message meets at most one fate, drawn from the
modem's own dice, so the same seed damages the same messages; a flip changes
exactly one bit.
"""

from __future__ import annotations

import random

from modemflash_sim.sequans.faults import Faults

FATES = ("drop", "flip", "duplicate", "delay")


class Corruption:
    """The wire's faults in one direction.

    Args:
        faults: what is in force.
        direction: "to" the modem or "from" it.
        dice: where luck comes from.
    """

    def __init__(self, faults: Faults, direction: str, dice: random.Random) -> None:
        self._dice = dice
        self._rates = {fate: faults.number(fate) + faults.number(f"{fate}-{direction}") for fate in FATES}
        delay = "delay" if faults.on("delay") else f"delay-{direction}"
        self.delay_us = int(faults.number(delay, 1) * 1000) if faults.on(delay) else 0
        self.possible = any(self._rates.values())

    def fate(self) -> str:
        """What happens to the next message: one of `FATES`, or "" for nothing."""
        if not self.possible:
            return ""
        luck = self._dice.random()
        for fate, rate in self._rates.items():
            if luck < rate:
                return fate
            luck -= rate
        return ""

    def carried(self, data: bytes) -> tuple[bytes, int]:
        """What is left of a message on the way, and how much later it comes; b"" when it is lost."""
        fate = self.fate()
        if fate == "drop":
            return b"", 0
        if fate == "flip":
            return self.flip(data), 0
        return data * (2 if fate == "duplicate" else 1), self.delay_us if fate == "delay" else 0

    def flip(self, data: bytes) -> bytes:
        """The same bytes with one bit changed."""
        damaged = bytearray(data)
        damaged[self._dice.randrange(len(damaged))] ^= 1 << self._dice.randrange(8)
        return bytes(damaged)
