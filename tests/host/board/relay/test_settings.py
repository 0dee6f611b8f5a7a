"""The settings of a modem behind a board, by each way through it; the board stays as it was."""

from __future__ import annotations

import pytest

from modemflash_host.api import connection, modem_settings
from modemflash_host.board.console import session
from modemflash_host.consents import YES
from modemflash_host.families.plan import MIRROR, RELAY, Request
from modemflash_host.families.sequans.family import Sequans
from modemflash_host.reporters import Reporter
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import settings
from support.answers import Answers
from support.desk import RUNS, Build, Desk

CONTEXT, SAVING = '1,"IP","internet.iot",,,0,0,0,0', "1,,,,"
BOARD = "240ac4010203"


def recorded(table: Desk, mac: str = BOARD) -> modem_settings.RecordedSettings:
    """What a run before recorded of this modem."""
    record = {"AT+CGDCONT?": f"+CGDCONT: {CONTEXT}", "AT+CPSMS?": f"+CPSMS: {SAVING}", "AT+CFUN?": "+CFUN: 1"}
    return modem_settings.RecordedSettings("000001", "simulated", "FiPy", [], "", mac, record)


def restore(table: Desk, via: str, mac: str = BOARD) -> Result:
    reporter = Reporter([table.heard], StopRequests())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "find_board", lambda port, say: table.board_port())
        patch.setattr(connection, "_family_of", lambda request, reporter: Sequans())
        request = Request("simulated", via, consents=frozenset({YES}))
        return modem_settings.restore(request, reporter, Answers(), [recorded(table, mac)])


@pytest.mark.parametrize("via", [RELAY, MIRROR])
def test_a_modem_behind_a_board(desk: Build, via: str) -> None:
    """It is known by its board; nothing is written to that, and by relay its own program runs again."""
    with desk() as table:
        hardware = table.board.hardware
        before = (table.board.flash.writes, dict(hardware.nvs), dict(hardware.flags))
        settings.reset(table.modem.memory)
        table.modem.memory.power_saving = "0,,,,"
        result = restore(table, via)
        assert result.code == "settings-restored", table.heard.events[-6:]
        assert table.modem.memory.contexts["1"] == CONTEXT and table.modem.memory.power_saving == SAVING
        assert (table.board.flash.writes, hardware.nvs, hardware.flags) == before
        assert via == MIRROR or RUNS in table.shows()


@pytest.mark.parametrize("via", [RELAY, MIRROR])
def test_the_modem_of_another_board(desk: Build, via: str) -> None:
    with desk() as table:
        settings.reset(table.modem.memory)
        assert restore(table, via, mac="240ac4999999").code == "settings-of-another"
        assert table.modem.memory.contexts == settings.CONTEXTS


def test_a_modem_that_came_up_at_the_other_rate(desk: Build) -> None:
    """Each setting opens the board's UART anew, at the rate at which the modem was found."""
    with desk() as table:
        table.modem.live.baud = 115_200
        result = restore(table, RELAY)
        assert result.code == "settings-restored", table.heard.events[-6:]
        assert table.modem.memory.contexts["1"] == CONTEXT
