"""Where the modem is, as `info` and `update` report it: port, board, its firmware, its card."""

from __future__ import annotations

import dataclasses

from modemflash.interface import FIRMWARE_ENDINGS
from modemflash_host.board.console.answers import ask, literal
from modemflash_host.board.console.identity import Board
from modemflash_host.board.console.repl import Repl
from modemflash_host.errors import BoardProblem
from modemflash_host.reporters import Reporter

_CARD = """\
import os
def _card():
    from machine import SD
    try:
        os.stat('/sd')
        made = False
    except OSError:
        try:
            d = SD()
        except Exception:
            return ('empty', [])
        try:
            os.mount(d, '/sd')
        except Exception:
            return ('unreadable', [])
        made = True
    try:
        return ('read', sorted(os.listdir('/sd'))[:100])
    finally:
        if made:
            (getattr(os, 'umount', None) or os.unmount)('/sd')
            d.deinit()
"""


def report_location(reporter: Reporter, port: str, via: str, board: Board | None = None) -> None:
    """Where the modem is, and what is between.

    Args:
        reporter: who is told.
        port: its name.
        via: how the modem is reached: "relay", "mirror" or "direct".
        board: None where it cannot be asked.
    """
    reporter.say("place", port=port, way=via, board=dataclasses.asdict(board) if board else None)


def report_card(reporter: Reporter, repl: Repl) -> None:
    """What is in the board's slot for an SD card; a board that cannot say is passed over. Writes nothing."""
    try:
        state, names = ask(repl, "_card()", _card_of, _CARD)
    except BoardProblem:
        return
    firmware = [name for name in names if name.lower().endswith(FIRMWARE_ENDINGS)]
    reporter.say("slot", state=state, files=len(names), firmware=firmware)


def _card_of(text: str) -> tuple[str, list[str]]:
    found = literal(text)
    if not (isinstance(found, tuple) and len(found) == 2 and found[0] in ("empty", "unreadable", "read")):
        raise ValueError("no card")
    names = found[1]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("no names")
    return found[0], names
