"""Whether a process is there, without touching it."""

from __future__ import annotations

import os
import subprocess
import sys

from modemflash_host.computer.process import is_running


def test_one_that_runs_and_one_that_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_running(child.pid)
    child.communicate(b"\n")
    assert not is_running(child.pid)


def test_a_number_that_was_given_again_is_another_process() -> None:
    if os.path.exists("/proc/self/cmdline"):  # noqa: PTH110
        assert not is_running(os.getpid(), "no program has this name")
    assert is_running(os.getpid())


def test_numbers_that_no_process_has() -> None:
    for pid in (0, -1, 1 << 80):
        assert not is_running(pid)
