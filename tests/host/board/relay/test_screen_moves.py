"""Every wait moves, by every way: no second without a change on the screen, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modemflash_host.board.console import session
from modemflash_host.cli import app, board
from modemflash_host.reporters import Reporter
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import QUICK, Desk
from support.watched_screen import WatchedScreen

Build = Callable[..., Desk]
MOST_STILL_S = 1.3  # a second, and a slice of a wait


def watched(table: Desk) -> WatchedScreen:
    screen = WatchedScreen()
    table.heard = screen
    return screen


@pytest.mark.parametrize("via", ["relay", "mirror"])
def test_no_second_of_an_update_through_a_board_is_without_a_change(desk: Build, via: str) -> None:
    with desk(profile="fipy-1.20.2" if via == "mirror" else "gpy-1.20.0") as table:
        screen = watched(table)
        assert table.command(via).status == "updated"
        assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]


def test_a_board_that_gets_the_updater_and_loses_it_again(desk: Build, fresh_flash: Path) -> None:
    """The bytes of the deploy are a bar; taking it off is a phase of its own."""
    with desk(fresh_flash) as table:
        screen = watched(table)
        assert table.command("relay").status == "updated"
        assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]
        phases = [event["phase"] for event in screen.events if event["event"] == "phase"]
        assert phases[0] == "reach-board" and phases[-2:] == ["uninstall", "leave-board"]
        moved = [
            event
            for event in screen.events
            if event.get("phase") == "deploy" and event["event"] == "progress"
        ]
        assert len(moved) > 5 and moved[-1]["done"] == moved[-1]["total"]
        assert "left-on-board" not in screen.names()


def test_a_modem_that_erases_for_minutes_is_told_of_while_it_does(desk: Build) -> None:
    """The engine on the board speaks of a stall when it is over: the clock of the screen does not wait."""
    timing = replace(QUICK, stalls=((30, 90 * 1_000_000),))
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=timing))
    with desk(modem=modem) as table:
        screen = watched(table)
        assert table.command("relay").status == "updated"
        assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]


def test_no_second_of_a_boards_own_commands_is_without_a_change(
    desk: Build, fresh_flash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`board info`, `deploy`, `remove` and `reset`: from the port's opening to the board's own program."""
    with desk(fresh_flash) as table:
        monkeypatch.setattr(session, "find_board", lambda port, reporter: table.board_port())
        for words in (["info"], ["deploy"], ["remove"], ["reset"]):
            screen = WatchedScreen()

            def watched_run(work: Callable[[Reporter], Result], talk: object, port: str = "") -> int:
                return work(Reporter([screen], StopRequests())).exit_code  # noqa: B023

            monkeypatch.setattr(board, "carry_out", watched_run)
            assert app.run(["board", *words, "-p", "simulated"]) == exit_codes.DONE
            assert screen.still_s[0][0] <= MOST_STILL_S, (words, screen.still_s[:5])
            phases = [event["phase"] for event in screen.events if event["event"] == "phase"]
            assert phases[0] == "reach-board" and phases[-1] == "leave-board"
            if words == ["deploy"]:
                moved = [event for event in screen.events if event["event"] == "progress"]
                assert moved and moved[-1]["done"] == moved[-1]["total"]
