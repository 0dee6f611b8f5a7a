"""A rescue armed on the board: what was there before, put there, read, and taken off again.

    look(session) -> Survey      read only: what the plan is made of
    arm(session, before)         updater, hook, and the order to listen at each power-up
    outcome(session)             what the board heard since
    put_back(session)            everything as it was before

Rules: what has to be put back is noted on the board, in its NVS, before the
first change, because the PC may die, and another one may clean up; a board that
was armed for the field is armed for the field again; the user's files are left
byte for byte as they were.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from modemflash.interface import (
    FOR_PC,
    LIBRARY,
    LOG_NAME,
    MAIN,
    NVS_BOOTS,
    NVS_PREFIX,
    NVS_RESCUE,
    NVS_UNDO,
    RESCUE_MINUTES,
    RESCUE_RECORD,
)
from modemflash.journal import Journal
from modemflash_host.board.console.answers import ask, boolean, whole
from modemflash_host.board.console.identity import Board, need_pycom, read_identity
from modemflash_host.board.console.session import BoardSession
from modemflash_host.board.install.deploy import (
    ENGINE,
    deploy,
    has_hook,
    remove,
    remove_hook,
)
from modemflash_host.board.install.package import deployed
from modemflash_host.board.modem_update import JournalRecord
from modemflash_host.board.relay.journals import BoardSlots
from modemflash_host.errors import BoardProblem
from modemflash_host.rescue.power_up import PowerUp

LOG = f"/flash/{LOG_NAME}"
# What a rescue put there, and the minutes of the one that was armed before: bits in one small number.
_PACKAGE, _HOOK, _LOG, _NOTED, _MINUTES_UP = 1, 2, 4, 8, 16
_NVS = f"""\
import pycom
def _get(n):
    try:
        return pycom.nvs_get('{NVS_PREFIX}' + n) or 0
    except Exception:
        return 0
def _set(n, v):
    n = '{NVS_PREFIX}' + n
    if v:
        pycom.nvs_set(n, v)
        return pycom.nvs_get(n) == v
    try:
        pycom.nvs_erase(n)
    except Exception:
        pass
    return True
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a rescue found on the board.

    Attributes:
        board: which one.
        to_write_bytes: of the updater, 0 when it is there.
        has_hook: main.py has the two lines.
        note: see `_NOTED`.
        past: the board's journal of an update that did not finish.
    """

    board: Board
    to_write_bytes: int
    has_hook: bool
    note: int
    past: JournalRecord | None

    @property
    def stays(self) -> list[str]:
        """What is on the board afterwards, too, because it was there before."""
        return [word for word, bit in (("updater", _PACKAGE), ("hook", _HOOK)) if not self.note & bit]


def look(session: BoardSession) -> Survey:
    """What is there; writes nothing.

    Raises:
        Refusal: `board-not-pycom`.
        BoardProblem: the board.
    """
    board = read_identity(session.repl)
    need_pycom(board)
    files = session.files
    package = deployed()
    there = {name: files.size(f"{LIBRARY}/{name}") for name in package}
    missing = [data for name, data in package.items() if there[name] != len(data)]
    hooked = has_hook(files)
    note = _number(session, NVS_UNDO)
    if not note & _NOTED:
        armed = _number(session, NVS_RESCUE)
        note = _NOTED + _MINUTES_UP * (armed if armed < FOR_PC else 0)
        note += 0 if any(size is not None for size in there.values()) else _PACKAGE
        note += 0 if hooked else _HOOK
        note += 0 if files.size(LOG) is not None else _LOG
    past = Journal(BoardSlots(session), board.mac).read()
    return Survey(board, sum(map(len, missing)), hooked, note, past)


def arm(session: BoardSession, before: Survey) -> None:
    """Put everything there; the board listens from its next start on.

    Raises:
        Refusal: see `deploy.deploy`.
        BoardProblem: `rescue-not-armed`: the board cannot keep it; or the board.
    """
    repl = session.repl
    if not ask(repl, f"_set('{NVS_UNDO}', {before.note})", boolean, _NVS):
        raise BoardProblem("rescue-not-armed", NVS_PREFIX + NVS_UNDO)
    deploy(session)
    if not has_hook(session.files):
        install_hook(session)
    code = f"{ENGINE}from modemflash.board.listen import arm\n"
    if not ask(repl, f"arm({RESCUE_MINUTES})", boolean, code):
        raise BoardProblem("rescue-not-armed", NVS_PREFIX + NVS_RESCUE)


def install_hook(session: BoardSession, button: str = "P10") -> None:
    """Put the two lines into main.py, with the updater that is on the board, and look whether they are there.

    Raises:
        BoardProblem: `board-file-differs`, and the board.
    """
    session.repl.run(f"{ENGINE}import modemflash\nmodemflash.install_hook(button={button!a})\n")
    if not has_hook(session.files):
        raise BoardProblem("board-file-differs", MAIN)


def outcome(session: BoardSession) -> PowerUp:
    """What the board knows of its last power-up; with the address of the one that is here.

    Raises:
        BoardProblem: the board; it has no updater, say, or `board-out-of-step`.
    """
    code = f"{ENGINE}import json\nfrom modemflash.board.listen import outcome\n"
    power_up = ask(session.repl, "json.dumps(outcome())", _power_up, code)
    return replace(power_up, board=read_identity(session.repl).mac)


def log(session: BoardSession) -> str:
    """What the board wrote down, "" for nothing."""
    with suppress(BoardProblem):
        if session.files.size(LOG):
            return session.files.get(LOG).decode("utf-8", "replace")
    return ""


def put_back(session: BoardSession, *, stay_armed: bool = False) -> bool:
    """Everything as it was before a rescue; whether there was something to put back.

    Args:
        session: the board; best in safe boot.
        stay_armed: leave updater and hook, armed for a card: for a board that goes back to the field.

    Raises:
        BoardProblem: the board.
    """
    repl, files = session.repl, session.files
    note = _number(session, NVS_UNDO)
    if not note & _NOTED:
        return False
    minutes = RESCUE_MINUTES if stay_armed else note // _MINUTES_UP
    repl.value(f"(_set('{NVS_RESCUE}', {minutes}), _set('{NVS_BOOTS}', 0))", _NVS)
    if not stay_armed:
        if note & _HOOK:
            remove_hook(session)
        if note & _PACKAGE:
            remove(session)
        if note & _LOG:
            files.remove(LOG)
    files.remove(RESCUE_RECORD)
    repl.value(f"_set('{NVS_UNDO}', 0)", _NVS)
    return True


def _number(session: BoardSession, name: str) -> int:
    return ask(session.repl, f"_get({name!a})", whole, _NVS)


def _power_up(text: str) -> PowerUp:
    power_up = PowerUp.decode(text)
    if power_up is None:
        raise ValueError("no power-up")
    return power_up
