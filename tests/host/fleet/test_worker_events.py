"""What a process of a board says: no line of it ends the fleet, and what is used is of its kind."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from modemflash_host.families import registry
from modemflash_host.fleet import results
from modemflash_host.fleet.board_state import WORST_FIRST, BoardState, worst
from modemflash_host.fleet.fleet_file import BoardEntry
from modemflash_host.fleet.page import page
from modemflash_host.fleet.result_rows import result_rows
from modemflash_host.fleet.table import lines
from modemflash_host.fleet.views import JsonView, LinesView, SafeView
from modemflash_host.fleet.worker_events import decoded
from modemflash_host.reporters.words import printable
from modemflash_host.run.exit_codes import EXIT_CODES

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
@settings(max_examples=50)
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


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_what_others_wrote_is_no_formula_and_no_markup(start: str) -> None:
    """The words of a module, and names from another computer's file."""
    hostile = f"{start}cmd|'/C calc'!A0<script>alert(1)</script>[red]"
    state = BoardState(BoardEntry("a", hostile))
    problem = {"event": "problem", "code": "a", "happened": hostile, "hint": hostile}
    failed = {"status": "failed", "code": hostile, "modem_state": "untouched", "from_version": hostile}
    for event in (problem, {**SOUND[-1], **failed}):
        state.take(event, 0)
    state.end(6, 1)
    row = {**results.row_of(state), "name": hostile}
    [cells] = csv.DictReader(io.StringIO(results.as_csv([row])))
    for name in ("name", "port", "code", "from_version", "happened", "next"):
        assert cells[name] in (f"'{hostile}", printable(hostile)) and cells[name][0] in "'\\", name
    made = page({"seconds": 9.0, "boards": [row]})
    assert "<script" not in made and made.count("&lt;script&gt;") >= 5
    assert "default-src 'none'" in made
    assert "[red]" in "".join(line.plain for line in result_rows([row], 200))


def test_the_tables_agree_to_the_digit() -> None:
    """The same row as event, as kept file, as CSV and as page."""
    state = BoardState(BoardEntry("a", "b"))
    state.begin(0.0)
    state.take(SOUND[-1], 65.43)
    state.end(0, 65.43)
    row = results.row_of(state)
    assert {name: row[name] for name in state.row()} == state.row()
    [cells] = csv.DictReader(io.StringIO(results.as_csv([row])))
    assert cells == {name: str(row[name]) for name in results.COLUMNS} and cells["seconds"] == "65.4"
    assert ">1:05<" in page({"seconds": 65.4, "boards": [row]})
    assert next(result_rows([row], 80)).plain.endswith("1:05")


@pytest.mark.parametrize(
    ("events", "exit_code", "state_is", "code_is"),
    [
        ([], -9, "untouched", 6),  # killed before its first word
        ([{"event": "phase", "phase": "verify"}], -9, "untouched", 6),
        ([{"event": "phase", "phase": "transfer"}], -9, "unknown", 9),
        ([{"event": "unfinished", "files": []}], -9, "unknown", 9),  # an earlier one had written
        ([{**SOUND[-1], "status": "failed", "modem_state": "recoverable"}], -9, "recoverable", 7),
        ([{**SOUND[-1], "status": "failed", "modem_state": "untouched"}], 0, "untouched", 6),
        ([{**SOUND[-1], "status": "interrupted", "modem_state": "untouched"}], -2, "untouched", 130),
        ([SOUND[-1]], -9, "updated", 0),
    ],
)
def test_a_process_that_is_killed_leaves_the_exit_code_of_what_it_had_said(
    events: Sequence[dict[str, Any]], exit_code: int, state_is: str, code_is: int
) -> None:
    state = BoardState(BoardEntry("a", "b"), writes=registry.writes)
    for event in events:
        state.take(event, 0)
    state.end(exit_code, 1)
    assert (state.modem_state, state.exit_code) == (state_is, code_is)


def test_the_worst_board_is_found_in_the_order_of_the_page() -> None:
    page_of_fleets = (Path(__file__).resolve().parents[3] / "docs/fleet.md").read_text(encoding="utf-8")
    [told] = re.findall(r"that of the worst board, in this order: (.*?);", page_of_fleets, re.DOTALL)
    order = [int(number) for number in re.findall(r"\b\d+\b", told)]
    assert order == list(WORST_FIRST) and sorted(order) == [code for code, _ in EXIT_CODES]
    assert worst([0, 130, 5, 7]) == 7 and worst([]) == 0


def test_a_display_that_fails_is_told_once_and_asked_no_more() -> None:
    asked, heard, lost = [], [], []

    class View:
        def event(self, state: BoardState, event: Mapping[str, Any]) -> None:
            asked.append(event)
            raise ValueError

        tick = close = event

    view = SafeView(View(), lambda state, event: heard.append(event), lost.append)
    for event in SOUND[:3]:
        view.event(BoardState(BoardEntry("a", "b")), event)
    assert (len(asked), len(heard), len(lost)) == (1, 3, 1)
