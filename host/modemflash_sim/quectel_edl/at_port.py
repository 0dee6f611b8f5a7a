"""The AT port of a running modem: questions that are answered, and commands that must not be sent.

Rules: a line ends at CR, is echoed until ATE0, and only what a user may ask is
answered; what writes IMEI, settings or factory settings is a violation, and is
refused. Source: the descriptions of the modems.
"""

from __future__ import annotations

import re

from modemflash_sim.quectel_edl.modem_memory import Memory
from modemflash_sim.quectel_edl.profiles import DM, MS, Profile
from modemflash_sim.quectel_edl.spoken import Answer, Spoken

_ANSWER_US = 5 * MS
_KEPT_BYTES = 400
_WRITES = re.compile(
    r"AT\+(EGMR=1.*|QPRTPARA=[123].*|QCFG=\"[^\"]*\",.+|QCFGEXT=\"[^\"]*\",.+|CFUN=.+|QFOTADL=.*|QFLASH.*)"
)


class AtPort:
    """What answers there.

    Args:
        profile: which modem.
        memory: what it says of itself, and where violations are noted.
        model: what it calls itself.
    """

    def __init__(self, profile: Profile, memory: Memory, model: str) -> None:
        self._profile = profile
        self._memory = memory
        self._model = model
        self._held = bytearray()
        self._echoes = True

    def feed(self, now_us: int, data: bytes) -> Answer:
        """Bytes arrive."""
        self._held += data
        said: tuple[Spoken, ...] = ()
        while (end := self._held.find(b"\r")) >= 0:
            line = bytes(self._held[:end]).strip()
            del self._held[: end + 1]
            echo = line + b"\r" if self._echoes else b""
            if line:
                answer = self._answer(line.decode("latin-1"))
                said += (Spoken(now_us + _ANSWER_US, echo + f"\r\n{answer}\r\n".encode("latin-1")),)
        del self._held[:-_KEPT_BYTES]
        return Answer(said)

    def _answer(self, line: str) -> str:
        upper = line.upper()
        if _WRITES.fullmatch(upper):
            self._memory.violation(f"AT: {upper}")
            return "+CME ERROR: 3" if upper == "AT+CFUN=1" and self._memory.cfun == 5 else "ERROR"
        if upper in ("AT", "ATE0", "ATE1"):
            self._echoes = upper == "ATE1" or (self._echoes and upper == "AT")
            return "OK"
        known = self._known().get(upper)
        return "ERROR" if known is None else f"{known}\r\n\r\nOK"

    def _known(self) -> dict[str, str]:
        full = self._memory.revision
        short, _, subedition = full.partition("_")
        imei = self._memory.imei if self._memory.cfun == 1 else "000000000000000"
        has_dm = int(any(role == DM for _, role in self._profile.interfaces))
        return {
            "ATI": f"Quectel\r\n{self._model}\r\nRevision: {short}",
            "ATI+CSUB": f"Quectel\r\n{self._model}\r\nRevision: {short}\r\nSubEdition: {subedition}",
            "AT+CGMI": "Quectel",
            "AT+CGMM": self._model,
            "AT+GMM": self._model,
            "AT+GMR": short,
            "AT+CGMR": short,
            "AT+QGMR": full,
            "AT+CSUB": f"SubEdition: {subedition}",
            "AT+CGSN": imei,
            "AT+GSN": imei,
            "AT+EGMR=0,7": f'+EGMR: "{imei}"',
            "AT+CFUN?": f"+CFUN: {self._memory.cfun}",
            "AT+QPRTPARA=4": "+QPRTPARA: 0,0",
            'AT+QCFG="USBCFG"': f'+QCFG: "usbcfg",0x2C7C,0x{self._profile.product:04X},{has_dm},1,1,1,1,0,0',
        }
