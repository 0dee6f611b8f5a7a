"""Stop requests in each phase of an update: what is told is what happens, and the same command ends well."""

from __future__ import annotations

from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.families.plan import Outcome
from modemflash_host.families.quectel_gnss.words import WORDS
from modemflash_host.reporters import Event, Sink
from support.gnss import VERSION, Bench, bench

BEFORE = "LG290P03AANR01A06S"


class StopsIn(Sink):
    """Somebody who asks to stop in a phase, and keeps what they are told.

    Args:
        phase: in which.
        times: how often.
        at: whom they ask.
        begun: which phase of that name.
    """

    def __init__(self, phase: str, times: int, at: Bench, begun: int = 1) -> None:
        self._phase, self._times, self._bench, self._left = phase, times, at, begun
        self._is_there = False
        self.answers: list[str] = []

    def report(self, event: Event, at_s: float) -> None:
        if event["event"] == "phase":
            self._left -= event["phase"] == self._phase
            self._is_there = event["phase"] == self._phase and not self._left
        if event["event"] == "interrupt":
            self.answers.append(event["text"])

    def tick(self, at_s: float) -> None:
        if self._is_there:
            self._bench.stop_requests.count += self._times
            self._times = 0


def stopped(phase: str, times: int, **options: Any) -> tuple[Bench, Outcome | Problem, list[str]]:
    at = bench(**options)
    sink = StopsIn(phase, times, at)
    at.more_sinks = [sink]
    result = at.run()
    at.more_sinks = []
    assert isinstance(result, (Outcome, Problem))
    return at, result, sink.answers


# phase, what makes it come, and with how many requests it ends how
HARMLESS = [("find", {}), ("reset", {}), ("reset-by-hand", {"assume": "command-reset:no-window"})]
WRITING = [
    ("erase", 2, "gnss-stopped", "recoverable"),
    ("transfer", 2, "gnss-stopped", "recoverable"),
    ("reboot", 2, "stopped-watching", "unknown"),
]


@pytest.mark.parametrize(("phase", "options"), HARMLESS, ids=str)
def test_before_the_erase_one_request_stops(phase: str, options: dict[str, str]) -> None:
    at, result, answers = stopped(phase, 1, **options)
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("stopped-before-write", "untouched")
    assert at.module.verdict.version == BEFORE and at.module.verdict.erases == 0
    assert set(answers) <= {"Stopping at the next safe point. Nothing has been written."}


@pytest.mark.parametrize("phase", ["erase", "transfer", "install", "reboot"])
def test_from_the_erase_on_one_request_only_warns(phase: str) -> None:
    _, result, answers = stopped(phase, 1)
    assert isinstance(result, Outcome) and result.status == "updated"
    assert answers == [WORDS.stop_answers[phase][0]]


@pytest.mark.parametrize(("phase", "times", "code", "state"), WRITING)
def test_two_requests_stop_and_the_same_command_finishes(
    phase: str, times: int, code: str, state: str
) -> None:
    at, result, answers = stopped(phase, times, hand_s=40)
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == (code, state)
    assert set(answers) <= {WORDS.stop_answers[phase][1]}  # none where it ended at once
    at.stop_requests.count = 0
    again = at.run()
    assert isinstance(again, Outcome) and at.module.verdict.version == VERSION
    assert at.journal.begun is None


def test_the_writing_of_the_image_is_not_interrupted() -> None:
    """Two requests while the module writes what it has: said so, and the update goes on to its end."""
    at, result, answers = stopped("install", 2)
    assert isinstance(result, Outcome) and result.status == "updated"
    assert answers == [WORDS.stop_answers["install"][1]]
    assert at.module.verdict.version == VERSION


def test_a_request_while_it_is_begun_anew_stops_before_the_next_erase() -> None:
    """The second reset of an update: nothing is whole any more, one request is enough, and that is said."""
    at = bench(fault="drop:data=2", hand_s=40)
    sink = StopsIn("reset", 1, at, begun=2)
    at.more_sinks = [sink]
    result = at.run()
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("gnss-stopped", "recoverable")
    assert not any("Nothing has been written" in text for text in sink.answers)
