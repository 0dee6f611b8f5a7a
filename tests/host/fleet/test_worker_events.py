"""What a process of a board says: no line of it ends the fleet, and what is used is of its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from modemflash_host.fleet import results
from modemflash_host.fleet.board_state import BoardState
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.fleet.page import page
from modemflash_host.fleet.result_rows import result_rows
from modemflash_host.fleet.table import lines
from modemflash_host.fleet.views import JsonView, LinesView, SafeView
from modemflash_host.fleet.worker_events import decoded

SOUND = [
    {"event": "phase", "phase": "transfer", "usual_s": 10, "allowed_s": 0, "note": ""},
    {"event": "progress", "phase": "transfer", "done": 5, "total": 10},
    {"event": "stall", "phase": "transfer", "seconds": 7, "note": "x"},
    {"event": "plan", "from_version": "1", "to_version": "2"},
    {"event": "identity", "product": "GM01Q", "version": "1", "build": None},
    {"event": "place", "board": {"mac": "30aea4000001", "name": "FiPy"}},
    {"event": "place", "board": None},
    {"event": "problem", "code": "a", "happened": "b", "hint": "c"},
    {"event": "warning", "text": "x"},
    {"event": "retry", "reason": "x"},
    {"event": "interrupt", "text": "x"},
    {"event": "note", "text": "x"},
    {"event": "unfinished", "files": []},
    {"event": "something-new", "x": [1, {"y": None}]},
    {"event": "result", "status": "updated", "code": "updated", "modem_state": "updated", "next": ""},
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("event", SOUND)
def test_what_an_update_says_is_taken(event: dict[str, Any]) -> None:
    assert decoded(json.dumps(event).encode()) == event


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b'{"event": 5}', b'{"at_s": "x", "event": "new"}', b"\xff", b"[" * 5000]
    + [
        b'{"event": "%s"}' % name
        for name in (b"plan", b"phase", b"progress", b"result", b"problem", b"stall")
    ]
    + [b'{"event": "progress", "phase": "transfer", "done": 11, "total": 10}']
    + [b'{"event": "result", "status": "great", "code": "x", "modem_state": "updated"}']
    + [b'{"event": "result", "status": "updated", "code": "x", "modem_state": "fine"}']
    + [b'{"event": "note", "text": "%s"}' % (b"x" * 3000)],
)
def test_what_cannot_be_used_is_dropped(line: bytes) -> None:
    assert decoded(line) is None


@pytest.mark.invented_events
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(SOUND), st.text(max_size=8), values), max_size=5), st.integers(-9, 9)
)
def test_no_event_ends_bookkeeping_table_or_page(
    changes: Sequence[tuple[Mapping[str, Any], str, Any]], exit_code: int
) -> None:
    """Each field of each event by turns another value: whatever passes the border is shown."""
    state = BoardState(BoardEntry("a", "b"))
    state.begin(0.0)
    console = Console(file=open("/dev/null", "w"), width=80)  # noqa: PTH123, SIM115
    lost: list[Exception] = []
    views = [
        SafeView(view, lambda state, event: None, lost.append)
        for view in (LinesView(console, {}), JsonView(console.file))
    ]
    for number, (event, name, value) in enumerate(changes):
        field = name if name in event else list(event)[number % len(event)]
        try:
            line = json.dumps({**event, field: value}).encode()
        except ValueError:
            continue
        heard = decoded(line)
        if heard is None:
            continue
        state.take(heard, float(number))
        for view in views:
            view.event(state, heard)
        lines([state], number + 0.5, 80, 24, {})
    state.end(exit_code, 9.0)
    content = {"seconds": 9.0, "boards": [json.loads(json.dumps(results.row_of(state)))]}
    assert page(content) and list(result_rows(content["boards"], 80)) and results.as_csv(content["boards"])
    assert lines([state], 9.5, 80, 24, {})
    console.file.close()
    assert not lost


@pytest.mark.parametrize(
    ("status", "to_version"), [("failed", ""), ("interrupted", ""), ("nothing-to-do", "2")]
)
def test_a_version_that_is_not_there_is_in_no_result(status: str, to_version: str) -> None:
    """It was the plan's alone; where only plans are asked for, it is what they say."""
    state = BoardState(BoardEntry("a", "b"))
    for event in ({"event": "plan", "from_version": "1", "to_version": "2"}, {**SOUND[-1], "status": status}):
        state.take(event, 0)
    state.end(0, 1)
    assert (state.from_version, state.to_version) == ("1", to_version)
