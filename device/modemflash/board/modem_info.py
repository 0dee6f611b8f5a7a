"""Who the modem is, for the REPL and for mirror mode.

Rules that hold here: nothing is written; the firmware's own driver is waited for.
"""

from modemflash.board.card_run import CardRun
from modemflash.board.pycom import lte_starts
from modemflash.upgrade import Update


def modem_info() -> "dict[str, Any]":
    """Who the modem is. Writes nothing.

    Raises:
        Problem: it does not answer.
    """
    run = CardRun()
    line = run.line_after("wait" if lte_starts() else "alone")
    update = Update(line, [], set(), run.journal_of(line))
    try:
        update.look()
    finally:
        run.reporter.close()
        run.led.release()
    identity = update.identity
    return {
        "state": update.modem.state,
        "baud": update.modem.baud,
        "product": identity.product,
        "build": identity.build,
        "version": identity.version,
        "ue": identity.ue,
        "bootloaders": identity.bootloaders,
    }


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
