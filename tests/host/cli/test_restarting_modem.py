"""A modem that crashes and starts again while it is asked, through the real commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.cli.test_commands import Desk
from modemflash_sim.sequans.modem import SimModem
from support.table_modem import crashing
from support.wired import Ports

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
