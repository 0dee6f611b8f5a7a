"""What each port of a Quectel module is for: by its USB id and the number of its interface.

Rules: the number tells what a port should be, its answer proves it; the count of
ports is no number (a BG95 has an interface 4 and no 3); where the number is not
known (macOS shows none) nothing is guessed. Sources: the port rules of
ModemManager, and the maker's own kernel patches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

QUECTEL_VENDOR = 0x2C7C


@dataclass(frozen=True, slots=True)
class Role:
    """What a port is for.

    Attributes:
        name: short.
        state: of a module that has such a port, a key of the family's `states`.
        words: for people.
    """

    name: str
    state: str
    words: str


DIAG = Role("DM", "application", "its DM port (DIAG): the one that an update begins at")
NMEA = Role("NMEA", "application", "its port for positions (NMEA), not for an update")
AT = Role("AT", "application", "its AT port: it answers questions, no update goes through it")
MODEM = Role("modem", "application", "its second AT port, for dialling: no update goes through it")
OTHER = Role("other", "application", "a port of its own whose use is not known here")
UART = Role("UART", "application", "the module's UART: it answers questions, no update goes through it")
EDL = Role("EDL", "edl", "in EDL: its boot ROM waits for firmware. It is not bricked")
CRASH_DUMP = Role("dump", "crash-dump", "in a crash dump: it takes no firmware like that. Cut its power")

_LEADING = (DIAG, EDL, CRASH_DUMP, AT)

_USUAL = {0: DIAG, 1: NMEA, 2: AT, 3: MODEM}
_ROLES: dict[str, dict[int, Role]] = {
    "2c7c:0700": {0: DIAG, 1: NMEA, 2: AT, 4: MODEM},  # BG95, BG77
    "2c7c:0514": {2: DIAG},
    "2c7c:0803": {3: DIAG},
}
_STATES = {"05c6:9008": EDL, "05c6:900e": CRASH_DUMP}
_MODELS = {
    "2c7c:0125": "EC25 or EG25",
    "2c7c:0296": "BG96",
    "2c7c:0700": "BG95 or BG77",
    "2c7c:0800": "RM500Q",
    "2c7c:0801": "RM520N",
}
_MODEL_NAME = re.compile(r"(?:Quectel )?(?:AG|BG|EC|EG|EM|EP|RG|RM)\d{2,3}(?!\d)", re.IGNORECASE)
_INTERFACE = re.compile(r":[0-9x]+\.([0-9]+)$")


def is_of_quectel(usb: str) -> bool:
    """Whether an id is one that these modules have."""
    return usb.startswith(f"{QUECTEL_VENDOR:04x}:") or usb in _STATES


def is_model(name: str) -> bool:
    """Whether a module that calls itself so is one of these."""
    return _MODEL_NAME.match(name) is not None


def interface_of(location: str) -> int | None:
    """The interface at a place on the USB: `1-1.2:1.0` on Linux, `1-2:x.0` on Windows; None: not said."""
    found = _INTERFACE.search(location)
    return int(found[1]) if found else None


def role_of(usb: str, location: str) -> Role:
    """What a port is for.

    Args:
        usb: vendor and product, such as "2c7c:0800".
        location: its place on the USB, as pyserial says it.
    """
    if usb in _STATES:
        return _STATES[usb]
    number = interface_of(location)
    return OTHER if number is None else _ROLES.get(usb, _USUAL).get(number, OTHER)


def rank_of(role: Role) -> int:
    """Of the ports of a module the one with the lowest rank leads on."""
    return _LEADING.index(role) if role in _LEADING else len(_LEADING)


def words_of(usb: str, location: str) -> str:
    """The module and the use of its port in one line."""
    role = role_of(usb, location)
    if usb in _STATES:
        return f"module with a Qualcomm chip, {role.words}"
    number = interface_of(location)
    where = "" if number is None else f", interface {number}"
    return f"Quectel {_MODELS.get(usb, 'module')}{where}: {role.words}"
