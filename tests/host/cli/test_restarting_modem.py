"""A modem that crashes and starts again while it is asked, through the real commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from host.cli.test_commands import Desk
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support.table_modem import CRASHED, STARTED, crashing
from support.wired import Ports

QUICK = profiles.Timing(boot_us=profiles.SECOND_US, stalls=(), install_us=2 * profiles.SECOND_US)
PORT = "/dev/ttyUSB9"
WORDS = ("info", "-p", PORT, "--via", "direct")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("period_s", [0.9, 1.3])
def test_its_restarts_are_counted_and_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, period_s: float
) -> None:
    """How often, and the words of its crash."""
    Ports(monkeypatch).plug(PORT, crashing(period_s))
    ended = desk.type(*WORDS, "--json")
    [said] = [each["text"] for each in ended.events if each.get("code") == "modem-restarts"]
    assert int(said.split(" ")[0]) >= 1
    assert said.endswith("^EXIT: Fatal error")
    assert "restarted: not its normal state" in " ".join(desk.type(*WORDS).out.split())


def test_one_that_stays_up_is_not_blamed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that is found while it boots."""
    modem = SimModem("pycom-catm1")
    modem.power(False, 0)
    modem.power(True, 1_000)
    Ports(monkeypatch).plug(PORT, modem)
    assert "modem-restarts" not in [each.get("code") for each in desk.type(*WORDS, "--json").events]


def test_one_that_crashes_behind_its_update_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new build runs, and falls over each second: updated, and not as if all were well."""
    modem = SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK))
    take, told = modem.take, [0]

    def crashing_at_its_end(now_us: int) -> list[tuple[bytes, int]]:
        second, is_new = now_us // profiles.SECOND_US, modem.verdict.build == 41065
        is_due = is_new and modem.verdict.mode == "application" and second != told[0]
        told[0] = second
        return take(now_us) + [(CRASHED + STARTED, modem.baud)] * is_due

    monkeypatch.setattr(modem, "take", crashing_at_its_end)
    Ports(monkeypatch).plug(PORT, modem)
    ended = desk.type("update", desk.new, "--updater", desk.updater, *WORDS[1:], "-y", "--json")
    assert ended.result["status"] == "updated"
    assert "modem-restarts" in [each.get("code") for each in ended.events]
