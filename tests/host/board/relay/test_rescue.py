"""Rescue on a board, end to end: a modem that only a true power cut wakes, and a person who makes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from host.board.relay.test_screen_moves import MOST_STILL_S
from modemflash.errors import NoModem, Problem, Refusal, UpdateFailed
from modemflash.journal import Journal
from modemflash_host.api import commands
from modemflash_host.board.console import session
from modemflash_host.board.console.session import BoardPort, at_console
from modemflash_host.board.install import deploy as deploying
from modemflash_host.cli import app
from modemflash_host.cli import rescue as command
from modemflash_host.consents import YES
from modemflash_host.errors import BoardProblem
from modemflash_host.families.plan import ModuleInfo, Request
from modemflash_host.families.sequans.journals import unfinished_of_board
from modemflash_host.families.sequans.plan import unfinished_of
from modemflash_host.reporters import Reporter
from modemflash_host.rescue import arming
from modemflash_host.rescue.with_board import BoardRescue, RescueContext, put_back
from modemflash_host.run import exit_codes
from modemflash_host.run.confirm import Refuse
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import faults, profiles
from modemflash_sim.sequans.modem import SimModem
from support.answers import Answers
from support.desk import QUICK, RUNS, Build, Desk, Killed
from support.watched_screen import WatchedScreen

SWEPT = [pytest.param(name, marks=pytest.mark.sweep) for name in ("gpy-1.20.0", "fipy-1.20.2")]
PROFILES = ["gpy-1.18.2", *SWEPT]
FLASH_KEEPS = ("/modemflash.journal.0", "/modemflash.journal.1")


def wedged(fault: str = "wedged:10") -> SimModem:
    return SimModem(replace(profiles.find("pycom-catm1"), timing=QUICK), faults=faults.parse(fault))


class Person:
    """Somebody at the board, who does what the screen says, or something else.

    Args:
        table: the board.
        habits: what is done at the n-th request to cut the power; the last one is repeated.
    """

    def __init__(self, table: Desk, *habits: Callable[[Person], None]) -> None:
        self.table = table
        self.port = "simulated"
        self._habits = list(habits)
        self._due: list[tuple[int, Callable[[], object]]] = []
        self.steps: list[str] = []

    def told(self, event: dict[str, Any]) -> None:
        if event["event"] != "rescue":
            return
        self.steps.append(event["what"])
        if event["what"] in ("cut-now", "cut-again", "too-short", "battery", "reset-only") and self._habits:
            habit = self._habits.pop(0) if len(self._habits) > 1 else self._habits[0]
            habit(self)

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        self._due.append((self.table.board.now_us + int(seconds * 1_000_000), act))

    def move(self, at_s: float) -> None:
        """Do what is due; called as time goes by."""
        for due in sorted(self._due, key=lambda each: each[0]):
            if due[0] <= self.table.board.now_us:
                self._due.remove(due)
                due[1]()

    def find(self) -> str | None:
        """Where the port is."""
        return self.port if self.table.cable.plugged else None

    def cut(self, seconds: float, port: str = "simulated", battery: bool = False) -> None:
        board = self.table.board

        def off() -> None:
            board.unplug()
            if not battery:
                board.cut_power()

        def on() -> None:
            self.port = port
            board.plug_in()
            board.switch_on()

        self.at(3, off)
        self.at(3 + seconds, on)


def cut(seconds: float, **more: Any) -> Callable[[Person], None]:
    return lambda person: person.cut(seconds, **more)


def press_reset(person: Person) -> None:
    person.at(20, person.table.board.press_reset)


def nothing(person: Person) -> None: ...


def rescue(
    table: Desk,
    person: Person,
    *,
    source: bool = True,
    for_s: int = 3600,
    ask: Any = None,
    stay_armed: bool = False,
    unfinished_of: Any = unfinished_of_board,
    attempt: Any = None,
) -> Result:
    """`modemflash rescue [SOURCE]` as typed."""
    table.stop_requests = StopRequests()
    reporter = Reporter([table.heard], table.stop_requests)

    kept, ticked = table.heard.report, table.heard.tick

    def told(event: dict[str, Any], at_s: float) -> None:
        kept(event, at_s)
        person.told(event)

    def time_passed(at_s: float) -> None:
        ticked(at_s)
        person.move(at_s)

    def board_at(name: str, say: Any = None) -> BoardPort:
        assert name == person.port
        return replace(table.board_port(), port=name)

    def try_once(port: str) -> Result:
        if source:
            wanted = Request(port, "relay", tuple(table.files), frozenset({YES}), find_timeout_s=5)
            return commands.update(wanted, reporter, Answers())
        try:
            found = commands.info(Request(port, "relay", find_timeout_s=5), reporter)
        except Problem as problem:
            return Result.of_problem(problem)
        return Result("nothing-to-do", "modem-asked").of_module(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "find_board", board_at)
        patch.setattr(table.heard, "report", told)  # of this rescue alone
        patch.setattr(table.heard, "tick", time_passed)
        context = RescueContext(
            "simulated", person.find, board_at, table.pc, attempt or try_once, unfinished_of
        )
        return BoardRescue(context, reporter, for_s, stay_armed).run(
            frozenset() if ask else frozenset({YES}), ask or Answers()
        )


def is_as_before(table: Desk, names: dict[str, int], main: bytes) -> None:
    """The user's program runs, and board and NVS are what they were, byte for byte."""
    assert RUNS in table.shows(8)
    assert {n: v for n, v in table.board.hardware.nvs.items() if n.startswith("mf_")} == {}
    assert table.flash.get("/main.py") == main
    assert set(table.flash.names()) - set(FLASH_KEEPS) == set(names)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_power_cut_and_the_update(desk: Build, fresh_flash: Any, profile: str) -> None:
    """A fresh board, a dead modem, one true power cut: updated, and nothing stays on the board."""
    with desk(fresh_flash, profile=profile, modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")
        person = Person(table, cut(12))
        result = rescue(table, person)
        assert result.status == "updated", (result, result.problem, person.steps)
        assert person.steps == [
            "armed", "cut-now", "port-gone", "long-enough", "power-cut", "answered", "put-back",
        ]  # fmt: skip
        assert table.modem.verdict.violations == ()
        assert table.modem.verdict.build == 41065
        is_as_before(table, names, main)
    [log] = [event["text"] for event in table.heard.events if event["event"] == "board-log"]
    assert " found after" in log


def steps_of(person: Person) -> list[str]:
    """What was told, without the counting of seconds."""
    return [step for step in person.steps if step not in ("port-gone", "long-enough")]


def test_too_short_then_reset_then_true(desk: Build) -> None:
    """Four seconds, the reset button, a battery: each is said for what it is; the true cut works.

    No second of it is without a change on the screen.
    """
    with desk(modem=wedged()) as table:
        screen = table.heard = WatchedScreen()
        names, main = table.flash.names(), table.flash.get("/main.py")
        person = Person(table, cut(4), press_reset, cut(14, battery=True), cut(11))
        result = rescue(table, person)
        assert result.status == "updated", (result, result.problem, person.steps)
        assert steps_of(person) == [
            "armed", "cut-now", "too-short", "reset-only", "battery", "power-cut", "answered", "put-back",
        ]  # fmt: skip
        assert screen.still_s[0][0] <= MOST_STILL_S, screen.still_s[:5]
        is_as_before(table, names, main)


def test_second_cut_and_another_port(desk: Build) -> None:
    """Silent after a true cut: asked again. The port has another name each time. No SOURCE: who it is."""
    with desk(modem=wedged("wedged:10:2"), profile="fipy-1.20.2") as table:
        names, main = table.flash.names(), table.flash.get("/main.py")
        person = Person(table, cut(11, port="other"), cut(11, port="third"))
        result = rescue(table, person, source=False)
        assert (result.code, result.from_version) == ("modem-asked", "38638"), (result.problem, person.steps)
        assert steps_of(person) == [
            "armed", "cut-now", "power-cut", "silent", "cut-again", "power-cut",
            "answered", "alive", "put-back",
        ]  # fmt: skip
        assert not table.modem.verdict.images
        is_as_before(table, names, main)


def test_a_modem_that_answers_needs_no_cut(desk: Build) -> None:
    """Nobody is asked to cut the power of a modem that answers as it is."""
    with desk() as table:
        person = Person(table)
        assert rescue(table, person, source=False).code == "modem-asked"
        assert person.steps == ["armed", "alive", "put-back"]


def test_no_means_no(desk: Build, fresh_flash: Any) -> None:
    """Who says no, or cannot be asked, has the board as it was; the plan was shown before."""
    with desk(fresh_flash, modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")

        with pytest.raises(Refusal, match="consent-missing"):
            rescue(table, Person(table), ask=Refuse())
        [plan] = [event for event in table.heard.events if event["event"] == "rescue-plan"]
        assert plan["updater_bytes"] > 50_000
        is_as_before(table, names, main)


def test_ctrl_c_while_waiting(desk: Build) -> None:
    """Ctrl-C while the cut is waited for: everything comes off, and that is said."""
    with desk(modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")

        def stop(person: Person) -> None:
            person.at(5, lambda: setattr(table.stop_requests, "count", 1))

        person = Person(table, stop)
        result = rescue(table, person)
        assert (result.code, result.exit_code) == ("stopped-before-write", 130)
        assert person.steps == ["armed", "cut-now", "put-back"]
        is_as_before(table, names, main)


def test_the_port_never_comes_back(desk: Build) -> None:
    """The time ends with the board unplugged: it stays armed, which is said; --disarm puts it back."""
    with desk(modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")
        person = Person(table, cut(100_000))
        result = rescue(table, person, for_s=200)
        assert (result.code, result.exit_code) == ("modem-silent", 4)
        assert person.steps[-1] == "still-armed"
        told = table.heard.events[-1]["text"]
        assert "STILL ARMED" in told
        assert "--disarm" in told
        table.board.plug_in()
        table.board.switch_on()
        table.board.pass_s(8)
        assert int(table.board.hardware.nvs["mf_boots"]) > 1  # it listens, with nobody there
        board_port = table.board_port()
        reporter = Reporter([table.heard], StopRequests())
        assert put_back(at_console(board_port, print), reporter)
        is_as_before(table, names, main)
        assert not put_back(at_console(board_port, print), reporter)


def test_pc_dies(desk: Build, fresh_flash: Any) -> None:
    """The PC's process is killed in the middle: the next rescue knows what was there before."""
    with desk(fresh_flash, modem=wedged()) as table:
        names, main = table.flash.names(), table.flash.get("/main.py")

        def die(person: Person) -> None:
            table.pc_is_dead = True
            raise Killed

        with pytest.raises(Killed):
            rescue(table, Person(table, die))
        table.pc_is_dead = False
        person = Person(table, cut(11))
        assert rescue(table, person, source=False).code == "modem-asked", person.steps
        is_as_before(table, names, main)


def test_keep_armed(desk: Build, fresh_flash: Any) -> None:
    """For the field: updater and hook stay, armed for a card and no longer for this PC."""
    with desk(fresh_flash) as table:
        main = table.flash.get("/main.py")
        person = Person(table)
        rescue(table, person, source=False, stay_armed=True)
        assert person.steps == ["armed", "alive", "stays-armed"]
        nvs = table.board.hardware.nvs
        assert (nvs["mf_rescue"], nvs.get("mf_put")) == (10, None)
        assert table.flash.get("/main.py").endswith(main) and b"hook(button" in table.flash.get("/main.py")
        board_port = table.board_port()
        with at_console(board_port, print) as session:
            assert deploying.remove(session).kept == ()
        assert table.flash.get("/main.py") == main
        assert "mf_rescue" not in nvs


class _Slots:
    """A journal's store in memory."""

    data = b""

    def load(self, slot: int) -> bytes:
        return b""

    def save(self, slot: int, data: bytes) -> None:
        self.data = data


def test_a_board_that_did_not_listen(desk: Build) -> None:
    """Its start-up was skipped: nothing is claimed about a battery, and the modem is tried all the same."""
    with desk(modem=wedged()) as table:

        def skipped(person: Person) -> None:
            person.at(10, lambda: table.board.hardware.nvs.pop("mf_rescue"))
            person.cut(12)

        person = Person(table, skipped)
        assert rescue(table, person, source=False).code == "modem-asked"
        assert steps_of(person) == ["armed", "cut-now", "no-word", "alive", "put-back"]


def test_a_board_that_cannot_be_asked(desk: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rescue goes on with the next try; a modem lost in the middle of a run keeps its power."""
    ends = [
        Result.of_problem(NoModem("modem-silent")),
        Result.of_problem(UpdateFailed("modem-lost")).of_module(ModuleInfo("recovery")),
        Result("updated", "updated"),
    ]

    def refuses(session: Any) -> Any:
        raise BoardProblem("board-out-of-step")

    monkeypatch.setattr(arming, "outcome", refuses)
    with desk(modem=wedged()) as table:

        def skipped(person: Person) -> None:
            person.at(10, lambda: table.board.hardware.nvs.pop("mf_rescue"))
            person.cut(12)

        person = Person(table, skipped)
        assert rescue(table, person, attempt=lambda _: ends.pop(0)).status == "updated"
        assert steps_of(person) == ["armed", "cut-now", "no-word", "not-yet", "not-yet", "put-back"]


@pytest.mark.parametrize("armed_too", [pytest.param(False, marks=pytest.mark.sweep), True])
def test_another_board_comes_back(desk: Build, armed_too: bool) -> None:
    """Nothing is put on it or taken off it, and the first one is said to be armed still."""
    with desk(modem=wedged()) as table:
        hardware = table.board.hardware

        def another(person: Person) -> None:
            person.at(10, lambda: setattr(hardware, "unique_id", b"\x24\x0a\xc4\x09\x09\x09"))
            person.at(10, (lambda: None) if armed_too else hardware.nvs.clear)
            person.cut(12)

        person = Person(table, another)
        assert rescue(table, person).code == "rescue-other-board"
        assert steps_of(person) == ["armed", "cut-now", "no-word", "still-armed"]
        assert b"hook(button" in table.flash.get("/main.py")
        assert not table.modem.verdict.images


def test_as_typed(desk: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command itself: refused without -y off a terminal; with it events, result and exit code as ever."""
    words = ["rescue", "-p", "simulated", "--via", "relay", "--answer-timeout", "5", "--json"]
    with desk(modem=wedged()) as table:
        person = Person(table)

        def find() -> str | None:
            person.move(0)
            return person.find()

        def find_board(name: str, say: Any) -> BoardPort:
            return replace(table.board_port(), port=name)

        monkeypatch.setattr(session, "find_board", find_board)
        monkeypatch.setattr(command, "finder", lambda name: find)
        monkeypatch.setattr(command, "MonotonicClock", lambda: table.pc)

        def typed(*more: str) -> tuple[int, list[dict[str, Any]]]:
            code = app.run([*words, *more])
            return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

        code, events = typed()
        assert (code, events[-1]["code"]) == (exit_codes.REFUSED, "consent-missing")
        assert events[-1]["next"].endswith(" -y")
        assert [event["event"] for event in events if event["event"].startswith("rescue")] == ["rescue-plan"]
        assert "mf_put" not in table.board.hardware.nvs
        person.cut(40)
        person._due = [(due + 40_000_000, act) for due, act in person._due]
        code, events = typed("-y")
        assert (code, events[-1]["code"]) == (exit_codes.DONE, "modem-asked"), events[-12:]
        steps = [event["what"] for event in events if event["event"] == "rescue"]
        assert steps[-4:] == ["power-cut", "answered", "alive", "put-back"]


@pytest.mark.parametrize("where", ["board", "pc"])
def test_power_must_stay(desk: Build, where: str) -> None:
    """Between the parts of 48829 nobody is asked to cut the power, whichever journal knows of it."""
    begun = {"step": "send", "route": 2, "target": 48829, "from_build": 41065, "files": ["a"], "part": 1}
    with desk(modem=wedged()) as table:
        if where == "board":
            slots = _Slots()
            Journal(slots, "240ac4010203").write(begun)
            table.flash.put({"/modemflash.journal.0": slots.data})
        person = Person(table)
        silent = Result.of_problem(NoModem("modem-silent"))
        pc_knows = begun if where == "pc" else None
        result = rescue(
            table,
            person,
            attempt=lambda _: silent,
            unfinished_of=lambda _, record: unfinished_of(record or pc_knows),
        )
        assert result.code == "power-must-stay", (result, person.steps)
        assert "cut-now" not in person.steps
        [plan] = [event for event in table.heard.events if event["event"] == "rescue-plan"]
        assert not plan["power_may_be_cut"]
