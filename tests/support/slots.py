"""A journal's store in memory."""

from __future__ import annotations


class Slots:
    """What was written last survives everything.

    Args:
        slots: what is there already, by the number of its slot.
    """

    def __init__(self, slots: dict[int, bytes] | None = None) -> None:
        self.slots: dict[int, bytes] = slots if slots is not None else {}

    def load(self, slot: int) -> bytes:
        return self.slots.get(slot, b"")

    def save(self, slot: int, data: bytes) -> None:
        self.slots[slot] = data
