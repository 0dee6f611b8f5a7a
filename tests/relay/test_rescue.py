"""Rescue on a board, end to end: a modem that only a true power cut wakes, and a person who cuts it, well or badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modemflash.errors import Refusal
from modemflash_host import api
from modemflash_host.armed_rescue import ArmedRescue, Means
from modemflash_host.board import ways
from modemflash_host.board.relay import Place
from modemflash_host.interrupts import Interrupts
from modemflash_host.reporters import Teller
from modemflash_host.result import Result
from modemflash_host.sim import faults, profiles
from modemflash_host.sim.modem import SimModem
from relay.desk import QUICK, RUNS, Build, Desk

PROFILES = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")
FLASH_KEEPS = ("/modemflash.journal.0", "/modemflash.journal.1")


def wedged(fault: str = "wedged:10") -> SimModem:
    return SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK), faults=faults.parse(fault))


class Person:
    """Somebody at the board, who does what the screen says, or something else.

    Args:
        table: the board.
        habits: what is done at the n-th request to cut the power; the last one is repeated.
    """

    def __init__(self, table: Desk, *habits: Callable[[Person], None]) -> None:
        self.table = table
        self.port = "simulated"
        self._habits = list(habits)
        self._due: list[tuple[int, Callable[[], object]]] = []
        self.steps: list[str] = []

    def told(self, event: dict[str, Any]) -> None:
        if event["event"] != "rescue":
            return
        self.steps.append(event["what"])
        if event["what"] in ("cut-now", "cut-again", "too-short", "battery", "reset-only") and self._habits:
            habit = self._habits.pop(0) if len(self._habits) > 1 else self._habits[0]
            habit(self)

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        self._due.append((self.table.board.now_us + int(seconds * 1_000_000), act))

    def find(self) -> str | None:
        """Where the port is; the hands move in between."""
        for due in sorted(self._due, key=lambda each: each[0]):
            if due[0] <= self.table.board.now_us:
                self._due.remove(due)
                due[1]()
        return self.port if self.table.cable.plugged else None

    def cut(self, seconds: float, port: str = "simulated", battery: bool = False) -> None:
        board = self.table.board

        def off() -> None:
            board.unplug()
            if not battery:
                board.cut_power()

        def on() -> None:
            self.port = port
            board.plug_in()
            board.switch_on()

        self.at(3, off)
        self.at(3 + seconds, on)


def cut(seconds: float, **more: Any) -> Callable[[Person], None]:
    return lambda person: person.cut(seconds, **more)


def press_reset(person: Person) -> None:
    person.at(20, person.table.board.press_reset)


def nothing(person: Person) -> None: ...


def rescue(
    table: Desk,
    person: Person,
    *,
    source: bool = True,
    for_s: int = 3600,
    ask: Any = None,
    stay_armed: bool = False,
) -> Result:
    """`modemflash rescue [SOURCE]` as typed."""
    table.interrupts = Interrupts()
    teller = Teller([table.heard], table.interrupts)
    report = table.heard.report

    def told(event: dict[str, Any], at_s: float) -> None:
        report(event, at_s)
        person.told(event)

    table.heard.report = told  # type: ignore[method-assign]

    def place_at(name: str, say: Any = None) -> Place:
        assert name == person.port
        return replace(table.place(), port=name)

    def attempt(port: str) -> Result:
        if source:
            return api.update(
                port, table.files, teller, consents={"yes"}, ask=lambda *_: True, via="relay"  # type: ignore[arg-type]
            )
        try:
            found = api.info(port, teller, via="relay")
        except Exception as problem:  # noqa: BLE001
            return Result.of_problem(problem)  # type: ignore[arg-type]
        return Result("nothing-to-do", "modem-asked", from_build=found.identity.build)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "place_of", place_at)
        means = Means("simulated", person.find, place_at, table.pc, attempt, api.begun_before)
        return ArmedRescue(means, teller, for_s, stay_armed).run(set() if ask else {"yes"}, ask)


def is_as_before(table: Desk, names: list[str], main: bytes) -> None:
    """The user's program runs, and board and NVS are what they were, byte for byte."""
    assert RUNS in table.shows(8)
    assert {n: v for n, v in table.board.hardware.nvs.items() if n.startswith("mf_")} == {}
    assert table.flash.get("/main.py") == main
    assert set(table.flash.names()) - set(FLASH_KEEPS) == set(names)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_power_cut_and_the_update(desk: Build, fresh_flash: Any, profile: str) -> None:
    """A fresh board, a dead modem, one true power cut: updated, and nothing stays on the board."""
    with desk(fresh_flash, profile=profile, modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")
        person = Person(table, cut(12))
        result = rescue(table, person)
        assert result.status == "updated", (result, result.problem, person.steps)
        assert person.steps == [
            "armed", "cut-now", "port-gone", "long-enough", "power-cut", "answered", "put-back",
        ]  # fmt: skip
        assert table.modem.verdict.violations == ()
        assert table.modem.verdict.build == 41065
        is_as_before(table, names, main)
    [log] = [event["text"] for event in table.heard.events if event["event"] == "board-log"]
    assert "rescue: found after" in log
