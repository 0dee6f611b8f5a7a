"""A port that another program has is waited for only where that passes by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modemflash.errors import Stopped
from modemflash_host.errors import LinkProblem
from modemflash_host.links.wait import GRAB_PATIENCE_MS, PortBusy, open_patiently
from support.sinks import Clock

BUSY = PortBusy("/dev/ttyACM0")


def opener(clock: Clock, free_at_ms: int, problem: LinkProblem = BUSY) -> Callable[[], str]:
    def open_it() -> str:
        if clock.now_ms < free_at_ms:
            raise problem
        return "open"

    return open_it


@pytest.mark.parametrize("holder", ["", "ModemManager (812)"])
def test_modem_managers_grab_is_waited_out_with_one_word_about_it(holder: str) -> None:
    clock, said = Clock(), list[str]()
    busy = opener(clock, 12_000, PortBusy("/dev/ttyACM0", holder))
    assert open_patiently(busy, clock, said.append, grabber_runs=lambda: True) == "open"
    assert 12_000 <= clock.now_ms <= 13_000
    assert len(said) == 1 and "ModemManager" in said[0]


def test_a_grab_that_never_ends_is_busy_in_the_end() -> None:
    clock = Clock()
    with pytest.raises(LinkProblem, match="port-busy"):
        open_patiently(opener(clock, 1 << 30), clock, lambda _: None, grabber_runs=lambda: True)
    assert clock.now_ms == GRAB_PATIENCE_MS


def test_a_wait_for_modem_manager_can_be_stopped() -> None:
    """Who presses Ctrl-C while it has the port need not wait for the end."""
    clock = Clock()
    with pytest.raises(Stopped, match="stopped-before-write"):
        open_patiently(
            opener(clock, 30_000),
            clock,
            lambda _: None,
            grabber_runs=lambda: True,
            stop_wanted=lambda: clock.now_ms > 2_000,
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
        open_patiently(opener(clock, 5_000, problem), clock, lambda _: None, grabber_runs=lambda: runs)
    assert clock.now_ms == 0
