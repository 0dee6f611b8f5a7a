"""What the page shows: the words of the terminal, as data, never as markup."""

from __future__ import annotations

import json

from rich.text import Text

from modemflash_host.api.events import EVENTS
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.reporters import Event, rows
from modemflash_host.reporters.people import People
from modemflash_web.inside.blocks import block_of, spans_of
from modemflash_web.inside.screen import PageScreen

HOSTILE = "<img src=x onerror=alert(1)>[bold]"


def shown(*events: Event) -> list[dict[str, object]]:
    posted: list[dict[str, object]] = []
    screen = PageScreen(posted.append)
    screen.use_vocabulary(WORDS)
    for number, event in enumerate(events):
        screen.report(event, float(number))
    return posted


def test_a_text_comes_in_pieces_with_their_styles() -> None:
    assert spans_of(Text.assemble(("a", "bold"), "b", ("c", "dim")), "") == [
        ("a", "bold"),
        ("b", ""),
        ("c", "dim"),
    ]


def test_two_styles_of_one_piece_both_count() -> None:
    text = Text("ab", "yellow")
    text.stylize("bold", 1, 2)
    assert spans_of(text, "") == [("a", "yellow"), ("b", "yellow bold")]


def test_whose_turn_it_is_stands_apart() -> None:
    """What a person has to do in a rescue, until something else is told."""
    cut = {"event": "rescue", "what": "cut-now", "text": "NOW cut ALL power"}
    done = {"event": "rescue", "what": "long-enough", "text": "Long enough"}
    turns = [message["text"] for message in shown(cut, done) if message["kind"] == "turn"]
    assert turns == ["NOW cut ALL power", ""]


def test_an_empty_line_is_no_block() -> None:
    assert block_of("", "") is None


def test_what_a_board_says_stays_text() -> None:
    """Neither HTML nor Rich's own markup is made of it."""
    [message] = shown({"event": "note", "text": HOSTILE})
    assert message["block"] == {"text": [(HOSTILE, "")]}


def test_a_plan_is_shown_where_the_plan_stands() -> None:
    plan = {
        "event": "plan",
        "nothing_to_do": False,
        "direction": "upgrade",
        "from_version": "38638",
        "to_version": "41065",
        "files": [{"role": "firmware", "name": "CATM1.dup", "size": 5, "why": ""}],
        "board": None,
        "unused": [],
        "phases": [{"phase": "transfer", "usual_s": 60, "allowed_s": 0}],
        "warnings": ["Keep the power on"],
        "cannot_undo": [],
        "way_back": [],
        "consents": [],
    }
    messages = shown(plan)
    assert {message["section"] for message in messages if message["kind"] == "block"} == {"plan"}
    words = json.dumps(messages)
    for text in ("38638", "41065", "CATM1.dup", "while it answers", "Keep the power on"):
        assert text in words


def test_progress_is_told_with_its_rate_and_ended() -> None:
    messages = shown(
        {"event": "phase", "phase": "transfer", "usual_s": 60, "allowed_s": 0, "note": ""},
        {"event": "progress", "phase": "transfer", "done": 50, "total": 100},
        {"event": "progress", "phase": "transfer", "done": 100, "total": 100},
        {"event": "phase", "phase": "install", "usual_s": 60, "allowed_s": 600, "note": ""},
    )
    progress = [message for message in messages if message["kind"] == "progress"]
    assert progress[0]["title"] == WORDS.phase("transfer")
    assert {"title": "", "kind": "progress"} in progress
    assert any(message.get("share") == 1.0 for message in progress)
    assert [message["good"] for message in messages if message["kind"] == "phase"] == [True]


def test_no_method_of_the_page_is_taken_for_an_event() -> None:
    """`People` finds what shows an event by an underscore and its name."""
    own = {name for name in vars(PageScreen) if name.startswith("_") and not hasattr(People, name)}
    assert not own & {"_" + kind.replace("-", "_") for kind in EVENTS}


def test_each_kind_of_thing_that_is_printed_has_its_block() -> None:
    """What `reporters.rows` can make, so that no object is ever shown by its name in Python."""
    kinds = [
        kind
        for kind in vars(rows).values()
        if "__rich_console__" in getattr(kind, "__dict__", {}) and kind.__module__ == rows.__name__
    ]
    made = {rows.Rows: rows.Rows([("a", Text("b"))]), rows.Paragraph: rows.Paragraph(Text("b"))}
    assert set(kinds) == set(made)
    assert "object at" not in str([block_of(each, "") for each in made.values()])
