"""A sleep in the middle of a run is noticed, with its length."""

from __future__ import annotations

import time

import pytest

from modemflash_host.computer.sleep_watch import SleepWatch, words


class Seconds:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self, *_: object) -> float:
        return self.now


def test_sleep_is_noticed_once() -> None:
    """A gap between the clocks is reported with its length, a small or a vanished one is not."""
    slept: list[float] = []
    going_on, stopping = Seconds(), Seconds()
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


@pytest.mark.parametrize("has_boottime", [True, False])
def test_it_asks_the_clocks_of_this_computer(monkeypatch: pytest.MonkeyPatch, has_boottime: bool) -> None:
    """One that goes on in a sleep (CLOCK_BOOTTIME, else the wall clock), and the monotonic one."""
    going_on, stopping = Seconds(), Seconds()
    monkeypatch.setattr(time, "monotonic", stopping)
    if has_boottime:
        monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
        monkeypatch.setattr(time, "clock_gettime", going_on, raising=False)
    else:
        monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
        monkeypatch.setattr(time, "time", going_on)
    slept: list[float] = []
    watch = SleepWatch(slept.append)
    going_on.now += 60
    watch.tick(0.0)
    stopping.now += 60
    watch.tick(0.0)
    assert slept == [60.0]
