"""Sleep is held off, noticed, and an empty battery is named; nothing of it can stop an update."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host.computer import battery as power
from modemflash_host.computer.battery import Battery
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
from modemflash_host.computer.sleep_watch import SleepWatch, words

posix = pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")


def program(folder: Path, script: str) -> Path:
    path = folder / "holder"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def hold(system: str, found: Path | None) -> list[str]:
    told: list[str] = []
    with sleep_inhibited(told.append, system=system, which=lambda name: str(found) if found else None):
        pass
    return told


@posix
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_sleep_is_held_off_exactly_as_long(tmp_path: Path, system: str) -> None:
    """The holder runs the command that keeps the lock, and ends with the block."""
    log = tmp_path / "log"
    holder = program(
        tmp_path, f'while [ "$1" != sh ]; do shift; done\necho begin >> {log}\n"$@"\necho end >> {log}'
    )
    told: list[str] = []
    with sleep_inhibited(told.append, system=system, which=lambda name: str(holder)):
        assert log.read_text() == "begin\n"
    assert log.read_text() == "begin\nend\n"
    assert told == []


@posix
def test_holder_ends_when_we_are_killed(tmp_path: Path) -> None:
    """A killed program leaves nobody behind who keeps the computer awake."""
    holder = program(tmp_path, 'while [ "$1" != sh ]; do shift; done\n"$@"\necho over')
    script = f"""
import os, signal
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
with sleep_inhibited(print, system="linux", which=lambda name: {str(holder)!r}):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], timeout=30)
    assert done.returncode == -9


@posix
@pytest.mark.parametrize("script", ["exit 1", "echo no; exit 1", "exec 1>&-; exit 0"])
def test_refusal_is_a_warning(tmp_path: Path, script: str) -> None:
    """A holder that is refused the lock is told once, and the update goes on."""
    [text] = hold("linux", program(tmp_path, script))
    assert "systemd-inhibit was not allowed to prevent sleep" in text


def test_absent_program_is_a_warning(tmp_path: Path) -> None:
    """Without the program the user is asked to keep the computer awake."""
    assert "there is no systemd-inhibit" in hold("linux", None)[0]
    assert "there is no caffeinate" in hold("darwin", None)[0]
    assert "systemd-inhibit" in hold("linux", tmp_path / "not there")[0]


def test_windows_state_is_set_and_given_back() -> None:
    """SetThreadExecutionState: required while the block runs, given back also after an error."""
    calls: list[int] = []

    def set_state(flags: int) -> int:
        calls.append(flags)
        return 1

    with pytest.raises(KeyError), sleep_inhibited(pytest.fail, system="win32", set_state=set_state):
        raise KeyError
    assert calls == [0x80000001, 0x80000000]
    told: list[str] = []
    with sleep_inhibited(told.append, system="win32", set_state=lambda flags: 0):
        pass
    assert "Windows did not allow it" in told[0]


@pytest.mark.skipif(shutil.which("systemd-inhibit") is None, reason="needs systemd-inhibit")
def test_real_program_does_not_hang() -> None:
    """The real systemd-inhibit holds or refuses, in a few seconds at most."""
    told: list[str] = []
    with sleep_inhibited(told.append, system="linux"):
        pass
    assert len(told) <= 1


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_sleep_is_noticed_once() -> None:
    """A gap between the clocks is told with its length, a small or a vanished one is not."""
    slept: list[float] = []
    going_on, stopping = Clock(), Clock()
    watch = SleepWatch(slept.append, going_on, stopping)
    for runs_s, stops_s in (
        (0.25, 0.25),
        (2.25, 0.25),
        (60.0, 60.0),
        (3600.25, 0.25),
        (0.25, 0.25),
        (-50, 0.25),
    ):
        going_on.now += runs_s
        stopping.now += stops_s
        watch.tick(0.0)
    assert slept == [3600.0]
    assert "slept for 3600 s" in words(slept[0])


def test_real_clocks_agree() -> None:
    """On this computer, awake, the two clocks go together."""
    watch = SleepWatch(lambda seconds: pytest.fail(f"slept {seconds} s"))
    for _ in range(100):
        watch.tick(0.0)


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


def test_battery_of_macos_and_windows() -> None:
    """What pmset prints, and what GetSystemPowerStatus gives."""
    text = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t27%; discharging; 1:02 remaining\n"
    assert power.of_macos(text) == Battery(27, in_use=True)
    assert power.of_macos(text.replace("Battery Power", "AC Power")) == Battery(27, in_use=False)
    assert power.of_macos("Now drawing from 'AC Power'\n") is None
    assert power.of_windows((0, 12)) == Battery(12, in_use=True)
    assert power.of_windows((1, 12)) == Battery(12, in_use=False)
    assert power.of_windows((1, 255)) is None
    assert power.of_windows(None) is None


def test_battery_warning_below_thirty_percent() -> None:
    """Only an emptying battery below 30 % is worth a word."""
    assert "29 %" in power.warning(Battery(29, in_use=True))
    for fine in (None, Battery(30, in_use=True), Battery(5, in_use=False)):
        assert power.warning(fine) == ""


def test_asking_this_computer_never_fails() -> None:
    """Whatever the system, the question is answered."""
    for system in ("linux", "darwin", "win32"):
        found = power.battery(system)
        assert found is None or 0 <= found.percent <= 100
