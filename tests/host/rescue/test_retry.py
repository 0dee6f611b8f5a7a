"""Rescue: what is tried again, what is said of a power cut, and when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modemflash.errors import NoModem, Refusal, UpdateFailed
from modemflash_host.families.plan import ModuleInfo
from modemflash_host.links import ports
from modemflash_host.links.ports import Port
from modemflash_host.links.usb_ids import NO_DEVICE
from modemflash_host.reporters import Reporter, Sink
from modemflash_host.rescue.port_monitor import Seen, finder
from modemflash_host.rescue.power_cycle import PowerCycle, words
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
        self.reporter = Reporter([self], StopRequests())

    def report(self, event: dict[str, Any], at_s: float) -> None:
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


def test_a_port_that_is_not_listed(tmp_path: Path) -> None:
    """A pseudo terminal, or a device in a container, is there while its name is."""
    find = finder(str(tmp_path / "pty"))
    assert find() is None
    (tmp_path / "pty").touch()
    assert find() == str(tmp_path / "pty")


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


class PastEvents:
    """What a round tells."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def __call__(self, what: str, **fields: Any) -> None:
        assert words(what, **fields)
        self.steps.append(what)


def record(up_s: int, boots: int = 2, **more: Any) -> dict[str, Any]:
    return {"board": "b", "boots": boots, "up_s": up_s, **more}


def at(back_s: int, away_s: int = 0, said: dict[str, Any] | None = None) -> Seen:
    return Seen("p", away_s, back_s, said or {})


def away(away_s: int) -> Seen:
    return Seen(None, away_s)


FOUND = record(4, code="found", state="application", baud=921600, after_s=3, build=1)


@pytest.mark.parametrize(
    ("seen", "steps", "end"),
    [
        ([away(1), away(10), at(1, 10, record(2))], ["port-gone", "long-enough", "power-cut"], ""),
        ([away(10), at(0, 10), at(3, 10, record(5))], ["port-gone", "long-enough", "power-cut"], ""),
        ([away(12), at(1, 12, record(300))], ["port-gone", "long-enough", "battery"], ""),
        ([away(9), at(1, 9, record(2))], ["port-gone", "too-short"], ""),
        ([away(9), at(1, 9, record(2)), at(99, 9, record(99))], ["port-gone", "too-short"], ""),
        (
            [away(3), at(1, 3), away(11), at(1, 11, record(2))],
            ["port-gone", "too-short", "port-gone", "long-enough", "power-cut"],
            "",
        ),
        ([at(9, 0, record(30)), at(12, 0, record(1, 3))], ["reset-only"], ""),
        ([at(9, 0, record(30)), at(12, 0, record(33))], [], ""),
        ([at(500), at(1099)], [], ""),
        ([at(500), at(1100)], [], "quiet"),
        ([away(11), at(91, 11, record(90))], ["port-gone", "long-enough", "power-cut", "silent"], "silent"),
        ([away(11), at(59, 11)], ["port-gone", "long-enough"], ""),
        ([away(11), at(60, 11)], ["port-gone", "long-enough"], "no-word"),
        ([away(3), at(1, 3, FOUND)], ["port-gone", "too-short", "answered"], "answered"),
        ([at(1, 0, FOUND)], ["answered"], "answered"),
    ],
)
def test_what_proves_a_power_cut(seen: list[Seen], steps: list[str], end: str) -> None:
    """Ten seconds without the port and a board that started anew, nothing less; the rest has names."""
    told = PastEvents()
    this = PowerCycle(0, told, 600)
    for each in seen:
        this.look(each)
    assert (told.steps, this.end) == (steps, end)
    assert this.cuts == steps.count("power-cut")


def usb(name: str, location: str, usb: str = "04d8:f012") -> Port:
    return Port(name, NO_DEVICE, usb, location)


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ([usb("a", "1-1"), usb("b", "1-2")], "a"),
        ([usb("z", "1-1"), usb("b", "1-2")], "z"),  # another name, the same place
        ([usb("b", "1-2")], None),
        ([usb("b", "1-2"), usb("c", "1-3")], "c"),  # another socket, the same kind
        ([usb("b", "1-2"), usb("c", "1-3", "1a86:7523")], None),
        ([usb("b", "1-2"), usb("c", "1-3"), usb("d", "1-4")], None),  # which one?
    ],
)
def test_port_comes_back(monkeypatch: pytest.MonkeyPatch, later: list[Port], found: str | None) -> None:
    """By its place on the USB; in another socket only where nothing else can be meant."""
    listed = [usb("a", "1-1"), usb("b", "1-2")]
    monkeypatch.setattr(ports, "list_ports", lambda: listed)
    find = finder("a")
    assert find() == "a"
    listed = later
    assert find() == found
