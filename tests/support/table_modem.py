"""A modem that is a table: a command and its reply; and some of other makers, as they answer.

Rules: it knows no state and no protocol of the product's modems; what it was
asked is kept, so a test can say what nobody may ask; numbers are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modemflash_sim.endpoints.noise import noise

OK, ERROR = "OK", "ERROR"
_HAYES = {"AT": "", "ATE0": "", "ATH": "", "AT+CFUN=4": "", "AT+CFUN=1": "", "AT+CFUN?": "+CFUN: 1"}


def running(name: str, ati: str, ati1: str = "", **more: str) -> dict[str, str]:
    """A table of an application: its name, its two identities, and what else it answers."""
    told = {"AT+CGMM": name, "ATI": ati, "ATI1": ati1 or ati}
    return {**_HAYES, **{command: text for command, text in told.items() if text}, **more}


MONARCH = {"AT+SMOD?": "2", "AT+BIND=AT": ""}
EM7455 = running(
    "EM7455", "Manufacturer: Sierra Wireless, Incorporated\nModel: EM7455\nRevision: SWI9X30C_02.08.02.00"
)
SIM7000G = running("SIMCOM_SIM7000G", "SIM7000G R1529")
BG96 = running("BG96", "Quectel\nBG96\nRevision: BG96MAR02A07M1G")
GM01Q = running("GM01Q", "SEQUANS Communications\nGM01Q\nSR1.2.0.0-10657", "SR1.2.0.0-10657", **MONARCH)
RYZ014A = running("RYZ014A", "RENESAS\nRYZ014A\nUE5.4.1.0e", "UE5.4.1.0e\nLR5.4.1.0-50523", **MONARCH)
NAMELESS = {**_HAYES, **MONARCH}
SAYS_OK = dict.fromkeys((*_HAYES, "AT+CGMM", "ATI", "ATI1", "AT+SMOD?", 'AT!="showver"'), "")
FOREIGN: dict[str, tuple[Mapping[str, str], str]] = {
    "EM7455": (EM7455, "EM7455"),
    "SIM7000G": (SIM7000G, "SIMCOM_SIM7000G"),
    "BG96": (BG96, "BG96"),
    "GM01Q": (GM01Q, "GM01Q"),
    "RYZ014A": (RYZ014A, "RYZ014A"),
}
"""name -> (its table, the name that has to be shown)"""


SILENT = b""
HALF_ANSWERS: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "numeric results": ({**EM7455, "AT+SMOD?": ""}, {"otherwise": b"4\r", "result": "0"}),
    "numeric errors only": ({"AT": "", "AT+CFUN=4": ""}, {"otherwise": b"4\r"}),
    "+CME ERROR to everything": ({}, {"otherwise": b"\r\n+CME ERROR: 3\r\n"}),
    "+CME ERROR in words": ({}, {"otherwise": b"\r\n+CME ERROR: operation not allowed\r\n"}),
    "+CME ERROR but to AT": ({"AT": ""}, {"otherwise": b"\r\n+CME ERROR: 4\r\n"}),
    "words of its own": ({}, {"otherwise": b"\r\nCOMMAND NOT SUPPORT\r\n"}),
    "words of its own but to AT": ({"AT": ""}, {"otherwise": b"\r\nCOMMAND NOT SUPPORT\r\n"}),
    "OK to AT, silent to the rest": ({"AT": ""}, {"otherwise": SILENT}),
    "a mode without a result": ({"AT": "", "AT+CFUN=4": ""}, {"otherwise": b"\r\n0\r\n"}),
    "names without results": ({**NAMELESS}, {"otherwise": b"\r\nRYZ014A\r\n"}),
    "half a name": ({**NAMELESS}, {"otherwise": b"\r\nEM74"}),
    "an echo": ({}, {"otherwise": b"AT\r\n"}),
    "no carrier": ({}, {"otherwise": b"\r\nNO CARRIER\r\n"}),
}
"""what hides behind a half answer -> (its table, how the rest is answered)"""


class TableModem:
    """A device of the simulator's wire (`modemflash_sim.endpoints.wire.Device`).

    Args:
        replies: command, in capitals as it is typed -> lines of its reply; what is not there gets ERROR.
        baud: the only rate at which it listens.
        unasked: (first moment in s, period in s, what is said then), for ever.
        otherwise: the whole reply to what is not in `replies`.
        result: the final result of a reply, "" for none.

    Attributes:
        asked: what came, in order; what ended in no line is not in it.
        binary: bytes came that no line of text has.
    """

    def __init__(
        self,
        replies: Mapping[str, str],
        baud: int = 921_600,
        unasked: tuple[tuple[float, float, bytes], ...] = (),
        otherwise: bytes = b"\r\nERROR\r\n",
        result: str = OK,
    ) -> None:
        self._otherwise = otherwise
        self._result = result
        self.replies = {command.upper(): text for command, text in replies.items()}
        self.baud = baud
        self.asked: list[str] = []
        self.binary = False
        self._line = b""
        self._said: list[tuple[int, bytes]] = []
        self._unasked = [[int(first * 1e6), int(period * 1e6), said] for first, period, said in unasked]

    def advance(self, now_us: int) -> None:
        for each in self._unasked:
            while each[0] <= now_us:
                self._said.append((each[0], each[2]))
                each[0] += each[1]

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        self.advance(now_us)
        if baud != self.baud:
            noise(data, baud, self.baud)
            return
        self.binary = self.binary or any(byte < 32 and byte not in (10, 13) for byte in data)
        self._line += data.replace(b"\n", b"\r")
        while b"\r" in self._line:
            line, self._line = self._line.split(b"\r", 1)
            if line:
                self._said.append((now_us + 2_000, self.answer(line.decode("latin-1"))))

    def answer(self, command: str) -> bytes:
        """The whole reply to one line."""
        self.asked.append(command)
        text = self.replies.get(command.upper())
        if text is None:
            return self._otherwise
        lines = "".join(f"{line}\r\n" for line in text.split("\n") if line)
        return f"\r\n{lines}{chr(13) + chr(10) if lines else ''}{self._result}\r\n".encode()

    def next_due(self) -> int | None:
        moments = [at_us for at_us, _ in self._said] + [each[0] for each in self._unasked]
        return min(moments, default=None)

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        self.advance(now_us)
        due = sorted(each for each in self._said if each[0] <= now_us)
        self._said = [each for each in self._said if each[0] > now_us]
        return [(data, self.baud) for _, data in due]

    def set_rts(self, level: bool) -> None: ...

    def power(self, on: bool, now_us: int) -> None: ...


STARTED = b"\r\n+SYSSTART\r\n"
CRASHED = (
    b"\r\n^EXIT: Fatal error\r\n\r\n^EXIT: Thu Jan 01 00:00:14  1970 File: evtLog.cc@198\r\n"
    b"\r\n^EXIT: '- LOG - ERROR file /fs/rat/current/nasNv.dat\r\n"
)
GM02SP = running(
    "GM02SP", "SEQUANS Communications\nGM02SP\nUE8.2.0.3", "UE8.2.0.3\nLR8.2.0.3-60186", **MONARCH
)


def crashing(period_s: float) -> TableModem:
    """A Monarch 2 whose file system is damaged: it crashes and starts again, for ever."""
    said = (CRASHED, STARTED)
    return TableModem(GM02SP, unasked=((period_s, period_s, said[0]), (period_s + 0.3, period_s, said[1])))
