"""A battery that may not last an update is named, on every system; nothing about it can fail."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from modemflash_host.computer import battery as power
from modemflash_host.computer.battery import Battery

PMSET = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t27%; discharging; 1:02 remaining\n"


def supply(folder: Path, name: str, **values: str) -> None:
    (folder / name).mkdir()
    for key, value in values.items():
        (folder / name / key).write_text(value + "\n")


def test_battery_of_linux(tmp_path: Path) -> None:
    """The laptop's batteries as one; a mouse's does not count; on the mains it is not in use."""
    assert power.of_linux(tmp_path / "none") is None
    supply(tmp_path, "hidpp_0", type="Battery", scope="Device", capacity="5", status="Discharging")
    assert power.of_linux(tmp_path) is None
    supply(tmp_path, "BAT0", type="Battery", capacity="10", status="Discharging")
    supply(tmp_path, "BAT1", type="Battery", capacity="40", status="Not charging")
    assert power.of_linux(tmp_path) == Battery(25, in_use=True)
    supply(tmp_path, "AC", type="Mains", online="1")
    assert power.of_linux(tmp_path) == Battery(25, in_use=False)


def test_battery_of_macos() -> None:
    """What pmset prints."""
    assert power.of_macos(PMSET) == Battery(27, in_use=True)
    assert power.of_macos(PMSET.replace("Battery Power", "AC Power")) == Battery(27, in_use=False)
    assert power.of_macos("Now drawing from 'AC Power'\n") is None


def test_battery_of_windows() -> None:
    """What GetSystemPowerStatus gives; 255 is "not known"."""
    assert power.of_windows((0, 12)) == Battery(12, in_use=True)
    assert power.of_windows((1, 12)) == Battery(12, in_use=False)
    assert power.of_windows((1, 255)) is None
    assert power.of_windows(None) is None


def test_battery_warning_below_thirty_percent() -> None:
    """Only an emptying battery below 30 % is worth a word."""
    assert "29 %" in power.warning(Battery(29, in_use=True))
    for fine in (None, Battery(30, in_use=True), Battery(5, in_use=False)):
        assert power.warning(fine) == ""


@pytest.mark.skipif(os.name != "posix", reason="pmset is a shell script here")
@pytest.mark.parametrize(
    ("script", "found"),
    [(f"printf '%s' \"{PMSET}\"", Battery(27, in_use=True)), ("exit 1", None), ("echo odd words", None)],
)
def test_pmset_is_asked_on_macos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, found: Battery | None
) -> None:
    program = tmp_path / "pmset"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert power.battery("darwin") == found


def test_a_system_without_its_own_means_has_no_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pmset in the path, no windll in ctypes: nothing is known, and nothing fails."""
    monkeypatch.setenv("PATH", "")
    assert power.battery("darwin") is None
    if os.name == "posix":
        assert power.battery("win32") is None


def test_linux_is_asked_where_the_kernel_says_it() -> None:
    assert power.battery("linux") == power.of_linux(Path("/sys/class/power_supply"))
