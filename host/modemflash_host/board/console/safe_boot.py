"""A board in a known state for the time of a job, and afterwards as it was.

    with quiet_state(repl, board, say): …       to ask its modem: nothing is written
    with safe_boot(repl, say) as board: …     to write to its modem or to its files

Rules: what is changed was read before and is kept on the board itself (NVS, the
engine's own key), so that a board whose PC died is put right by the next run or
by its own start-up; the LTE driver is never called; a watchdog that nobody armed
is not armed by us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modemflash.interface import AUTOSTART_MS, LTE_CLAIMED, NVS_LTE_BOOT, NVS_PREFIX, WATCHDOG_MS
from modemflash_host.board.console.connect import BOOT_MS, ROUNDS_AFTER_BOOT
from modemflash_host.board.console.identity import Board, identify, need_pycom
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
def quiet_state(repl: Repl, board: Board, say: Callable[[str], object]) -> Iterator[None]:
    """Safe boot, the LTE driver waited out where it starts by itself, a watchdog that is armed set long.

    Args:
        repl: in the raw REPL, and in it again at the end; what was prepared in its Python is gone.
        board: that it is.
        say: told what is done, in words.

    Raises:
        BoardProblem: the board does not come back.
    """
    say("Restarting the board without its program (safe boot).")
    restart_safely(repl)
    if board.watchdog_on_boot:
        repl.run(_WATCHDOG_LONG)
    if board.lte_on_boot is not False:  # where it does not say, it is a release that always starts it
        say("Its own LTE driver started with it: waiting until that has let go of the modem.")
        repl.clock.sleep_ms(AUTOSTART_MS)
    try:
        yield
    finally:
        with suppress(BoardProblem, LinkProblem):  # what a run that died has left; the run's own end counts
            repl.run(_AUTOSTART_BACK)


@contextmanager
def safe_boot(repl: Repl, say: Callable[[str], object]) -> Iterator[Board]:
    """Safe boot, LTE autostart off, a watchdog that is armed set long; all as before at the end.

    Args:
        repl: in the raw REPL, and in it again at the end; what was prepared in its Python is gone.
        say: told what is done, in words.

    Yields:
        The board.

    Raises:
        Refusal: `board-not-pycom`.
        BoardProblem: the board does not come back.
    """
    board = identify(repl)
    need_pycom(board)
    if board.lte_on_boot:
        repl.run(_AUTOSTART_OFF)
    try:
        say("Restarting the board without its program (safe boot).")
        restart_safely(repl)
        if board.watchdog_on_boot:
            repl.run(_WATCHDOG_LONG)
        yield board
    finally:
        repl.run(_AUTOSTART_BACK)


def put_autostart_back(repl: Repl) -> None:
    """The autostart flag as the user had it, where a job has changed it."""
    repl.run(_AUTOSTART_BACK)


def restart_safely(repl: Repl) -> None:
    """A hard reset into safe boot, from the raw REPL to the raw REPL.

    Raises:
        BoardProblem: `board-not-reached`.
    """
    repl.leave()
    if not repl.safe_boot(BOOT_MS) or not repl.enter(ROUNDS_AFTER_BOOT):
        raise BoardProblem("board-not-reached", "it did not come back from its safe boot")
