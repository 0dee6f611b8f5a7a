"""One card, two boards by turns, with power cuts in between: each takes up its own update and no other's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from board.routes import PART_ONE_BYTES, ROUTES
from modemflash_sim.board.drives import Drive
from modemflash_sim.sequans.verdict import Taken
from support.card_board import RUNS, Bench

Pair = Callable[[str], tuple[Bench, Bench]]
OTHER_ID = b"\x01\x02\x03\x04\x05\x06"
SURVIVES = {"part_one_power_loss": "survives"}


@pytest.fixture
def pair(bench: Callable[..., Bench], route_card: Callable[[str], Path]) -> Pair:
    """`pair(route)`: two boards, and one card that is in the slot of whichever runs."""

    def build(route: str) -> tuple[Bench, Bench]:
        first, second = (bench(card=route_card(route), modem=ROUTES[route].modem(**SURVIVES)) for _ in "12")
        assert second.board.card is not None
        second.board.card.close()
        second.card = first.card
        second.board.card = Drive(first.card.path)
        second.board.hardware.unique_id = OTHER_ID
        return first, second

    return build


def cut_when(table: Bench, words: str, count: int = 1) -> None:
    """Run until the console has said that so often, then cut all power."""
    before = table.board.printed.count(words)
    ending = table.board.boot(for_us=100_000)
    while table.board.printed.count(words) < before + count:
        assert ending == "running", table.board.printed
        ending = table.board.go_on(for_us=100_000)
    table.off()


def attempts(table: Bench) -> dict[str, list[str]]:
    """Board -> the results of its rows."""
    names = [name for name in table.card.names() if name.endswith(".jsonl")]
    rows = {name: table.card.get(name).decode().splitlines() for name in names}
    return {name[9:-6]: [json.loads(row)["result"] for row in lines] for name, lines in rows.items()}


def tries(table: Bench) -> dict[str, int]:
    """Board -> the tries that the card has noted of it."""
    names = [name for name in table.card.names() if name.endswith(".tries")]
    return {Path(name).stem: json.loads(table.card.get(name))[1] for name in names}


def part_of(image: Taken) -> int:
    return 1 if image.size_bytes == PART_ONE_BYTES else 2


def is_updated(table: Bench, build: int) -> None:
    verdict = table.verdict
    assert (verdict.build, verdict.mode, verdict.violations) == (build, "application", ()), verdict
    assert table.board.printed.rstrip().endswith(RUNS)


def test_cut_by_turns(pair: Pair) -> None:
    """Each board is cut twice at most and then done; rows and tries of both stand apart on the card."""
    first, second = pair("prepared")
    with first, second:
        cut_when(first, "transfer:")
        cut_when(second, "install:")
        cut_when(first, "install:")
        assert tries(first) == {"240ac4010203": 2, "010203040506": 1}
        assert second.boot() == "over"
        is_updated(second, 41065)
        assert first.verdict.build != 41065
        assert first.boot() == "over"
        is_updated(first, 41065)
    assert attempts(first) == {
        "240ac4010203": ["begun", "begun", "begun", "updated"],
        "010203040506": ["begun", "begun", "updated"],
    }
    assert tries(first) == {"240ac4010203": 0, "010203040506": 0}


def test_one_boards_part_one_is_not_the_others(pair: Pair) -> None:
    """The first was cut between the parts: the second begins with part 1, the first goes on with part 2."""
    first, second = pair("two-part")
    with first, second:
        cut_when(first, "prepare:", 2)
        assert first.verdict.build == 39529
        sent = len(first.verdict.images)
        assert second.boot() == "over"
        is_updated(second, 48829)
        assert [part_of(image) for image in second.verdict.images] == [1, 2]
        assert first.boot() == "over"
        is_updated(first, 48829)
        assert [part_of(image) for image in first.verdict.images[sent:]] == [2]
    assert tries(first) == {"240ac4010203": 0, "010203040506": 0}
