"""The page that only asks: each opening is a row, what went wrong too, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.api import commands
from modemflash_host.errors import LinkProblem
from modemflash_host.families.plan import DIRECT, RELAY, ModuleInfo, Request
from modemflash_host.run.result import Result
from modemflash_web.inside import port_check as checks
from modemflash_web.inside.link import PagePort
from support.page_browser import StandInDevice, wait
from support.sinks import reporter

TIMES = 10


class Table:
    """A port, what was asked at it, and the rows that came of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **device: Any) -> None:
        monkeypatch.setattr(checks, "_LISTEN_MS", 1)
        monkeypatch.setattr(commands, "info", self.info)
        self.device = StandInDevice(**device)
        self.rows: list[dict[str, Any]] = []
        self.asked: list[Request] = []
        self.problem: Problem | None = None

    def info(self, request: Request, _: object) -> ModuleInfo:
        self.asked.append(request)
        raise self.problem or LinkProblem("port-lost", "its cable")

    def carry_out(self, work: Any, *_: object) -> Result:
        return work(reporter())  # type: ignore[no-any-return]

    def check(self, via: str = RELAY) -> None:
        jobs: Any = self
        device: Any = self.device
        port = PagePort(device, wait, lambda data: data)
        with pytest.raises(Problem):
            checks.port_check(jobs, port, wait, lambda each: self.rows.append(each["row"]), TIMES, via)  # type: ignore[arg-type, func-returns-value]

    def openings(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["what"].startswith("Opening")]


def test_ten_openings_then_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(monkeypatch)
    table.check()
    assert [row["what"] for row in table.openings()] == [f"Opening {n}" for n in range(1, TIMES + 1)]
    assert not any(row["restarted"] for row in table.openings())
    assert [each[0] for each in table.device.done].count("open") == TIMES
    assert not table.device.isOpen and not [each for each in table.device.done if each[0] == "write"]
    assert table.rows[-1]["code"] == "port-lost"


def test_a_board_that_restarts_at_an_opening_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(monkeypatch)
    table.device.coming.append(b"rst:0x1 (POWERON_RESET)")
    table.check()
    assert [row["restarted"] for row in table.openings()] == [True] + [False] * (TIMES - 1)
    assert "restarted" in table.openings()[0]["text"] and table.openings()[0]["bytes"] == 23


def test_a_port_that_does_not_open_is_told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(monkeypatch, refuses="NetworkError")
    table.check()
    assert {row["code"] for row in table.openings()} == {"port-busy"}


@pytest.mark.parametrize("via", [RELAY, DIRECT])
def test_who_is_asked_is_what_hangs_on_the_cable(monkeypatch: pytest.MonkeyPatch, via: str) -> None:
    table = Table(monkeypatch)
    table.check(via)
    assert [(each.via, each.only_look) for each in table.asked] == [(via, True)]
