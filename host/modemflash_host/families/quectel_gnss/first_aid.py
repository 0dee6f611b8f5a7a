"""What to check by hand with a GNSS module that does not talk, and how likely it is to come back.

Rules: the facts are what owners reported (docs/failures.md) and what the vendor's
guide says; nothing here promises more.
"""

from __future__ import annotations

from modemflash_host.families.vocabulary import Event, FirstAid

# error code: what was heard.
EVIDENCE = {
    "gnss-silent": "gnss-silence",
    "gnss-noise": "gnss-noise",
    "gnss-no-window": "gnss-no-window",
    "gnss-unconfirmed": "gnss-silence",
}
_CHECKS = {
    "reset": (
        "Reset it by hand",
        "Connect RESET to GND for a moment, or cut its power for 2 seconds. A CH34x adapter cannot do it.",
    ),
    "uart": (
        "Try its other UARTs",
        "It has three; the application may talk at another one than you are wired to.",
    ),
    "wires": ("Check the wires", "TX to RX, crossed, common ground, the module's own voltage levels."),
    "rate": (
        "Mind the rate",
        "Its boot loader talks at 460800 baud only: a long cable or a slow adapter may not carry that.",
    ),
    "update": (
        "Update it all the same",
        (
            "A module without application says nothing at all until its reset: give the file to update, and "
            "name the model with --model."
        ),
    ),
    "port": ("Free the port", "Close QGNSS, gpsd, terminals and ModemManager."),
}
_ORDER = {
    "gnss-silence": ("reset", "wires", "uart", "port", "update"),
    "gnss-noise": ("wires", "rate", "port", "reset"),
    "gnss-no-window": ("reset", "wires", "rate", "uart"),
}
_GOOD = (
    "Good: its boot loader is not touched by an update, interrupted or not. A module whose boot loader "
    "answers once is not bricked."
)
_BEGUN = (
    "Good: its update did not finish, so it has no application and is silent by nature until its reset. "
    "The same command begins anew."
)


def first_aid(evidence: str, unfinished: Event | None, _code: str = "") -> FirstAid | None:
    """What to do by hand; None where nothing is known.

    Args:
        evidence: what was heard, a value of `EVIDENCE`.
        unfinished: the event of an update that did not finish.
    """
    if evidence not in _ORDER:
        return None
    checks = tuple(_CHECKS[name] for name in _ORDER[evidence])
    return FirstAid("", checks, _BEGUN if unfinished else _GOOD, may_lose_power=True)
