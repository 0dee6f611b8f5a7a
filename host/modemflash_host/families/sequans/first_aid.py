"""What to check by hand when a modem does not talk, and how likely it is to come back.

Made from the evidence: what was heard, and what the journal holds of an update
that was begun. Rules: the facts are what owners reported (docs/failures.md),
nothing here promises more than they saw; nobody is told to cut the power where
that has killed modems.
"""

from __future__ import annotations

from modemflash.interface import PINS
from modemflash_host.families.vocabulary import Event, FirstAid

# error code: what was heard. An error after the first write names the other one as its detail.
EVIDENCE = {
    "modem-silent": "silence",
    "modem-nuls": "nuls",
    "modem-noise": "noise",
    "modem-out-of-step": "text",
    "modem-lost": "silence",
    "power-must-stay": "silence",
    "install-timeout": "silence",
}

# The one instruction about the power; `_power` chooses.
_POWER = {
    "wait": (
        "Leave all power on for 20 minutes: an update was begun, and the modem may be installing. "
        "`modemflash rescue` says when to cut it."
    ),
    "cut": (
        "Cut all power for 10 seconds or more: unplug USB and the battery. The reset button does not reset "
        "the modem."
    ),
    "keep": "Keep all power on: the update stands at a place where modems died when their power was cut.",
}
_BEGUN_CODES = ("modem-lost", "install-timeout")  # these say by themselves that an update was begun

# check: its title, what to do
_CHECKS = {
    "port": (
        "Free the port",
        "Close terminals, editors with Pymakr, and ModemManager. The board itself must not use the modem.",
    ),
    "wires": (
        "Check the wires",
        (
            "TX to RX and RTS to CTS, crossed, common ground. At the board: "
            + "; ".join(
                "{} TX {}, RX {}, RTS {}, CTS {}".format(board, *pins) for board, pins in PINS.items()
            )
            + "."
        ),
    ),
    "cable": (
        "Change cable and supply",
        "Some boards talked on another cable, another USB port or a stronger supply only.",
    ),
    "other": (
        "Look at what came",
        (
            "Only our own words (AT): the wires are joined, or nothing hangs at them. A line with >>> is the "
            "board's own console, not the modem. Digits alone (0 or 4): a modem that was told to answer in "
            "numbers; `ATV1` in a terminal gives it its words back. A > alone: it waits for the text of a "
            "message; Esc in a terminal ends that."
        ),
    ),
}
_ORDER = {
    "silence": ("port", "wires", "cable"),
    "nuls": ("cable", "wires"),
    "noise": ("cable", "wires", "port"),
    "text": ("other", "port"),
}

_BY_EVIDENCE = {
    "silence": (
        "Silence is not proof of death: healthy modems were silent in data mode, in an unfinished transfer, "
        "or with another program on the port, and all power off for a while brought several back. But of the "
        "modems that fell silent while they installed, or between the two parts of build 48829, few ever "
        "answered again, and nobody has published a cure for those."
    ),
    "nuls": (
        "NUL bytes mean a line that is held low: no power, a reboot, or a modem in reset. Some of these "
        "modems came back after all power had been off for long; one came back only for moments. Many stayed "
        "as they were."
    ),
    "noise": (
        "Noise is the best of the three: something is alive and sends. A healthy modem may greet with noise "
        "once. If it stays, it is far more often the cable, the supply or the speed than the modem."
    ),
    "text": (
        "Good: nothing here speaks against the modem. Something at this port sends whole words, only they "
        "are no modem's answers."
    ),
}
_SENDING = (
    "Good: an image that was cut on its way leaves a modem waiting in recovery or in its boot loader, and "
    "such modems were brought back by the same command, some only by its second run. It may take minutes "
    "to answer."
)
_INSTALLING = (
    "Open: it may still install. 1 to 10 minutes are usual, and one that took half an hour was saved. But of "
    "four modems that owners found silent here three stayed so; cutting the power early saved none."
)
_BETWEEN_PARTS = (
    "Grave: at least six modems fell silent on the way through 48829, and nobody has published a cure. What "
    "they needed is the second part: where it answers again, the same command sends it."
)
_BOOT_ROM = (
    "Open: a boot ROM was being written. A modem that kept its power comes back by itself, in a minute or "
    "two. For one that lost it in these seconds no way back is known."
)
_INSTALLS = ("install", "install-staged", "start-application", "read-back")


def first_aid(evidence: str, unfinished: Event | None = None, code: str = "") -> FirstAid | None:
    """What to do by hand, best first, and how likely the modem is to come back.

    Args:
        evidence: "silence", "nuls", "noise" or "text"; None comes of any other.
        unfinished: the event of an update that changed the modem and did not finish.
        code: of the error: some say by themselves that an update was begun.
    """
    if evidence not in _ORDER:
        return None
    checks = tuple(_CHECKS[name] for name in _ORDER[evidence])
    return FirstAid(_power(evidence, unfinished, code), checks, _prognosis(evidence, unfinished))


def _power(evidence: str, unfinished: Event | None, code: str) -> str:
    """The one instruction about the power; "" where nothing speaks against the modem."""
    if code == "power-must-stay" or (unfinished and unfinished["power_must_stay"]):
        return _POWER["keep"]
    if unfinished or code in _BEGUN_CODES:
        return _POWER["wait"]
    return "" if evidence == "text" else _POWER["cut"]


def _prognosis(evidence: str, unfinished: Event | None) -> str:
    """In words of hope and truth."""
    if evidence == "text" or not unfinished:
        return _BY_EVIDENCE[evidence]
    if unfinished["step"] == "send-boot-rom":
        return _BOOT_ROM
    if unfinished["power_must_stay"]:
        return _BETWEEN_PARTS
    return _INSTALLING if unfinished["step"] in _INSTALLS else _SENDING
