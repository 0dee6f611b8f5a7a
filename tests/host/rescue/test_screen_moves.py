"""The screen of an update at a modem's own port, and of a rescue there: it moves, and never back."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.api import commands
from modemflash_host.api.firmware import select_files
from modemflash_host.consents import YES
from modemflash_host.families.plan import DIRECT, Request
from modemflash_host.reporters import Reporter
from modemflash_host.rescue.retry import rescue
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from support.sinks import Clock
from support.watched_screen import WatchedScreen

MOST_STILL_S = 1.3


class NoAsk:
    """Nobody is asked: all was said."""

    def consent(self, need: object, refusal: Exception) -> None:
        raise refusal

    def question(self, name: str, refusal: Exception) -> bool:
        raise refusal


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedScreen:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    return WatchedScreen()


def test_no_second_of_an_update_at_the_modems_own_port_is_without_a_change(
    screen: WatchedScreen, tmp_path: Path
) -> None:
    port = f"sim://pycom-catm1?state={tmp_path / 'modem.json'}"
    paths = [Path("sim://CATM1-41065.dup"), Path("sim://updater.elf")]
    with ExitStack() as opened:
        files = select_files(paths, port, {}, Reporter([], StopRequests()), opened)
        wanted = Request(port, DIRECT, files, frozenset({YES}))
        result = commands.update(wanted, Reporter([screen], StopRequests()), NoAsk())
    assert result.status == "updated"
    assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]


def test_a_rescue_shows_one_time_that_goes_on(screen: WatchedScreen, tmp_path: Path) -> None:
    """Attempts and the waits between them have clocks of their own; the screen has one."""
    port = f"sim://pycom-catm1?fault=mute:100000&state={tmp_path / 'modem.json'}"
    reporter = Reporter([screen], StopRequests())
    clock = Clock()
    clock.now_ms = 99_000_000
    wanted = Request(port, DIRECT, find_timeout_s=5)

    def attempt() -> Result:
        with pytest.raises(Problem) as raised:
            commands.info(wanted, reporter)
        return Result.of_problem(raised.value)

    ended = rescue(attempt, lambda: True, clock, reporter, 16)
    assert ended.code == "modem-silent"
    times = [event["at_s"] for event in screen.events]
    assert times == sorted(times) and 10 < times[-1] < 200
    assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]
