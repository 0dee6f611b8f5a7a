"""A modem of another kind on a board: by relay and by mirror it is shown, and asked questions only."""

from __future__ import annotations

from typing import Any

import pytest

from support.desk import Build
from support.table_modem import FOREIGN, HALF_ANSWERS, TableModem

QUESTIONS = ("AT", "AT+SMOD?", "AT+CFUN?", "AT+CEREG?", "ATH", "+++")
MODEMS: dict[str, tuple[Any, dict[str, Any]]] = {
    **{name: (table, {}) for name, (table, _) in FOREIGN.items()},
    **HALF_ANSWERS,
}
ON_A_BOARD = (
    "EM7455",
    "GM01Q",
    "numeric results",
    "+CME ERROR but to AT",
    "a mode without a result",
    "half a name",
)


def is_question(command: str) -> bool:
    """Whether a command only reads."""
    return command in QUESTIONS or command.startswith(("ATI", "AT!", "AT+CG")) or command.endswith("?")


@pytest.mark.parametrize("baud", [921_600, 115_200])
@pytest.mark.parametrize("name", ON_A_BOARD)
@pytest.mark.parametrize("via", ["relay", "mirror"])
def test_nothing_unknown_is_written_to(desk: Build, via: str, name: str, baud: int) -> None:
    """Each unknown fails closed: no radio switched off, no rate changed, no frame."""
    replies, how = MODEMS[name]
    modem = TableModem(replies, baud, **how)
    with desk(modem=modem) as table:
        ended = table.command(via, find_timeout_s=5)
        assert ended.code in ("wrong-product", "modem-out-of-step", "mirror-refused")
        assert ended.modem_state == "untouched"
        assert [command for command in modem.asked if not is_question(command)] == []
        assert not modem.binary
