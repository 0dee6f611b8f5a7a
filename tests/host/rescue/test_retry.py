"""Rescue: what is tried again, what is said of a power cut, and when it ends."""

from __future__ import annotations

from typing import Any

from modemflash.errors import NoModem, Refusal, UpdateFailed
from modemflash_host.families.plan import ModuleInfo
from modemflash_host.reporters import Reporter, Sink
from modemflash_host.rescue.retry import rescue
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from support.sinks import Clock


class Scene(Clock, Sink):
    """Attempts by script, a port that is there or not, and time."""

    def __init__(self, *ends: Result, gone_s: tuple[int, int] = (0, 0)) -> None:
        Clock.__init__(self)
        self.ends = list(ends)
        self.gone_s = gone_s
        self.notes: list[str] = []
        self.stop_requests = StopRequests()
        self.reporter = Reporter([self], self.stop_requests)

    def report(self, event: dict[str, Any], at_s: float) -> None:
        if event["event"] == "note":
            self.notes.append(event["text"])

    def run(self, for_s: int = 3600) -> Result:
        def attempt() -> Result:
            self.now_ms += 60_000
            return self.ends.pop(0)

        def is_there() -> bool:
            return not self.gone_s[0] <= self.now_ms / 1000 < self.gone_s[1]

        return rescue(attempt, is_there, self, self.reporter, for_s)


SILENT = Result.of_problem(NoModem("modem-silent"))
GOOD = Result("updated", "updated")


def test_tries_until_the_modem_answers() -> None:
    """Silence is tried again, and the power cut is asked for once."""
    scene = Scene(SILENT, SILENT, GOOD)
    assert scene.run() is GOOD
    assert len(scene.notes) == 1
    assert "battery" in scene.notes[0]


def test_says_what_the_port_proves() -> None:
    """A port that was gone for ten seconds proves the USB power's absence; a shorter time does not."""
    long, short = Scene(SILENT, GOOD, gone_s=(61, 75)), Scene(SILENT, GOOD, gone_s=(61, 64))
    long.run()
    short.run()
    assert "long enough" in long.notes[-1]
    assert "too short" in short.notes[-1]


def test_a_modem_that_may_be_installing_keeps_its_power() -> None:
    """Lost in the middle of a run: it is waited for by the next try, and nobody is asked to cut its power."""
    lost = Result.of_problem(UpdateFailed("modem-lost")).of_module(ModuleInfo("recovery"))
    scene = Scene(lost, GOOD)
    assert scene.run() is GOOD
    assert not scene.notes


def test_a_rule_is_not_tried_again() -> None:
    """What a power cut cannot mend ends it at once."""
    refused = Result.of_problem(Refusal("no-image"))
    assert Scene(refused).run() is refused


def test_power_that_must_stay() -> None:
    """Where an update stands between its two parts nobody is asked to cut the power."""
    scene = Scene(SILENT, SILENT)
    attempt = scene.ends.pop

    class Begun(list[Result]):
        def pop(self, _: Any = 0) -> Result:
            scene.reporter.say("unfinished", power_must_stay=True)
            return attempt()

    scene.ends = Begun(scene.ends)
    scene.report = lambda *_: None  # type: ignore[method-assign]
    assert scene.run().code == "power-must-stay"
    assert not scene.notes


def test_ends_with_its_time() -> None:
    """No new try begins after the time that was given."""
    assert Scene(SILENT, SILENT).run(for_s=100) is SILENT


def test_no_new_try_begins_after_a_stop_request() -> None:
    """Asked for while the power is waited for: the wait ends, and nothing more is sent."""
    scene = Scene(SILENT, GOOD)
    waits: list[int] = []

    def sleep_ms(ms: int) -> None:
        Clock.sleep_ms(scene, ms)
        waits.append(ms)
        scene.stop_requests.count = 1

    scene.sleep_ms = sleep_ms  # type: ignore[method-assign]
    assert scene.run() is SILENT
    assert len(waits) == 1
