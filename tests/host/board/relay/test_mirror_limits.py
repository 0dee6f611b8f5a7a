"""Where the mirror cannot go on it says so before a write, and nothing false after one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host.board.relay.test_disturbed import at, kill, run
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.desk import QUICK, Build, Killed, checked
from support.memory_source import MemorySource


def test_a_way_through_the_boot_loader_is_refused(desk: Build) -> None:
    """The boot loader talks at 115200 baud, the bridge does not: refused while the modem is as it was."""
    modem = SimModem(replace(profiles.find("pycom-factory"), timing=QUICK))
    with desk(modem=modem) as table:
        boot_rom = MemorySource(images.make_bootrom(), "bootrom.dup")
        table.files.append(checked(boot_rom))
        result = table.command("mirror")
        assert (result.code, result.modem_state) == ("mirror-refused", "untouched"), result
        assert (modem.verdict.images, modem.verdict.mode) == ((), "application")
        assert not modem.record.violations


def test_a_board_that_is_left_in_the_mirror_has_its_journal(desk: Build) -> None:
    """It cannot say who it is; what was begun through this port is known all the same."""
    with desk() as table:
        at(table, "install", kill(table))
        with pytest.raises(Killed):
            table.command("mirror")
        table.pc_is_dead = False
        table.heard.events.clear()
        assert table.command("mirror").status == "updated"
        said = {event.get("code") or event["event"] for event in table.heard.events}
        assert {"install-may-go-on", "unfinished"} <= said


def test_a_modem_that_is_not_reached_may_be_half_written(desk: Build) -> None:
    """An update was killed in its transfer; the next command does not reach the modem: not "untouched"."""
    with desk() as table:
        table.command("mirror", dry_run=True)
        first = table.command("relay")
        assert (first.code, first.modem_state) == ("board-in-mirror", "untouched")
        at(table, "half", kill(table))
        with pytest.raises(Killed):
            table.command("mirror")
        table.pc_is_dead = False
        assert table.modem.memory.half_written
        again = run(table)
        assert again is not None
        assert (again.code, again.modem_state) == ("board-not-reached", "unknown")


def test_a_board_that_is_in_the_mirror_is_not_waited_for_again(desk: Build) -> None:
    """Its modem has answered through it already when the board was reached: no second question, no 9 s."""
    with desk() as table:
        table.command("mirror", dry_run=True)
        table.heard.events.clear()
        assert table.command("mirror", dry_run=True).code == "dry-run"
        at_s = {event.get("phase") or event["event"]: event["at_s"] for event in table.heard.events}
        assert at_s["find"] - at_s["place"] < 2, at_s
