"""A temporary install: an updater that an update put on a board, and takes off when it is done.

Rule: the mark lies in the board's NVS, so that another command, from another PC
if need be, still knows what the one before it has put there.
"""

from __future__ import annotations

from modemflash.interface import NVS_PREFIX, NVS_TEMPORARY
from modemflash_host.board.console.answers import ask, boolean
from modemflash_host.board.console.repl import Repl

KEY = NVS_PREFIX + NVS_TEMPORARY
_MARK = f"""\
import pycom
try:
    pycom.nvs_set('{KEY}', 1)
except Exception:
    pass
"""
_FORGET = f"""\
import pycom
try:
    pycom.nvs_erase('{KEY}')
except Exception:
    pass
"""
_PREPARE = f"""\
def _is_temporary():
    import pycom
    try:
        return pycom.nvs_get('{KEY}') == 1
    except Exception:
        return False
"""


def mark(repl: Repl) -> None:
    """The install is temporary from here on; where NVS does not keep that, it stays until it is removed."""
    repl.run(_MARK)


def forget(repl: Repl) -> None:
    """The updater is there to stay, or not there at all."""
    repl.run(_FORGET)


def is_temporary(repl: Repl) -> bool:
    """Whether an update has put the updater there."""
    return ask(repl, "_is_temporary()", boolean, _PREPARE)
