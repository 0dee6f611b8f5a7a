"""Sleep is held off while a modem is written; a system that cannot do it stops nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host.computer.sleep_inhibitor import sleep_inhibited

posix = pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
SKIP_OPTIONS = 'while [ "$1" != /bin/sh ]; do shift; done\n'  # what stands before the command to run


def program(folder: Path, script: str) -> Path:
    path = folder / "holder"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def warnings(system: str, found: Path | None, patience_s: float = 10.0) -> list[str]:
    """What is said when sleep is held off with this program, and given back at once."""
    said: list[str] = []
    path = str(found) if found else None
    with sleep_inhibited(said.append, system=system, which=lambda name: path, patience_s=patience_s):
        pass
    return said


@posix
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_sleep_is_held_off_exactly_as_long(tmp_path: Path, system: str) -> None:
    """The holder runs the command that keeps the lock, and ends with the block."""
    log = tmp_path / "log"
    holder = program(tmp_path, f'{SKIP_OPTIONS}echo begin >> {log}\n"$@"\necho end >> {log}')
    said: list[str] = []
    with sleep_inhibited(said.append, system=system, which=lambda name: str(holder)):
        assert log.read_text() == "begin\n"
    assert log.read_text() == "begin\nend\n"
    assert said == []


@posix
def test_the_holder_ends_when_we_are_killed(tmp_path: Path) -> None:
    """A killed program leaves nobody behind who keeps the computer awake."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    holder = program(tmp_path, f'{SKIP_OPTIONS}"$@"\necho over > {pipe}')
    script = f"""
import os, signal
from modemflash_host.computer.sleep_inhibitor import sleep_inhibited
with sleep_inhibited(print, system="linux", which=lambda name: {str(holder)!r}):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], timeout=30)
    assert done.returncode == -9
    assert pipe.read_text() == "over\n"  # blocks until the holder has come to its last line


@posix
@pytest.mark.parametrize("script", ["exit 1", "echo no; exit 1", "exec 1>&-; exit 0"])
def test_a_refusal_is_a_warning(tmp_path: Path, script: str) -> None:
    """A holder that does not get the lock is named once, and the update goes on."""
    (text,) = warnings("linux", program(tmp_path, script))
    assert "systemd-inhibit was not allowed to prevent sleep" in text


@posix
def test_a_program_that_hangs_is_a_warning_and_is_ended(tmp_path: Path) -> None:
    """It says nothing and waits, as for a password: nobody waits with it."""
    log = tmp_path / "log"
    script = f'cat > {log}; echo "its end" >> {log}'  # until our end of its pipe is closed
    (text,) = warnings("linux", program(tmp_path, script), patience_s=0.2)
    assert "systemd-inhibit was not allowed to prevent sleep" in text
    assert log.read_text() in ("its end\n", "")  # ended by itself, or killed on its way


def test_an_absent_program_is_a_warning(tmp_path: Path) -> None:
    """Without the program the user is asked to keep the computer awake."""
    for system, found, name in (
        ("linux", None, "there is no systemd-inhibit"),
        ("darwin", None, "there is no caffeinate"),
        ("linux", tmp_path / "not there", "systemd-inhibit"),
    ):
        (text,) = warnings(system, found)
        assert name in text
        assert "keep it awake yourself" in text


def test_the_state_of_windows_is_set_and_given_back() -> None:
    """SetThreadExecutionState: required while the block runs, given back also after an error."""
    calls: list[int] = []

    def set_state(flags: int) -> int:
        calls.append(flags)
        return 1

    with pytest.raises(KeyError), sleep_inhibited(pytest.fail, system="win32", set_state=set_state):
        raise KeyError
    assert calls == [0x80000001, 0x80000000]


def test_a_windows_that_refuses_is_a_warning() -> None:
    said: list[str] = []
    with sleep_inhibited(said.append, system="win32", set_state=lambda flags: 0):
        pass
    (text,) = said
    assert "Windows did not allow it" in text
