"""A fleet with workers that say what a test wants: nobody's end changes another's, and no wait is endless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest

from modemflash_host.errors import StopNow
from modemflash_host.fleet import supervisor
from modemflash_host.fleet.board_state import ENDED, NOT_BEGUN, RUNNING, BoardState, worst
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.fleet.supervisor import Limits, Supervisor
from modemflash_host.fleet.table import last_lines
from modemflash_host.fleet.worker import Events, Heard, Worker

TICK_S = 0.02


@pytest.fixture(autouse=True)
def ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are the same when the screen moves more often."""
    monkeypatch.setattr(supervisor, "_TICK_S", TICK_S)


Story = list[Mapping[str, Any] | int]
"""Events of a process, its exit code at last; without one it goes on for ever."""


def result(status: str, code: str = "", state: str = "untouched") -> dict[str, Any]:
    return {"event": "result", "status": status, "code": code or status, "modem_state": state, "next": ""}


UPDATED: Story = [{"event": "phase", "phase": "transfer"}, result("updated", state="updated"), 0]
FAILED: Story = [{"event": "phase", "phase": "transfer"}, result("failed", "modem-lost", "recoverable"), 7]
AWAY: Story = [{"event": "phase", "phase": "verify"}, result("failed", "port-absent"), 3]
LOST: Story = [{"event": "phase", "phase": "transfer"}, result("failed", "port-lost", "recoverable"), 7]
CRASHED: Story = [{"event": "phase", "phase": "transfer"}, -9]
HANGS: Story = [{"event": "phase", "phase": "transfer", "allowed_s": 0.05}]


class _Process:
    def __init__(self) -> None:
        self.stops = 0

    def ask_to_stop(self) -> None:
        self.stops += 1


class _View:
    def __init__(self) -> None:
        self.ticks = 0
        self.ended: list[str] = []

    def event(self, state: BoardState, event: Mapping[str, Any]) -> None:
        if event["event"] == "board-ended":
            self.ended.append(state.entry.name)

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        self.ticks += 1


class Fleet:
    """Boards by their names, each with a story for each time that it is begun; the last one stays."""

    def __init__(
        self, stories: Mapping[str, list[Story]], stop: Callable[[], int] = lambda: 0, **limits: Any
    ) -> None:
        self.states = {name: BoardState(BoardEntry(name, name)) for name in stories}
        self._stories = {name: list(each) for name, each in stories.items()}
        self.processes: dict[str, _Process] = {}
        self.view = _View()
        limits = {"jobs": 4, "port_wait_s": 30.0, "again_s": 0.0, **limits}
        self.supervisor = Supervisor(
            list(self.states.values()), Limits(**limits), self._start, self.view, stop
        )

    def _start(self, state: BoardState, events: Events) -> Worker:
        name = state.entry.name
        stories = self._stories[name]
        story = stories.pop(0) if len(stories) > 1 else stories[0]
        for each in story:
            events.put(Heard(name, None, each) if isinstance(each, int) else Heard(name, dict(each)))
        self.processes[name] = _Process()
        return cast("Worker", self.processes[name])

    def run(self) -> dict[str, str]:
        self.supervisor.run()
        return {name: state.code for name, state in self.states.items()}

    def exit_code(self) -> int:
        return worst([state.exit_code for state in self.states.values() if state.exit_code is not None])


def test_one_that_fails_changes_nothing_for_the_others() -> None:
    fleet = Fleet({"a": [UPDATED], "b": [FAILED], "c": [UPDATED]}, jobs=1)
    assert fleet.run() == {"a": "updated", "b": "modem-lost", "c": "updated"}
    assert fleet.exit_code() == 7


def test_a_process_that_crashed_is_begun_again() -> None:
    fleet = Fleet({"a": [CRASHED, CRASHED, UPDATED]})
    assert fleet.run() == {"a": "updated"}
    assert fleet.states["a"].starts == 3


def test_a_process_that_always_crashes_ends_as_not_known() -> None:
    fleet = Fleet({"a": [CRASHED], "b": [UPDATED]})
    assert fleet.run() == {"a": "fleet-worker-ended", "b": "updated"}
    assert fleet.states["a"].modem_state == "unknown" and fleet.exit_code() == 9


def test_a_port_that_is_away_is_waited_for() -> None:
    fleet = Fleet({"a": [AWAY, AWAY, AWAY, UPDATED]})
    assert fleet.run() == {"a": "updated"}


@pytest.mark.parametrize("code", ["port-absent", "port-busy", "port-not-opened"])
@pytest.mark.parametrize("phases", [(), ("verify",), ("verify", "reach-board")])
def test_a_port_that_stays_away_is_given_up(phases: Sequence[str], code: str) -> None:
    """However far a process comes without it: all that is tried in vain is one wait."""
    away: Story = [*({"event": "phase", "phase": phase} for phase in phases), result("failed", code), 3]
    fleet = Fleet({"a": [away], "b": [UPDATED]}, port_wait_s=0.3, again_s=0.1)
    assert fleet.run() == {"a": code, "b": "updated"}
    assert 2 <= fleet.states["a"].starts < 10 and fleet.exit_code() == 3


def test_a_port_that_goes_away_each_time_is_given_up() -> None:
    """Each loss is a wait of its own; that there are no more than so many makes an end of it."""
    fleet = Fleet({"a": [LOST], "b": [UPDATED]})
    assert fleet.run() == {"a": "port-lost", "b": "updated"}
    assert 20 < fleet.states["a"].starts < 50 and fleet.exit_code() == 7


@pytest.mark.parametrize(
    ("before", "known"), [(LOST, "recoverable"), (CRASHED, "unknown"), (AWAY, "untouched")]
)
def test_what_is_not_reached_again_is_what_it_was(before: Story, known: str) -> None:
    """Whoever cannot come to a port or a place knows nothing new of the module there."""
    fleet = Fleet({"a": [before, UPDATED]})
    assert fleet.run() == {"a": "updated"}
    assert fleet.states["a"].module == known


def test_a_place_that_was_there_is_waited_for_and_one_that_was_not_is_an_error() -> None:
    """A coordinator that is gone for a moment is as good as a hub that is."""
    gone: Story = [result("failed", "labgrid-failed", "recoverable"), 7]
    fleet = Fleet({"a": [LOST, gone, UPDATED], "b": [gone, UPDATED]})
    assert fleet.run() == {"a": "updated", "b": "labgrid-failed"}


def test_boards_that_are_away_hold_up_no_other() -> None:
    """Half the bench is not plugged in: the other half is updated meanwhile, one at a time."""
    fleet = Fleet(
        {"a": [AWAY], "b": [AWAY], "c": [UPDATED], "d": [UPDATED]}, jobs=1, port_wait_s=0.8, again_s=0.1
    )
    assert fleet.run() == {"a": "port-absent", "b": "port-absent", "c": "updated", "d": "updated"}
    ended_s = {name: state.ended_s for name, state in fleet.states.items()}
    assert max(ended_s["c"], ended_s["d"]) < min(ended_s["a"], ended_s["b"])


@pytest.mark.parametrize(("story", "rests"), [(AWAY, True), (LOST, False), (CRASHED, False)])
def test_a_try_in_vain_rests_for_longer_than_it_took(story: Story, rests: bool) -> None:
    """Addresses that nobody answers would else take all places; what was worked on is taken up soon."""
    fleet = Fleet({"a": [story]})
    state = fleet.states["a"]
    state.begin(fleet.supervisor.now_s - 2.0)
    for each in story[:-1]:
        state.take(cast("Mapping[str, Any]", each), 0.0)
    if state.is_away:
        state.go_away(fleet.supervisor.now_s)
    assert (fleet.supervisor._rest_s(state) >= 6.0) == rests


def test_a_place_that_cannot_be_reached_is_a_result_as_well() -> None:
    fleet = Fleet({"a": [[result("failed", "port-absent"), 3]]}, port_wait_s=0.0)
    assert fleet.run() == {"a": "port-absent"}


def test_a_process_that_hangs_is_left_alone_and_not_known() -> None:
    fleet = Fleet({"a": [HANGS], "b": [UPDATED]}, silent_s=0.1)
    assert fleet.run() == {"a": "fleet-worker-ended", "b": "updated"}
    assert fleet.states["a"].modem_state == "unknown"
    assert fleet.processes["a"].stops == 0  # it may be writing


def test_a_stop_request_reaches_all_that_run_and_begins_no_other() -> None:
    count = 0
    fleet = Fleet({"a": [HANGS], "b": [UPDATED]}, lambda: count, jobs=1, silent_s=0.1)
    count = 1
    assert fleet.run() == {"a": "fleet-worker-ended", "b": ""}
    assert fleet.processes["a"].stops == 1
    assert (fleet.states["a"].stage, fleet.states["b"].stage) == (ENDED, NOT_BEGUN)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"canary": 2}, "a, which goes first, did not end well"),
        ({"stop_after": 1}, "so many did not end well: 1"),
        ({"is_stopped": True}, "a stop was asked for"),
    ],
)
def test_who_is_not_begun_any_more_does_not_wait_on_the_screen(limits: dict[str, Any], why: str) -> None:
    """Others may run for half an hour: it is seen at once that nobody else begins, and why."""
    stops = int(limits.get("is_stopped", 0))
    limits = {name: value for name, value in limits.items() if name != "is_stopped"}
    fleet = Fleet(
        {"a": [FAILED], "b": [HANGS], "c": [UPDATED]}, lambda: stops, silent_s=0.3, jobs=2, **limits
    )
    seen: list[list[str]] = []
    fleet.view.tick = lambda states, now_s: seen.append([state.stage for state in states])  # type: ignore[method-assign]
    fleet.run()
    assert [ENDED, RUNNING, NOT_BEGUN] in seen
    row = fleet.states["c"].row()
    assert (row["happened"], bool(row["next"])) == (f"It was not begun: {why}", True)
    assert fleet.view.ended.count("c") == 1 and sorted(fleet.view.ended) == ["a", "b", "c"]
    [shown] = [line.plain for line in last_lines([fleet.states["c"]], 9, 79, {})][:-1]
    assert shown.endswith(why)


def test_the_third_stop_request_ends_it_with_what_is_known() -> None:
    asked = [0]

    def stop() -> int:
        asked[0] += 1
        if asked[0] == 4:
            raise StopNow
        return 3 if asked[0] > 4 else 2

    fleet = Fleet({"a": [HANGS]}, stop, last_words_s=0.3)
    assert fleet.run() == {"a": "fleet-worker-ended"}
    assert fleet.processes["a"].stops == 3


def test_the_screen_moves_while_nothing_is_heard() -> None:
    fleet = Fleet({"a": [HANGS]}, silent_s=0.6)
    fleet.run()
    assert fleet.view.ticks >= 3


def test_few_processes_are_started_at_a_time() -> None:
    """The next one begins when an earlier one has come to its port; one that says nothing holds up none."""
    begun: list[tuple[float, str]] = []
    fleet = Fleet({name: [UPDATED] for name in "abcd"}, jobs=4, starting=1)
    start = fleet.supervisor._start

    def noted(state: BoardState, events: Events) -> Worker:
        begun.append((fleet.supervisor.now_s, state.entry.name))
        assert sum(not each.has_started for each in fleet.states.values() if each.starts) == 1
        return start(state, events)

    fleet.supervisor._start = noted
    assert set(fleet.run().values()) == {"updated"}
    assert [name for _, name in begun] == list("abcd")


def test_a_process_that_says_nothing_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_START_S", 0.1)
    fleet = Fleet({"a": [[]], "b": [UPDATED]}, jobs=2, starting=1, silent_s=0.5)
    monkeypatch.setattr(supervisor, "_DEFAULT_PHASE_S", 0.0)
    assert fleet.run() == {"a": "fleet-worker-ended", "b": "updated"}
    assert fleet.states["a"].modem_state == "unknown"  # what it does is not known, whatever it has said
