"""Nothing is written that nobody has agreed to; and what was agreed to is not asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from host.board.relay.test_disturbed import at, kill, run
from modemflash.errors import RECOVERABLE, Refusal
from modemflash_host.board.install.file_sender import FileSender
from modemflash_host.errors import LinkProblem
from modemflash_host.families.plan import Need
from modemflash_host.run.confirm import Refuse
from modemflash_host.run.result import Result
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.answers import Answers
from support.desk import QUICK, RUNS, Build, Desk

Ask = Callable[[str, str, Refusal], bool]
TEN_MINUTES_S = 600


class ThenYes(Answers):
    """Somebody who does something else first, and then says yes."""

    def __init__(self, first: Callable[[], object]) -> None:
        super().__init__()
        self._first = first

    def consent(self, need: Need, refusal: Refusal) -> None:
        self._first()


def of_kind(table: Desk, kind: str) -> list[dict[str, Any]]:
    return [event for event in table.heard.events if event["event"] == kind]


def left_as_it_was(table: Desk, command: Callable[[], Result]) -> Result:
    """A command that writes nothing: not to /flash, nor the NVS, nor a flag. The board's program runs."""
    before, writes = table.keeps(), table.board.flash.writes
    hardware = table.board.hardware
    written: list[object] = []

    def flag(what: int, name: str) -> int:
        written.extend([name] if what < 2 else [])
        return real_flag(what, name)

    def access_nvs(what: int, request: bytes) -> bytes:
        written.extend([request] if what else [])
        return real_nvs(what, request)

    with pytest.MonkeyPatch.context() as patch:
        real_flag, real_nvs = hardware.flag, hardware.access_nvs
        patch.setattr(hardware, "flag", flag)
        patch.setattr(hardware, "access_nvs", access_nvs)
        result = command()
    assert not written
    assert (table.keeps(), table.board.flash.writes) == (before, writes)
    assert not table.modem.verdict.images
    assert RUNS in table.shows()
    return result


def test_refusal_leaves_the_board_alone(desk: Build, fresh_flash: Path) -> None:
    """Without the consent a fresh board has seen not one write, although the plan was shown whole."""
    with desk(fresh_flash, autostart=True, pybytes=True) as table:
        result = left_as_it_was(table, lambda: table.command("relay", consents=frozenset(), ask=Refuse()))
        assert (result.code, result.modem_state, result.from_version) == (
            "consent-missing",
            "untouched",
            "38638",
        )
        [plan] = of_kind(table, "plan")
        assert plan["board"]["files"] > 30 and plan["board"]["bytes"] > 50_000 and not plan["board"]["stays"]
        assert plan["phases"][0]["phase"] == "deploy"


def test_dry_run_leaves_the_board_alone(desk: Build, fresh_flash: Path) -> None:
    """`--dry-run` on a fresh board shows the plan and writes nothing."""
    with desk(fresh_flash) as table:
        assert left_as_it_was(table, lambda: table.command("relay", dry_run=True)).code == "dry-run"
        assert of_kind(table, "plan")


def test_nothing_to_do_leaves_the_board_alone(desk: Build, fresh_flash: Path) -> None:
    """A modem that runs the build already costs no write."""
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK, build=41065))
    with desk(fresh_flash, modem=modem) as table:
        result = left_as_it_was(table, lambda: table.command("relay", consents=frozenset(), ask=Refuse()))
        assert result.code == "already-runs-it"


def test_person_who_reads_for_long(desk: Build, fresh_flash: Path) -> None:
    """Ten minutes before the yes are no time-out and no stall, even where a watchdog is armed."""
    with desk(fresh_flash) as table:
        table.board.hardware.flags["wdt_on_boot"] = True

        result = table.command(
            "relay", consents=frozenset(), ask=ThenYes(lambda: table.board.pass_s(TEN_MINUTES_S + 30))
        )
        assert result.status == "updated", (result, result.problem)
        assert not of_kind(table, "stall")


def test_same_update_is_not_asked_twice(desk: Build) -> None:
    """A board that carries the update out already is watched: nobody is asked again."""
    with desk() as table:
        at(table, "half", kill(table))
        assert run(table) is None
        table.board.pass_s(20)
        table.heard.events.clear()
        assert table.command("relay", consents=frozenset(), ask=Refuse()).status == "updated"
        assert not of_kind(table, "plan")
        assert RUNS in table.shows()


@pytest.mark.parametrize("other", ["another-command", "dry-run", "info"])
def test_board_at_work_is_left_alone(desk: Build, other: str) -> None:
    """Another command while the board updates is refused, and the update goes on as if nobody had asked."""
    with desk() as table:
        at(table, "half", kill(table))
        run(table)
        table.board.pass_s(20)
        if other == "another-command":
            assert table.command("relay", options={"repair": True}).code == "relay-occupied"
        elif other == "dry-run":
            assert table.command("relay", dry_run=True).code == "relay-occupied"
        else:
            with pytest.raises(Exception, match="relay-occupied"):
                table.info()
        assert table.command("relay").status == "updated"
        assert len(table.modem.verdict.images) == 1  # the transfer was never begun anew


def test_updater_stays_while_the_modem_needs_it(desk: Build, fresh_flash: Path) -> None:
    """After a failed transfer the updater stays, which is said; the command that succeeds takes it off."""
    with desk(fresh_flash) as table:
        before = table.keeps()
        at(table, "half", lambda: setattr(table.stop_requests, "count", 2))
        first = run(table)
        assert first is not None
        assert first.code == "stopped-in-transfer"
        assert of_kind(table, "left-on-board")
        assert "/lib/modemflash/board/relay.py" in table.flash.names()
        again = run(table)
        assert again is not None
        assert again.status == "updated", (again, again.problem)
        assert table.keeps() == before
        assert RUNS in table.shows()


def test_updater_of_a_killed_command_goes_too(desk: Build, fresh_flash: Path) -> None:
    """The command that takes a killed one's update up leaves the board as the first one found it."""
    with desk(fresh_flash) as table:
        before = table.keeps()
        at(table, "half", kill(table))
        run(table)
        table.board.pass_s(20)
        again = run(table)
        assert again is not None
        assert again.status == "updated"
        assert table.keeps() == before


def test_refusal_after_an_earlier_write_is_not_called_untouched(desk: Build) -> None:
    """Where an earlier run has written, a missing consent does not make the modem untouched."""
    with desk() as table:
        at(table, "half", lambda: setattr(table.stop_requests, "count", 2))
        run(table)
        result = table.command("relay", consents=frozenset(), ask=Refuse())
        assert (result.code, result.modem_state) == ("consent-missing", RECOVERABLE)


def test_port_that_goes_away_before_the_yes(desk: Build, fresh_flash: Path) -> None:
    """The cable is pulled while the plan is read: nothing was written."""
    with desk(fresh_flash) as table:
        before = table.keeps()
        result = table.command("relay", consents=frozenset(), ask=ThenYes(table.board.unplug))
        assert result.code == "port-lost" and isinstance(result.problem, LinkProblem)
        assert table.keeps() == before


SWEPT = [pytest.param(harm, marks=pytest.mark.sweep) for harm in ("kill", "reset")]


@pytest.mark.parametrize("harm", ["unplug", "power", *SWEPT])
def test_half_an_updater(desk: Build, fresh_flash: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    """Whatever happens while the updater is put there: one more command, and all is well."""
    with desk(fresh_flash, autostart=True) as table:
        before = table.keeps()
        board, real = table.board, FileSender.put
        puts: list[str] = []

        def cut() -> None:
            board.cut_power()
            board.pass_s(10)
            board.switch_on()

        strikes: dict[str, Callable[[], object]] = {
            "kill": kill(table), "unplug": board.unplug, "reset": board.press_reset, "power": cut,
        }  # fmt: skip

        def put(files: FileSender, path: str, data: bytes) -> None:
            puts.append(path)
            if len(puts) == 5:
                strikes[harm]()
            real(files, path, data)

        monkeypatch.setattr(FileSender, "put", put)
        result = run(table)
        if result is None or result.status != "updated":  # a board that came back in time is written on
            assert result is None or result.problem is not None
            assert result is None or result.modem_state == "untouched", (result, result.problem)
            board.pass_s(20)
            if harm == "unplug":
                board.plug_in()
            result = run(table)
        assert len(puts) >= 5
        assert result is not None
        assert result.status == "updated", (result, result.problem)
        assert RUNS in table.shows(8)
        assert table.keeps() == before
