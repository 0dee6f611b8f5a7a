"""Who a running module says it is, asked at its AT port and its DM port.

Rules: only questions; an answer that is not there is "", never guessed; the IMEI
is compared and not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_IMEI = re.compile(r"\b\d{15}\b")
_MODE = re.compile(r"\+CFUN: (\d{1,2})")
FACTORY_MODE, FULL_MODE = "5", "1"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a module says.

    Attributes:
        product: vendor and model.
        model: alone, as ATI says it; "" where it does not.
        version: its whole revision where it says that, else the name of its build.
        imei: 15 digits; "" where it does not say.
        mode: of its radio, as AT+CFUN? says it; "" where it does not.
        record: the answers, by their questions.
    """

    product: str = ""
    model: str = ""
    version: str = ""
    imei: str = ""
    mode: str = ""
    record: Mapping[str, str] = field(default_factory=dict)


def identity_of(record: Mapping[str, str], build: str = "") -> Identity:
    """What answers over AT, and the build that a DM port named, come to."""
    words = record.get("ATI", "").split("\n")
    names = [word for word in words if word and not word.startswith("Revision")]
    imei = _IMEI.search(record.get("AT+CGSN", ""))
    mode = _MODE.search(record.get("AT+CFUN?", ""))
    version = record.get("AT+QGMR", "").split("\n")[0]
    if "ERROR" in version:
        version = ""
    return Identity(
        " ".join(names),
        names[1] if len(names) == 2 else "",
        version or build,
        imei[0] if imei else "",
        mode[1] if mode else "",
        dict(record),
    )
