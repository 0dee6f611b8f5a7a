"""Rules of `corruption`: at most one thing happens to a message, and the same seed does the same."""

from __future__ import annotations

import random

import pytest

from modemflash_sim.sequans import faults
from modemflash_sim.sequans.corruption import Corruption

MESSAGE = bytes(range(64))


def wire(fault: str, direction: str = "to", seed: int = 1) -> Corruption:
    return Corruption(faults.parse(fault), direction, random.Random(seed))


def test_a_good_wire_changes_nothing() -> None:
    """And draws no random number, so other faults are as they were without it."""
    generator = random.Random(1)
    good = Corruption(faults.parse(""), "to", generator)
    assert good.apply(MESSAGE) == (MESSAGE, 0)
    assert not good.possible
    assert generator.random() == random.Random(1).random()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("drop:1", (b"", 0)), ("duplicate:1", (MESSAGE * 2, 0)), ("delay:1:700", (MESSAGE, 700_000))],
)
def test_each_kind(fault: str, expected: tuple[bytes, int]) -> None:
    """Lost, doubled, late."""
    assert wire(fault).apply(MESSAGE) == expected


def test_a_flip_changes_one_bit() -> None:
    """Of one byte."""
    changed, _ = wire("flip:1").apply(MESSAGE)
    assert sum((a ^ b).bit_count() for a, b in zip(MESSAGE, changed, strict=True)) == 1


def test_a_direction_has_its_own_faults() -> None:
    """`drop-from` spares what goes to the modem."""
    assert wire("drop-from:1", "to").apply(MESSAGE) == (MESSAGE, 0)
    assert wire("drop-from:1", "from").apply(MESSAGE) == (b"", 0)


def test_the_share_is_as_asked_and_the_seed_decides() -> None:
    """A tenth of many messages; two wires of one seed agree message by message."""
    first, second = wire("drop:0.1"), wire("drop:0.1")
    kinds = [first.next_kind() for _ in range(5_000)]
    assert kinds == [second.next_kind() for _ in range(5_000)]
    assert 400 < kinds.count("drop") < 600
