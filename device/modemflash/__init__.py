"""modemflash: the engine that updates the firmware of Sequans Monarch modems.

The same package runs on the board (MicroPython 1.8.6 and newer) and on a PC
(CPython 3.10 and newer). It does no I/O of its own: port, clock, files, store
and reporter are handed in. Importing it costs next to nothing, because the
modules are loaded where they are used.

The functions below are for a board's REPL, see `modemflash.board.app`.
"""

__version__ = "0.1.0"

NO_ROOM = "not enough memory here: reset the board, and do this before its own program runs"


def _verb(name: str) -> "Callable[..., Any]":
    def verb(*words: "Any", **named: "Any") -> "Any":
        try:
            from modemflash.board.app import call

            return call(name, words, named)
        except MemoryError:
            print("modemflash:", NO_ROOM)
            return None

    return verb


run = _verb("run")
info = _verb("info")
plan = _verb("plan")
rescue = _verb("rescue")
arm_rescue = _verb("arm_rescue")
mirror = _verb("mirror")
install_hook = _verb("install_hook")
remove_hook = _verb("remove_hook")


def hook(button: str = "") -> None:
    """What the lines in main.py call at power-up."""
    from modemflash.board.hook import start

    start(button)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable
