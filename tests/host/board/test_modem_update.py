"""What every access has in common: the engine's options are kept from the first look to the last attempt."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash.errors import LinkProblem
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host.board.modem_update import EngineUpdate
from modemflash_host.families.sequans.journals import journal_at
from modemflash_host.links.talkers import refuse_others
from modemflash_sim.endpoints.virtual import VirtualLine
from support.sinks import reporter
from support.table_modem import GM02SP, TableModem


class Gone(TableModem):
    """A modem until `is_board`: then a board's Python prompt is at the line."""

    is_board = False

    def answer(self, command: str) -> bytes:
        if not self.is_board:
            return super().answer(command)
        return f"{command}\r\nNameError: name '{command}' isn't defined\r\n>>> ".encode()


def test_a_retry_still_refuses_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan brings options of its own; what the look was told of other talkers holds in the next one."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    modem = Gone(GM02SP)
    port = VirtualLine(modem)
    line = Line(port, port, reporter())
    options = {"who_else": refuse_others, "find_ms": 5_000}
    update = EngineUpdate(Update(line, [], set(), journal_at("/dev/ttyUSB9", line), options))
    update.look()
    update._update.plan = lambda: None
    update.plan({"repair": True})
    modem.is_board = True
    with pytest.raises(LinkProblem) as raised:
        update.look()
    assert raised.value.code == "board-console"
    assert not modem.binary and update._update.options["repair"]
