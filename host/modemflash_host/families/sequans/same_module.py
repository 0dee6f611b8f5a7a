"""The line to a bare port, which lets nothing that changes a state reach another module than the first one.

Rules: a cable can be moved at any moment of a run, also while a question stands, so
the module is asked who it is before each such command, wherever it can say it; what
only asks passes, and so do the bytes of a transfer, which such a command has opened;
what this page does not know changes a state. A Monarch in recovery or in its boot
loader need not say who it is, and a silent one cannot: they pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash.at import At
from modemflash.errors import Refusal
from modemflash.identity import family_of
from modemflash.line import Line

if TYPE_CHECKING:
    from modemflash.contracts import Readable

_ASKS = (b"AT", b"ATI", b"ATI1", b'AT!="showver"', b"AT+CGMM", b"AT+CGSN", b'AT+FSRDFILE="/fs/crashdump"')
_TURNS = 3  # one that is busy says ERROR, or is out of step, and says it right the next time
_ASK_MS = 5_000
_STEP_MS = 4_000  # to get into step again
_IMEI_DIGITS = range(14, 18)
_NUMBERS_OF_MANY = ("004999010640", "12345678901234")  # what modules have that lost theirs, or never got one


class SameModuleLine(Line):
    """See above, and `modemflash.line.Line`.

    Args:
        line: the open one that it takes the place of.
    """

    def __init__(self, line: Line) -> None:
        super().__init__(line.port, line.clock, line.reporter)
        self.baud = line.baud
        self._is_bound = False
        self._number = ""

    def bind(self, number: str) -> None:
        """From here on this module is meant.

        Args:
            number: its IMEI; "" where it did not say it: then its make alone counts.
        """
        self._is_bound = True
        self._number = number

    def write(self, buf: Readable, off: int = 0, n: int = -1) -> None:
        """See `Line`.

        Raises:
            Refusal: `module-changed`; nothing of `buf` was sent.
        """
        if self._is_bound and n < 0 and _changes(bytes(buf[off:])):
            self._prove()
        super().write(buf, off, n)

    def _prove(self) -> None:
        at = At(self)
        said = ""
        for _ in range(_TURNS):
            reply = at.command("AT+CGSN", _ASK_MS)
            number = imei_in(reply.text) if reply.ok else ""
            if number and number == (self._number or number):
                return
            if reply.result is None:
                if at.resync(_STEP_MS) is None:
                    return  # it is silent: what it is sent next finds nobody
                continue
            who = number or _foreign_name(at)
            if who and who == said:  # said twice: a damaged line says another thing each time
                raise changed("its IMEI ends otherwise" if number else "it is of another make")
            said = who or said
            if not who and not (self._number and _is_application(at)):
                return
        raise changed("it does not say who it is")


def changed(why: str) -> Refusal:
    """`module-changed`."""
    return Refusal("module-changed", why)


def imei_in(text: str) -> str:
    """The module's number in a reply to AT+CGSN; "" where it is none that one module alone has."""
    for line in text.split("\n"):
        digits = line.replace("+CGSN:", "").strip().strip('"')
        is_number = digits.isdecimal() and len(digits) in _IMEI_DIGITS and len(set(digits)) > 1
        if is_number and not digits.startswith(_NUMBERS_OF_MANY):
            return digits
    return ""


def _changes(data: bytes) -> bool:
    """Whether it is a command that does more than ask."""
    text = data.strip()
    return data.endswith(b"\r\n") and text[:2] == b"AT" and text not in _ASKS and not text.endswith(b"?")


def _foreign_name(at: At) -> str:
    """What it calls itself, where that is no name of ours; "" where it says nothing."""
    reply = at.command("AT+CGMM", _ASK_MS)
    names = [line.decode("latin-1").strip() for line in reply.lines] if reply.ok else []
    return "" if any(family_of(name) for name in names) else ", ".join(name for name in names if name)


def _is_application(at: At) -> bool:
    """Whether its application runs; who says OK to AT and refuses to name its mode is no Monarch."""
    mode = at.command("AT+SMOD?", _ASK_MS)
    if mode.result is None or not mode.ok:
        return mode.result is not None and at.command("AT", _ASK_MS).ok
    return any(line[-1:] == b"2" for line in mode.lines)
