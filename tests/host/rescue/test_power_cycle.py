"""What is seen of a power cycle, and what it proves."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash.interface import MODEM_ANSWERED
from modemflash_host.rescue.port_monitor import PortState
from modemflash_host.rescue.power_cycle import PowerCycle, words
from modemflash_host.rescue.power_up import PowerUp


class Steps:
    """What a power cycle says."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def __call__(self, what: str, **fields: Any) -> None:
        assert words(what, **fields)
        self.steps.append(what)


def record(up_s: int, boots: int = 2) -> PowerUp:
    return PowerUp(boots, "b", up_s)


def at(back_s: int, away_s: int = 0, power_up: PowerUp | None = None) -> PortState:
    return PortState("p", away_s, back_s, power_up)


def away(away_s: int) -> PortState:
    return PortState(None, away_s)


FOUND = PowerUp(2, "b", 4, MODEM_ANSWERED, 3, "application", 921600, 1)


@pytest.mark.parametrize(
    ("seen", "steps", "end"),
    [
        ([away(1), away(10), at(1, 10, record(2))], ["port-gone", "long-enough", "power-cut"], ""),
        ([away(10), at(0, 10), at(3, 10, record(5))], ["port-gone", "long-enough", "power-cut"], ""),
        ([away(12), at(1, 12, record(300))], ["port-gone", "long-enough", "battery"], ""),
        ([away(9), at(1, 9, record(2))], ["port-gone", "too-short"], ""),
        ([away(9), at(1, 9, record(2)), at(99, 9, record(99))], ["port-gone", "too-short"], ""),
        (
            [away(3), at(1, 3), away(11), at(1, 11, record(2))],
            ["port-gone", "too-short", "port-gone", "long-enough", "power-cut"],
            "",
        ),
        ([at(9, 0, record(30)), at(12, 0, record(1, 3))], ["reset-only"], ""),
        ([at(9, 0, record(30)), at(12, 0, record(33))], [], ""),
        ([at(500), at(1099)], [], ""),
        ([at(500), at(1100)], [], "no-cut"),
        ([away(11), at(91, 11, record(90))], ["port-gone", "long-enough", "power-cut", "silent"], "silent"),
        ([away(11), at(59, 11)], ["port-gone", "long-enough"], ""),
        ([away(11), at(60, 11)], ["port-gone", "long-enough"], "no-word"),
        ([away(3), at(1, 3, FOUND)], ["port-gone", "too-short", "answered"], "answered"),
        ([at(1, 0, FOUND)], ["answered"], "answered"),
    ],
)
def test_what_proves_a_power_cut(seen: list[PortState], steps: list[str], end: str) -> None:
    """Ten seconds without the port and a board that started anew, nothing less; the rest has names."""
    said = Steps()
    this = PowerCycle(0, said, 600)
    for each in seen:
        this.look(each)
    assert (said.steps, this.end) == (steps, end)
    assert this.cuts == steps.count("power-cut")
