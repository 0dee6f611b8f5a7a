"""What a board says of its last power-up is a record, or it is nothing."""

from __future__ import annotations

import json

import pytest

from modemflash.interface import MODEM_ANSWERED
from modemflash_host.rescue.power_up import PowerUp


@pytest.mark.parametrize(
    "power_up",
    [
        PowerUp(1),
        PowerUp(2, "aabbccddeeff", 30),
        PowerUp(2, "aabbccddeeff", 95, "modem-silent", 90),
        PowerUp(3, "aabbccddeeff", 12, MODEM_ANSWERED, 11, "application", 921600, 41065),
    ],
)
def test_there_and_back(power_up: PowerUp) -> None:
    """What a board prints is what is read."""
    assert PowerUp.decode(power_up.encode()) == power_up


def test_only_an_answer_is_one() -> None:
    """A modem that was not found has not answered."""
    assert PowerUp(1, code=MODEM_ANSWERED).has_answered
    assert not PowerUp(1, code="modem-silent").has_answered
    assert not PowerUp(1).has_answered


def test_a_modem_of_no_known_build_has_answered() -> None:
    """The board writes null where the modem does not say its build."""
    text = json.dumps({"boots": 1, "up_s": 5, "code": MODEM_ANSWERED, "after_s": 5, "build": None})
    power_up = PowerUp.decode(text)
    assert power_up is not None and power_up.has_answered and power_up.answer()["build"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"boots": true}',
        '{"boots": "1"}',
        '{"boots": 1, "up_s": "5"}',
        '{"boots": 1, "board": 7}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_nothing(text: str) -> None:
    """A console may print anything."""
    assert PowerUp.decode(text) is None
