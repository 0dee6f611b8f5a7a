"""The identity of a board, as it says itself: asked on every MicroPython, also on ones we cannot use.

Rules: nothing is written; what this firmware does not know is empty, not
an error; the board is known by its ESP32's address, because USB serial strings
repeat. A G01 runs the GPy's firmware and says GPy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modemflash.interface import NVS_END, NVS_PREFIX
from modemflash_host.board.console.answers import ask, literal, size
from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import Refusal

_MODEM_BOARDS = ("GPy", "FiPy", "G01")
# What other firmware says on any board with this chip: mainline MicroPython as the system, CircuitPython
# behind the board that it was built for; an ESP32-S3 is another chip.
_OTHER_SYSTEM = "esp32"
_OTHER_MACHINE = re.compile(r"with ESP32(?![\w-])")
_MAC_BYTES = 6
_PREPARE = """\
import os, sys
def _ask(f):
    try:
        return f()
    except Exception:
        return None
def _uname(n):
    return _ask(lambda: os.uname()[n])
def _id():
    import machine
    return machine.unique_id()
def _boot():
    import pycom
    return pycom.lte_modem_en_on_boot(), pycom.wdt_on_boot()
def _free():
    return os.getfree('/flash')
def _end():
    import pycom
    return pycom.nvs_get('%s')
""" % (NVS_PREFIX + NVS_END)
_ASK = (
    "(_uname(0), _uname(2), _uname(3), _uname(4), sys.implementation[1], "
    "_ask(_id), _ask(_boot), _ask(_free), _ask(_end), hasattr(os, 'dupterm'))"
)


@dataclass(frozen=True, slots=True)
class Board:
    """A board that answered.

    Attributes:
        name: what it calls itself: GPy, FiPy, …
        release: of its firmware; for people only, nothing may depend on it.
        version: of its MicroPython, in words.
        machine: its hardware in words.
        python: its MicroPython as numbers.
        mac: the address of its ESP32 as twelve hex digits; "" when it has none.
        lte_on_boot: its LTE driver talks to the modem after a hard boot; None where it does not say.
        watchdog_on_boot: a watchdog is armed at each boot; None where it does not say.
        last_job: how the last job from a card ended: code, build before and after; "" where there was none.
        free_kib: room on /flash; None where it does not say.
        is_pycom: its console and its files are Pycom's.
    """

    name: str
    release: str
    version: str
    machine: str
    python: tuple[int, ...]
    mac: str
    lte_on_boot: bool | None
    watchdog_on_boot: bool | None
    free_kib: int | None
    is_pycom: bool
    last_job: str = ""

    @property
    def has_modem(self) -> bool:
        """Whether this program can do something for it."""
        return self.is_pycom and self.name in _MODEM_BOARDS

    @property
    def may_have_modem(self) -> bool:
        """Whether it may be a board with a modem, with firmware that is not Pycom's and so does not say."""
        is_other_machine = not self.is_pycom and _OTHER_MACHINE.search(self.machine) is not None
        return self.name == _OTHER_SYSTEM or is_other_machine


def read_identity(repl: Repl) -> Board:
    """Ask the board who it is.

    Args:
        repl: in the raw REPL.

    Raises:
        BoardProblem: as `answers.ask`.
    """
    return ask(repl, _ASK, _board_of, _PREPARE)


def _board_of(text: str) -> Board:
    """The board that answers so.

    Raises:
        ValueError: no board does.
    """
    found = literal(text)
    if not isinstance(found, tuple) or len(found) != 10:
        raise ValueError("no board")
    name, release, version, machine = (_word(each) for each in found[:4])
    python, unique_id, boot, free, end, has_dupterm = found[4:]
    if not isinstance(python, tuple) or not isinstance(has_dupterm, bool):
        raise ValueError("words of another kind")
    python = tuple(number for number in python if isinstance(number, int))
    flags = (None, None) if boot is None else boot
    if not isinstance(flags, tuple) or len(flags) != 2:
        raise ValueError("words of another kind")
    lte, watchdog = (None if flag is None else bool(flag) for flag in flags)
    free = size(free)
    mac = unique_id.hex() if isinstance(unique_id, bytes) and len(unique_id) == _MAC_BYTES else ""
    is_pycom = bool(has_dupterm) and "ESP32" in machine and bool(mac)
    return Board(
        name,
        release,
        version,
        machine,
        python,
        mac,
        lte,
        watchdog,
        free,
        is_pycom,
        _word(end),
    )


def _word(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise ValueError("no word")
    return value or ""


def need_pycom(board: Board) -> None:
    """Refuse a board that is none of Pycom's with a modem.

    Raises:
        Refusal: `board-other-firmware`: it may be one, with other firmware; `board-not-pycom`.
    """
    if board.may_have_modem:
        raise Refusal("board-other-firmware", f"{board.version or board.release}, {board.machine}")
    if not board.has_modem:
        raise Refusal("board-not-pycom", board.machine or "it does not say what it is")
