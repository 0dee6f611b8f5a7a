"""The table of a fleet: never larger than the terminal, and each wait moves every second."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from modemflash_host.families import registry
from modemflash_host.fleet import words
from modemflash_host.fleet.board_state import AWAY, RUNNING, BoardState
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.fleet.page import page
from modemflash_host.fleet.result_rows import result_rows
from modemflash_host.fleet.results import row_of
from modemflash_host.fleet.table import last_lines, lines
from modemflash_host.fleet.views import LinesView

SENDS = {"event": "phase", "phase": "transfer", "usual_s": 80}
LOST = {"event": "problem", "code": "port-lost", "happened": "The port went away", "hint": ""}
ENDS = {"status": "failed", "code": "port-lost", "modem_state": "recoverable", "next": ""}
STALLS = {"event": "stall", "seconds": 5, "note": "the modem erases or writes; minutes of silence are normal"}
Story = list[tuple[float, Mapping[str, Any]]]
STORIES: dict[str, Story] = {
    "begins": [],
    "sends": [(1, SENDS), *((2.0 + s, {"event": "progress", "done": s, "total": 99}) for s in range(40))],
    "stalls": [(1, SENDS), (2, {"event": "progress", "done": 1, "total": 99}), (8, STALLS)],
    "installs": [(1, {"event": "phase", "phase": "install", "usual_s": 80, "allowed_s": 1200})],
    "waits": [(1, {"event": "waits", "text": "labgrid acquires the place"})],
    "away": [(1, LOST), (2, {"event": "result", **ENDS})],
    "failed": [(1, LOST), (2, {"event": "result", **ENDS})],
    "updated": [(1, {"event": "result", "status": "updated", "code": "updated", "modem_state": "updated"})],
}


def board(name: str, story: Story) -> BoardState:
    state = BoardState(BoardEntry(name, "/dev/x"), writes=registry.writes)
    state.begin(0.0)
    for at_s, event in story:
        state.take(event, at_s)
    kind = name.partition("-")[0]
    if kind == "away":
        state.stage, state.away_s = AWAY, 2.0
    elif kind in ("failed", "updated"):
        state.end(7 if kind == "failed" else 0, 3.0)
    return state


def shown(states: list[BoardState], now_s: float, width: int = 76, height: int = 24) -> list[str]:
    return [line.plain for line in lines(states, now_s, width, height, registry.all_phases())]


@pytest.mark.parametrize("kind", ["begins", "sends", "stalls", "installs", "waits", "away"])
def test_each_row_moves_every_second(kind: str) -> None:
    """Whatever is waited for: who looks at it for a second sees that the program lives."""
    state = board(kind, STORIES[kind])
    rows = [shown([state], now_s)[0] for now_s in range(45, 60)]
    assert all(one != other for one, other in itertools.pairwise(rows)), rows[:2]


def test_a_port_that_is_away_is_one_wait_however_often_its_process_begins() -> None:
    state = board("away", STORIES["away"])
    state.begin(20.0)
    assert "waits 18 s" in shown([state], 20.0)[0] and "went away" in shown([state], 20.0)[0]
    state.take(SENDS, 21.0)
    assert "waits" not in shown([state], 22.0)[0] and state.away_s is None


@pytest.mark.parametrize("width", [1, 10, 40, 76, 196])
@pytest.mark.parametrize("height", [1, 5, 24, 50])
def test_it_is_never_larger_than_the_terminal(width: int, height: int) -> None:
    states = [board(f"{name}-{n}", story) for n in range(8) for name, story in STORIES.items()]
    found = shown(states, 60.0, width, height)
    assert max(map(len, found)) <= width
    if width >= 40 and height >= 24:
        assert len(found) <= height - 1


@pytest.mark.parametrize("height", [8, 24])
def test_of_more_boards_than_lines_each_has_its_turn(height: int) -> None:
    states = [board(f"{name}-{n}", story) for n in range(8) for name, story in STORIES.items()]
    seen: set[str] = set()
    for now_s in range(60, 60 + 5 * len(states), 5):
        seen |= {line.split()[0] for line in shown(states, now_s, 76, height)}
    assert {state.entry.name for state in states} <= seen
    assert any("more; page 1 of" in line for line in shown(states, 0.0, 76, height))


def test_who_needs_attention_is_on_every_page() -> None:
    states = [board(f"begins-{n}", []) for n in range(60)] + [board("failed-1", STORIES["failed"])]
    for now_s in range(0, 60, 5):
        assert any(line.startswith("failed-1") for line in shown(states, now_s))


def test_of_two_hundred_boards_those_that_run_are_on_every_page() -> None:
    states = [BoardState(BoardEntry(f"waits-{n}", "/dev/x")) for n in range(200)]
    states[100] = board("sends-1", STORIES["sends"])
    for now_s in range(0, 60, 5):
        assert any(line.startswith("sends-1") for line in shown(states, now_s))


def test_while_nothing_moves_it_is_said_why() -> None:
    assert "the modem erases or writes" in shown([board("stalls", STORIES["stalls"])], 50.0)[0]


def test_how_long_a_phase_may_take_is_said() -> None:
    assert "usual 80 s, allowed 20 min" in shown([board("installs", STORIES["installs"])], 50.0)[0]


@pytest.mark.parametrize("width", [40, 79, 199])
def test_the_table_that_stays_says_all_of_what_failed(width: int) -> None:
    """While it is live a row is one line; at the end nothing of what has to be done is cut off."""
    hint = "Cut all power for 10 seconds, then run the same command again: `modemflash rescue` watches that."
    story: Story = [
        (1, {"event": "problem", "code": "modem-silent", "happened": "It is silent.", "hint": hint}),
        (2, {"event": "result", **ENDS, "code": "modem-silent", "modem_state": "untouched"}),
    ]
    states = [board("failed-1", story), board("updated-1", STORIES["updated"])]
    last = [line.plain for line in last_lines(states, 10, width, registry.all_phases())]
    assert max(map(len, last)) <= width
    assert hint in " ".join(" ".join(last).split()) and ".;" not in "".join(last)


def test_a_port_that_is_away_is_named_once_off_a_terminal() -> None:
    """However often it is tried, and again when it was back meanwhile."""
    out = io.StringIO()
    view = LinesView(Console(file=out, width=80), registry.all_phases())
    state = board("away", STORIES["away"])
    for back in (False, False, True, False):
        view.event(state, {"event": "progress", "phase": "verify"})
        view.event(state, {"event": "phase", "phase": "reach-board"})
        view.event(state, {"event": "progress", "phase": "transfer"} if back else LOST)
        state.stage, state.starts = (RUNNING if back else AWAY), state.starts + 1
        view.tick([state], 20.0)
    told = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert told == ["away reach the board", *["away waits The port went away"] * 2]


def test_boards_that_are_only_asked_are_not_counted_as_updates() -> None:
    states = [board("failed-1", STORIES["failed"])]
    assert words.summary(states).startswith("0 of 1 updated")
    states[0].is_update = False
    assert words.summary(states).startswith("1 board, 1 failed")


def test_boards_whose_names_begin_alike_are_told_apart_everywhere() -> None:
    """A name has 40 letters, and the computer's name before it where results are joined."""
    names = [f"{'warehouse-of-the-north-' * 2}pump-{number}"[-40:] for number in range(2)]
    states = [board(name, STORIES["updated"]) for name in names]
    for state in states:
        state.end(0, 3.0)
    joined = [{**row_of(state), "name": f"bench-of-the-lab/{state.entry.name}"} for state in states]
    drawn = re.findall("<text[^>]*>([^<]*)</text>", page({"seconds": 3.0, "boards": joined}))
    live, last = (
        [line.plain for line in made[:2]]
        for made in (
            lines(states, 3.0, 76, 24, registry.all_phases()),
            last_lines(states, 3.0, 79, registry.all_phases()),
        )
    )
    shown_again = [line.plain for line in result_rows(joined, 79)][:2]
    for one, other in (live, last, shown_again, drawn[:2]):
        assert one != other


def test_the_page_says_what_is_dark_by_day_and_light_by_night() -> None:
    """By the colour itself: a word for it would be false by night."""
    drawn = page({"seconds": 3.0, "boards": []})
    assert re.search(r'<rect class="move"[^>]*/>\s*<text[^>]*>firmware was on its way', drawn)
    assert "Dark" not in drawn


def test_each_board_is_counted_once() -> None:
    """One that has told its result still runs until its process has ended."""
    runs = board("tells", STORIES["updated"])
    assert words.summary([runs, board("updated-1", STORIES["updated"])]) == "1 of 2 updated, 1 running"


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        ({"modem_state": "recoverable"}, "1 failed and recoverable: run the same command again"),
        ({"modem_state": "recoverable", "status": "refused"}, "1 refused and recoverable"),
        ({"modem_state": "untouched", "status": "refused"}, "1 refused and untouched"),
        ({"modem_state": "untouched", "status": "interrupted"}, "1 stopped and untouched"),
        (
            {"modem_state": "updated", "status": "installed-unconfirmed"},
            "1 unconfirmed and updated: look at it with `modemflash info`",
        ),
    ],
)
def test_how_a_board_ended_is_counted_by_its_own_word(result: Mapping[str, str], counted: str) -> None:
    """Who stopped it did not fail, and what is refused once is refused again."""
    state = board("failed-1", [(1, {"event": "result", **ENDS, **result})])
    assert words.summary([state]) == f"0 of 1 updated, {counted}"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("unknown", "Keep its power on, then look at it with `modemflash info`."),
        ("updated", "Look at it with `modemflash info`."),
        ("recoverable", "Cut all power."),
        ("untouched", "Cut all power."),
    ],
)
def test_no_hint_is_given_against_the_state_of_the_module(state: str, told: str) -> None:
    """Of one whose state is not known the power stays on, whatever its error says of others."""
    problem = {"event": "problem", "code": "x", "happened": "It is silent", "hint": "Cut all power."}
    board_state = board("failed-1", [(1, problem), (1, {"event": "result", **ENDS, "modem_state": state})])
    assert board_state.row()["next"] == told and words.all_of_end(board_state) == f"It is silent. {told}"


def test_one_plan_is_no_plans() -> None:
    plan = {"event": "result", "status": "nothing-to-do", "code": "dry-run", "modem_state": "untouched"}
    states = [board(f"updated-{number}", [(1, plan)]) for number in range(2)]
    for state in states:
        state.is_update = False
    assert words.summary(states[:1]) == "1 board, 1 plan made"
    assert words.summary(states) == "2 boards, 2 plans made"


def test_a_stop_request_is_answered_in_the_row_of_each_board() -> None:
    """Each by its phase, as for one board alone; a new phase has another answer."""
    state = board("sends", STORIES["sends"])
    state.take({"event": "interrupt", "text": "the transfer goes on"}, 50.0)
    assert "the transfer goes on" in shown([state], 50.0)[0]
    state.take({"event": "phase", "phase": "install"}, 51.0)
    assert "goes on" not in shown([state], 52.0)[0]


@pytest.mark.parametrize("code", ["stopped-before-write", "a-code-that-is-longer-than-its-column"])
def test_no_result_is_cut_in_the_table_that_stays(code: str) -> None:
    state = board("failed-1", [(1, {"event": "result", **ENDS, "code": code})])
    assert any(line.plain.endswith(code) for line in last_lines([state], 10, 79, {}))


def test_what_to_do_about_a_danger_is_said_as_a_fleet_has_it() -> None:
    """There is no flag for it here: it stands with its board in the list."""
    story: Story = [
        (
            1,
            {
                "event": "problem",
                "code": "consent-missing",
                "happened": "It needs one.",
                "hint": "see --help-all",
            },
        ),
        (2, {"event": "result", **ENDS, "code": "consent-missing", "modem_state": "untouched"}),
    ]
    note = words.note_of(board("failed-1", story), 9.0)
    assert note.startswith("It needs one. ") and "in the list, for this board" in note and "--" not in note
