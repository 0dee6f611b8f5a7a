"""Who the modem is, for the REPL and for mirror mode.

Rule that holds here: nothing is written.
"""

from modemflash.board.card_run import CardRun
from modemflash.upgrade import Update


def modem_info() -> "dict[str, Any]":
    """Who the modem is. Writes nothing.

    Raises:
        Problem: it does not answer.
    """
    run = CardRun()
    line = run.open_line()
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
