"""A board in safe boot for the time of a job, and afterwards as it was.

    with safe_boot(repl, say) as board: …                       to write to its modem or to its files
    with safe_boot(repl, say, board, writes=False): …           to ask its modem: nothing is written

Rules: what is changed was read before and is kept on the board itself (NVS, the
engine's own key), so that a board whose PC died is put right by the next run or
by its own start-up; the LTE driver is never called; a watchdog that nobody armed
is not armed by us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modemflash.interface import AUTOSTART_MS, LTE_CLAIMED, NVS_LTE_BOOT, NVS_PREFIX, WATCHDOG_MS
from modemflash_host.board.console.connect import BOOT_MS, TRIES_AFTER_BOOT
from modemflash_host.board.console.identity import Board, need_pycom, read_identity
from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import BoardProblem, LinkProblem

SAVED_KEY = NVS_PREFIX + NVS_LTE_BOOT  # as `modemflash.board.pycom.Autostart` keeps it
_AUTOSTART_OFF = f"""\
import pycom
pycom.nvs_set('{SAVED_KEY}', {LTE_CLAIMED})
pycom.lte_modem_en_on_boot(False)
"""
_AUTOSTART_BACK = f"""\
import pycom
try:
    if pycom.nvs_get('{SAVED_KEY}') == {LTE_CLAIMED}:
        pycom.lte_modem_en_on_boot(True)
        pycom.nvs_erase('{SAVED_KEY}')
except Exception:
    pass
"""
_WATCHDOG_LONG = f"""\
import machine
_dog = machine.WDT(timeout={WATCHDOG_MS})
"""


@contextmanager
def safe_boot(
    repl: Repl, say: Callable[[str], object], board: Board | None = None, *, writes: bool = True
) -> Iterator[Board]:
    """Safe boot, no LTE driver at the modem, a watchdog that is armed set long; all as before at the end.

    Args:
        repl: in the raw REPL, and in it again at the end; what was prepared in its Python is gone.
        say: told what is done, in words.
        board: that it is, where that was asked already.
        writes: modem or files will be written to, so the driver's start at each boot is switched off for
            that time. False writes nothing to the board: a driver that starts by itself is waited for.

    Yields:
        The board.

    Raises:
        Refusal: `board-not-pycom`.
        BoardProblem: the board does not come back.
    """
    board = board or read_identity(repl)
    need_pycom(board)
    if writes and board.lte_on_boot:
        repl.run(_AUTOSTART_OFF)
    try:
        say("Restarting the board without its program (safe boot).")
        restart_safely(repl)
        if board.watchdog_on_boot:
            repl.run(_WATCHDOG_LONG)
        if not writes and board.lte_on_boot is not False:  # a release that does not say always starts it
            say("Its own LTE driver started with it: waiting until that has let go of the modem.")
            repl.clock.sleep_ms(AUTOSTART_MS)
        yield board
    finally:
        if writes:
            put_autostart_back(repl)
        else:  # what a run that died has left; how this one ended counts more
            with suppress(BoardProblem, LinkProblem):
                put_autostart_back(repl)


def put_autostart_back(repl: Repl) -> None:
    """The autostart flag as the user had it, where a job has changed it."""
    repl.run(_AUTOSTART_BACK)


def restart_safely(repl: Repl) -> None:
    """A hard reset into safe boot, from the raw REPL to the raw REPL.

    Raises:
        BoardProblem: `board-not-reached`.
    """
    repl.leave()
    if not repl.safe_boot(BOOT_MS) or not repl.enter(TRIES_AFTER_BOOT):
        raise BoardProblem("board-not-reached", "it did not come back from its safe boot")
