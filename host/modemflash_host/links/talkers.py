"""Who else may sit at a serial port: known by words that no modem of ours says.

Rules: text alone tells; nothing is sent to find out; an echo, or words that
anybody might say, name nobody. Every family asks here before it sends anything
but text, and says which of these is its own.
"""

from __future__ import annotations

from modemflash_host.errors import LinkProblem

GNSS = "a GNSS receiver"
AT_MODEM = "a modem that takes AT commands"
# What shells, boot loaders and consoles say to a command that they do not have; a board's program may print
# that something is not found.
_REFUSALS = (
    b"command not found",
    b"-sh: ",
    b"/sh: ",
    b"Unknown command '",
    b"echo:Unknown command",
    b"Unrecognized command\r\n",
    b"% Invalid input detected",
)
# (code of the problem, what is there, words of it)
_TALKERS = (
    ("board-console", "a Python prompt", (b">>> ", b"NameError: ", b"raw REPL; CTRL-B", b"SyntaxError: ")),
    ("board-console", "an ESP32 that starts", (b"rst:0x", b"ets Jun", b"ets Jul", b"Pycom MicroPython")),
    ("other-device", "a computer's login", (b"login: ", b"Password: ")),
    ("other-device", "a command line that takes no AT", _REFUSALS),
    ("other-device", AT_MODEM, (b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CME ERROR: ")),
    ("other-device", GNSS, (b"$GPGGA,", b"$GNGGA,", b"$GPRMC,", b"$GNRMC,", b"$GNGSV,")),
)


def is_another(heard: bytes) -> bool:
    """Whether words of somebody who is no AT modem are in it."""
    return any(what != AT_MODEM and any(word in heard for word in words) for _, what, words in _TALKERS)


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
