"""What the board does by itself when a PC armed its rescue: it listens, says so, leaves the rest alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.card_board import RUNS, USER, Bench

Build = Callable[..., Bench]
ARM = (
    "import sys\nsys.path.append('/flash/lib')\nfrom modemflash.board.listen import arm\nprint(arm(1))\n"
    "import modemflash\nmodemflash.install_hook()\n"
)


def records(table: Bench, since: int) -> list[dict[str, Any]]:
    lines = table.board.printed[since:].splitlines()
    return [json.loads(line[19:]) for line in lines if line.startswith("modemflash rescue: {")]


def power_up(table: Bench) -> list[dict[str, Any]]:
    """Arm, cut the power, give it again: what the console said then."""
    table.flash.put({"/main.py": USER})
    assert table.board.boot(ARM) == "over"
    assert "True" in table.board.printed
    since = len(table.board.printed)
    table.off()
    assert table.boot() == "over"
    assert table.board.printed.rstrip().endswith(RUNS)
    return records(table, since)


@pytest.mark.parametrize("profile", ["gpy-1.18.2", "fipy-1.20.2"])
def test_it_listens_and_holds_and_leaves_the_card_alone(bench: Build, profile: str) -> None:
    """A job lies in the slot, and the modem answers: it is kept talking, and nothing is written to it."""
    with bench(profile=profile) as table:
        said = power_up(table)
        assert (said[0]["boots"], "code" in said[0]) == (1, False)
        last = said[-1]
        assert (last["code"], last["state"], last["build"]) == ("found", "application", 38638)
        assert last["up_s"] - last["after_s"] > 50
        assert not table.verdict.images
        kept = json.loads(table.flash.get("/modemflash.rescue"))
        assert (kept["code"], kept["boots"], kept["board"]) == ("found", 1, last["board"])
        table.off()
        since = len(table.board.printed)
        table.boot()
        assert records(table, since)[0]["boots"] == 2
    assert " found after" in table.flash.get("/modemflash.log").decode()


def test_silence(bench: Build) -> None:
    """A silent modem: said, kept, yellow for "cut all power", and then the user's program."""
    with bench(card=None) as table:
        table.silence()
        said = power_up(table)
        assert said[-1]["code"] == "modem-silent"
        assert said[-1]["after_s"] >= 60
        assert 0x202000 in table.colours()
        assert json.loads(table.flash.get("/modemflash.rescue"))["code"] == "modem-silent"
