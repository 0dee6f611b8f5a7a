"""One command, through the board, to an updated modem; and the board as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.links.usb_ids import DEVICES, PIC_VENDOR
from modemflash_sim.board.pc_end import Cable
from support.desk import RUNS, Build, Desk

PROFILES = ("gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2")
SHIELD = DEVICES[(PIC_VENDOR, 0xF012)]
FT23X = DEVICES[(0x0403, 0x6015)]


def is_updated(table: Desk) -> None:
    """The modem runs the new build, whole, and was never treated against its protocol."""
    verdict = table.modem.verdict
    assert (verdict.build, verdict.mode, verdict.violations) == (41065, "application", ())


@pytest.mark.parametrize("profile", PROFILES)
def test_relay(desk: Build, profile: str) -> None:
    """By relay the modem ends updated and the user's program runs again, on every release."""
    with desk(profile=profile) as table:
        result = table.command("relay")
        assert (result.status, result.from_version, result.to_version) == ("updated", "38638", "41065"), (
            result
        )
        is_updated(table)
        assert RUNS in table.shows()


@pytest.mark.parametrize("profile", PROFILES)
def test_mirror(desk: Build, profile: str) -> None:
    """By mirror the modem ends updated; the board is left as it is said beforehand, by its button."""
    with desk(profile=profile) as table:
        result = table.command("mirror")
        assert result.status == "updated", result
        is_updated(table)
        said = [event["text"] for event in table.heard.events if event["event"] == "note"]
        assert any("reset button" in text for text in said[:-1])  # before it was entered
        table.board.press_reset()
        assert RUNS in table.shows()


@pytest.mark.parametrize("profile", PROFILES)
def test_fresh_board(desk: Build, fresh_flash: Path, profile: str) -> None:
    """A fresh board with Pybytes, LTE autostart and a program: all is as before but the modem."""
    with desk(fresh_flash, profile=profile, pybytes=True, autostart=True) as table:
        table.device = SHIELD
        before = table.keeps()
        result = table.command("auto")
        assert (result.status, result.to_version) == ("updated", "41065"), result
        is_updated(table)
        assert RUNS in table.shows()
        assert table.keeps() == before


@pytest.mark.parametrize(
    "profile", [PROFILES[0], *(pytest.param(name, marks=pytest.mark.sweep) for name in PROFILES[1:])]
)
def test_board_that_cannot_hold_the_updater(desk: Build, fresh_flash: Path, profile: str) -> None:
    """A foreign file where the updater would lie: by the board's own bridge, nothing is put there."""
    with desk(fresh_flash, profile=profile, autostart=True) as table:
        table.flash.put({"/lib/modemflash/__init__.py": b"mine"})
        table.device = FT23X
        before = table.keeps()
        assert table.command("auto").status == "updated"
        is_updated(table)
        table.board.press_reset()
        assert RUNS in table.shows(8)
        assert table.keeps() == before


def test_events_are_those_of_a_direct_update(desk: Build) -> None:
    """Screen, JSON, capture and report hear the same story: phases in order, a plan, a record, progress."""
    with desk() as table:
        table.command("relay")
    phases = [event["phase"] for event in table.heard.events if event["event"] == "phase"]
    direct = [
        "find", "identify", "prepare", "enter-recovery", "transfer", "install", "reboot", "read-back",
    ]  # fmt: skip
    assert [phase for phase in dict.fromkeys(phases) if phase in direct] == direct, phases
    kinds = {event["event"] for event in table.heard.events}
    assert {"found", "identity", "plan", "record", "progress", "session"} <= kinds
    assert not {"looked", "ended", "journal"} & kinds


def test_adapter_that_refuses_921600(desk: Build) -> None:
    """On a PIC shield the relay finds a rate that passes, and the mirror is refused before it is entered."""
    with desk(cable=Cable(most_baud=230_400)) as table:
        table.device = SHIELD
        refused = table.command("mirror")
        assert refused.code == "mirror-refused"
        assert table.command("auto").status == "updated"
        is_updated(table)


def test_board_in_mirror_mode_is_used(desk: Build) -> None:
    """A board that is in mirror mode already is used as it is."""
    with desk() as table:
        table.command("mirror", dry_run=True)
        assert table.board.bridge.is_open
        table.device = SHIELD
        assert table.command("auto").status == "updated"
        is_updated(table)


def test_dry_run_writes_nothing(desk: Build) -> None:
    """A plan that is only looked at leaves the modem alone and gives the board back."""
    with desk() as table:
        assert table.command("relay", dry_run=True).code == "dry-run"
        assert not table.modem.verdict.images
        assert RUNS in table.shows()
