"""A port that another program has is waited for only where that passes by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modemflash.errors import Stopped
from modemflash_host.errors import LinkProblem
from modemflash_host.links.wait import GRAB_PATIENCE_MS, PortBusy, open_patiently
from modemflash_host.reporters import Reporter
from support.sinks import Clock, EventSink, reporter
from support.watched_screen import WatchedScreen

BUSY = PortBusy("/dev/ttyACM0")


def opener(clock: Clock, free_at_ms: int, problem: LinkProblem = BUSY) -> Callable[[], str]:
    def open_it() -> str:
        if clock.now_ms < free_at_ms:
            raise problem
        return "open"

    return open_it


class Pressed:
    """Ctrl-C, once, at a moment."""

    asking = False

    def __init__(self, clock: Clock, at_ms: int) -> None:
        self._clock, self._at_ms = clock, at_ms

    @property
    def count(self) -> int:
        return int(self._clock.now_ms > self._at_ms)


@pytest.mark.parametrize("before", ["", "reach-board", "verify"])
def test_no_second_of_the_wait_is_without_a_change(before: str) -> None:
    """Forty seconds with one word and a still screen were taken for a hang."""
    clock, screen = Clock(), WatchedScreen()
    tell = reporter(screen)
    if before:
        tell.say("phase", phase=before, usual_s=0, allowed_s=0, note="")
    with pytest.raises(LinkProblem, match="port-busy"):
        open_patiently(opener(clock, 1 << 30), clock, tell, grabber_runs=lambda: True)
    assert clock.now_ms == GRAB_PATIENCE_MS
    assert screen.still_s[0][0] <= 1.1 and screen.ticks[-1] == GRAB_PATIENCE_MS / 1000
    phases = [event["phase"] for event in screen.events if event["event"] == "phase"]
    assert phases[-1] == ("reach-board" if before == "reach-board" else "wait-port")


@pytest.mark.parametrize("holder", ["", "ModemManager (812)"])
def test_modem_managers_grab_is_waited_out_with_one_word_about_it(holder: str) -> None:
    clock, heard = Clock(), EventSink()
    busy = opener(clock, 12_000, PortBusy("/dev/ttyACM0", holder))
    assert open_patiently(busy, clock, reporter(heard), grabber_runs=lambda: True) == "open"
    assert 12_000 <= clock.now_ms <= 13_000
    said = [event["text"] for event in heard.events if event["event"] == "note"]
    assert len(said) == 1 and "ModemManager" in said[0]


def test_a_grab_that_never_ends_is_busy_in_the_end() -> None:
    clock = Clock()
    with pytest.raises(LinkProblem, match="port-busy"):
        open_patiently(opener(clock, 1 << 30), clock, reporter(), grabber_runs=lambda: True)
    assert clock.now_ms == GRAB_PATIENCE_MS


def test_a_wait_for_modem_manager_can_be_stopped() -> None:
    """Who presses Ctrl-C while it has the port need not wait for the end."""
    clock = Clock()
    with pytest.raises(Stopped, match="stopped-before-write"):
        open_patiently(
            opener(clock, 30_000),
            clock,
            Reporter([], Pressed(clock, 2_000)),
            grabber_runs=lambda: True,
        )
    assert clock.now_ms < 3_000


@pytest.mark.parametrize(
    ("problem", "runs"),
    [
        (PortBusy("/dev/ttyACM0", "picocom (99)"), True),
        (BUSY, False),
        (LinkProblem("port-absent", "/dev/ttyACM0"), True),
        (LinkProblem("port-not-permitted", "/dev/ttyACM0"), True),
    ],
)
def test_nothing_else_is_waited_for(problem: LinkProblem, runs: bool) -> None:
    clock = Clock()
    with pytest.raises(LinkProblem, match=problem.code):
        open_patiently(opener(clock, 5_000, problem), clock, reporter(), grabber_runs=lambda: runs)
    assert clock.now_ms == 0
