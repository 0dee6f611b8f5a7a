"""Who else may sit at a serial port: known by words that no modem of ours says.

Rules: text alone tells; nothing is sent to find out; an echo, or words that
anybody might say, name nobody. Every family asks here before it sends anything
but text, and says which of these is its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from modemflash.line import Line
from modemflash_host.errors import LinkProblem
from modemflash_host.links.hear import hear

GNSS = "a GNSS receiver"
AT_MODEM = "a modem that takes AT commands"
_TEXT_BYTES = 16
_NO_TEXT = re.compile(rb"[^\t\n\r -~]")
# What shells, boot loaders and consoles say to a command that they do not have; a board's program may print
# that something is not found.
_REFUSALS = (
    b"command not found",
    b"-sh: ",
    b"/sh: ",
    b"/ash: ",
    b"-ash: ",
    b"bash: ",
    b"Unknown command '",
    b"echo:Unknown command",
    b"Unrecognized command\r\n",
    b"% Invalid input detected",
    b"error: can't find command `",
    b": No such command\r\n",
    b"\r\nInvalid command: ",
    b"stdin:1: ",
    b"Uncaught ReferenceError: ",
    b"\r\nGrbl ",
)
# (code of the problem, what is there, words of it)
_TALKERS = (
    ("board-console", "a Python prompt", (b">>> ", b"NameError: ", b"raw REPL; CTRL-B", b"SyntaxError: ")),
    ("board-console", "an ESP32 that starts", (b"rst:0x", b"ets Jun", b"ets Jul", b"Pycom MicroPython")),
    ("other-device", "a computer's login", (b"ogin: ", b"Password: ")),
    ("other-device", "a command line that takes no AT", _REFUSALS),
    ("other-device", AT_MODEM, (b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CME ERROR: ")),
    (
        "other-device",
        GNSS,
        (b"$GPGGA,", b"$GNGGA,", b"$GPRMC,", b"$GNRMC,", b"$GPGSV,", b"$GNTXT,", b"\xb5b\x01"),
    ),
)


def is_another(heard: bytes) -> bool:
    """Whether words of somebody who is no AT modem are in it."""
    return any(what != AT_MODEM and any(word in heard for word in words) for _, what, words in _TALKERS)


def is_text(heard: bytes) -> bool:
    """Whether it is lines of letters, too long for chance."""
    return len(heard) >= _TEXT_BYTES and b"\n" in heard and not _NO_TEXT.search(heard)


class OtherTalkers:
    """Told what was heard while a modem was looked for, before binary is sent; raises where it was others.

    Who talks by himself at another rate is noise, or NULs, at a modem's: then the port is listened to at more
    rates, once. Text at a rate that no modem of ours has is somebody else's.

    Args:
        line: an open line; its rate is changed.
        rates: those that a modem may talk at.
    """

    def __init__(self, line: Line, rates: Collection[int]) -> None:
        self._line, self._rates = line, rates
        self._is_heard = False

    def __call__(self, words: bytes) -> None:
        """So much was heard.

        Raises:
            LinkProblem: `board-console`, `other-device`.
        """
        refuse_others(words)
        if self._is_heard or not _NO_TEXT.search(words):
            return
        self._is_heard = True
        heard = hear(self._line, lambda so_far: is_another(so_far) or is_text(so_far))
        refuse_others(heard)
        if self._line.baud not in self._rates and is_text(heard):
            raise LinkProblem("other-device", f"somebody who talks at {self._line.baud} baud", heard[-64:])


def refuse_others(heard: bytes, ours: str = AT_MODEM) -> None:
    """Raise where what was heard are somebody else's words.

    Args:
        heard: what came at a rate that makes sense.
        ours: whose words are welcome: `AT_MODEM`, `GNSS`, or "" for nobody's.

    Raises:
        LinkProblem: `board-console`, `other-device`.
    """
    for code, what, words in _TALKERS:
        if what != ours and any(word in heard for word in words):
            raise LinkProblem(code, what, heard[-64:])
