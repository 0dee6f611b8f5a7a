"""Whether a board is at a port that may lead to one: it is listened to, then asked.

    found = detect(board_port.open_port)        BOARD, MODEM, ANSWERS_FAST or NOBODY

Rules: what is heard first counts, and words of others end it; where binary data
come nothing is sent; what is sent is a line end, AT, and the three keys that stop
a program and show a prompt (Ctrl-C, Ctrl-B): a modem answers the first and takes
the others for noise. Nothing is reset and nothing written.
"""

from __future__ import annotations

from modemflash.interface import CONSOLE_BAUD
from modemflash_host.board.console.connect import is_at_work, is_binary
from modemflash_host.board.console.repl import CTRL_B, CTRL_C, Repl
from modemflash_host.board.pic import Open
from modemflash_host.errors import BoardProblem, LinkProblem
from modemflash_host.links.open import FIRST_BAUD
from modemflash_host.links.talkers import refuse_others
from modemflash_host.links.usb_ids import NO_DEVICE, Device

BOARD = "board"
MODEM = "modem"
"""A modem answers at the console's rate, so no board's own bridge is between."""
ANSWERS_FAST = "answers-fast"
"""A modem answers at its usual rate: at the port itself, or through a board in mirror mode."""
NOBODY = "nobody"

_LISTEN_MS = 700  # a board that works for a PC says so every 0.6 s
_ANSWER_MS = 400
_FALLBACK_MS = 7_000  # a board whose PC went away is back at the console's rate by then
_OF_A_MODEM = (b"+", b"^", b"AT")  # what it says unasked, or echoes
_AT = b"\rAT\r"
_PROMPT_PLEASE = (b"\r" + CTRL_C + CTRL_C, b"\r" + CTRL_B)


def detect(open_port: Open, device: Device = NO_DEVICE) -> str:
    """Who is there.

    Args:
        open_port: opens the port at the console's rate.
        device: the adapter, which knows how its board is put into safe boot by hand.

    Raises:
        LinkProblem: the port; `other-device`: neither a board nor a modem talks there.
        BoardProblem: `board-deaf`: something prints there and reacts to nothing.
    """
    link, clock = open_port(8)
    try:
        repl = Repl(link, clock)
        heard = unasked = repl.listen(_LISTEN_MS)
        if is_binary(heard):
            start = clock.ticks_ms()
            while not is_at_work(repl.heard) and clock.ticks_diff(clock.ticks_ms(), start) < _FALLBACK_MS:
                repl.listen(_LISTEN_MS)
            return BOARD if is_at_work(repl.heard) else NOBODY
        if is_at_work(repl.heard) or _is_board(heard):
            return BOARD
        heard = _asked(repl, _AT)
        if _is_board(heard):
            return BOARD
        if _is_modem(heard):
            return MODEM
        if link.set_baud(FIRST_BAUD):
            if _is_modem(_asked(repl, _AT)):
                return ANSWERS_FAST
            link.set_baud(CONSOLE_BAUD)
            link.drop_input()
        after = b"".join(_asked(repl, keys) for keys in _PROMPT_PLEASE)
        if _is_board(after):
            return BOARD
        if is_deaf(unasked, after):
            raise BoardProblem("board-deaf", device.safe_boot, raw=after[-64:])
        return NOBODY
    finally:
        link.close()


def is_deaf(before: bytes, after: bytes) -> bool:
    """Whether somebody prints lines of text, unasked and after it was asked, none of them a modem's own."""
    return all(
        len(lines) > 1 and not is_binary(heard) and not any(line.startswith(_OF_A_MODEM) for line in lines)
        for heard, lines in ((heard, heard.split(b"\n")) for heard in (before, after))
    )


def _asked(repl: Repl, question: bytes) -> bytes:
    repl.link.write(question, 0, len(question))
    return repl.listen(_ANSWER_MS)


def _is_modem(heard: bytes) -> bool:
    """Whether a whole answer is in it."""
    return b"\nOK\r" in heard or b"\nERROR\r" in heard


def _is_board(heard: bytes) -> bool:
    """Whether a board's console said that.

    Raises:
        LinkProblem: `other-device`.
    """
    try:
        refuse_others(heard)
    except LinkProblem as problem:
        if problem.code == "board-console":
            return True
        raise
    return False
