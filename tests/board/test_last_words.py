"""The words and the light that a board ends with where the modem fell silent after a write."""

from __future__ import annotations

from collections.abc import Callable

from support.card_board import Bench

PROGRAM = """
from modemflash.board.card_run import CardRun
from modemflash.errors import UpdateFailed
from modemflash.identity import Identity
class Update:
    past, modem, identity = {"step": "send"}, object(), Identity()
run = CardRun()
run.engine = Update()
result = run._of_problem(UpdateFailed("modem-lost"))
print(result["modem_state"], result["light"])
"""


def test_silence_after_a_write_is_unknown(bench: Callable[..., Bench]) -> None:
    """It may be installing, or dead: the board does not call it recoverable, nor asks for a power cut."""
    with bench() as table:
        assert table.board.boot(PROGRAM) == "over", table.board.printed
        assert table.board.printed.split()[-2:] == ["unknown", "silent"]
