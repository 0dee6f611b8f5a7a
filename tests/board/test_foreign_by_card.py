"""A card in a board whose modem is none of ours, or does not talk as one: nothing is written to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.card_board import RED, RUNS, YELLOW, Bench
from support.table_modem import EM7455, GM01Q, HALF_ANSWERS, TableModem

MODEMS = {
    "another maker's": lambda: TableModem(EM7455, 115_200),
    "another Monarch": lambda: TableModem(GM01Q),
    "another Monarch in recovery": lambda: TableModem({**GM01Q, "AT+SMOD?": "4"}),
    "numbers for results": lambda: TableModem({}, otherwise=b"4\r"),
    "half a name": lambda: TableModem(HALF_ANSWERS["half a name"][0], otherwise=b"\r\nEM74"),
}


@pytest.mark.parametrize("name", MODEMS)
def test_a_card_writes_to_no_modem_that_it_does_not_know(bench: Callable[..., Bench], name: str) -> None:
    """It only asks, says so on the card and with its light, and the board's own program runs."""
    modem = MODEMS[name]()
    with bench() as table:
        table.board.modem = table.board.uart.modem = modem
        assert table.boot() == "over", table.board.printed
        assert RUNS in table.board.printed
        assert table.colours()[2] in (RED, YELLOW)
        said = table.board.printed.splitlines()
        assert len(set(said)) == len(said), "a line that stands still"
        ended = table.results()[-1]
    assert ended["modem_state"] == "untouched"
    assert ended["code"] in ("wrong-product", "modem-out-of-step")
    changing = [each for each in modem.asked if each.startswith(("AT+", "AT^")) and each[-1] != "?"]
    assert set(changing) <= {"AT+CGMM"}
    assert not modem.binary
