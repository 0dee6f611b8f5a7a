"""Every route on every board, from power-up to the user's program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from board.routes import ROUTES
from modemflash_sim.board.hardware import HARD
from support.card_board import GREEN, RUNS, Bench
from support.programmed_board import BOARDS

Build = Callable[..., Bench]
KINDS = {"staged": ["staged"], "boot-loader": ["updater", "on-the-fly"]}


@pytest.mark.parametrize("profile", BOARDS)
@pytest.mark.parametrize("name", ROUTES)
def test_route(bench: Build, route_card: Callable[[str], Path], name: str, profile: str) -> None:
    """The modem runs the target and says so, results and light say it too, and the user's program runs."""
    route = ROUTES[name]
    with bench(card=route_card(name), modem=route.modem(), profile=profile) as table:
        flags = table.board.hardware.flags
        flags["lte_modem_en_on_boot"] = route.autostart
        assert table.boot() == "over"
        assert table.verdict.build == route.target, table.board.printed
        assert (table.verdict.mode, table.verdict.violations) == ("application", ())
        assert table.board.printed.rstrip().endswith(RUNS)
        assert GREEN in table.colours()
        assert not table.board.hardware.hash_alive
        assert flags["lte_modem_en_on_boot"] == route.autostart
        # One to be alone with the modem, one to give its pins back.
        assert [cause for _, cause in table.board.boots].count(HARD) == 1 + route.autostart
        if name in KINDS:
            assert [image.purpose for image in table.verdict.images] == KINDS[name]
    ended = table.results()[-1]
    assert (ended["result"], ended["to_build"], ended["attempt"]) == ("updated", route.target, 1)
