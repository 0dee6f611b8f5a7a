"""The steps and phases of an update as data: times, what a failure means, what a stop request does.

Rules that hold here: nothing but tables and their look-up; the code, the screen
and docs/safety.md are made from the same rows. Times are those of real updates
(docs/protocol.md, "Timings").
"""

from modemflash.builds import PACKAGES
from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED

# phase: (usual seconds, allowed seconds; 0: as long as the modem answers, see `SILENCE_S`)
PHASES = {
    "find": (5, 60),
    "identify": (5, 60),
    "prepare": (10, 120),
    "enter-recovery": (15, 120),
    "enter-boot-loader": (15, 120),
    "load-updater": (120, 0),
    "transfer": (150, 0),
    "install": (300, 1200),
    "reboot": (30, 180),
    "read-back": (15, 180),
}

SILENCE_S = 300  # a transfer may be slow; without one answer for so long it is given up

# Two long stalls are normal while a modem erases and writes: near 8 % and near 99 %.
STALLS_S = 150
BYTES_PER_S = 80000  # what is left of 92160 with blocks of 2016 bytes and a busy modem

# step: (its phase, the modem's state if it fails, stop requests that it takes, what stopping is called)
STEPS = {
    "prepare": ("prepare", UNTOUCHED, 1, "stopped-before-write"),
    "stage": ("transfer", UNTOUCHED, 2, "stopped-in-staging"),
    "install-staged": ("install", UNKNOWN, 2, "stopped-watching"),
    "enter-recovery": ("enter-recovery", RECOVERABLE, 2, "stopped-on-the-way"),
    "enter-boot-loader": ("enter-boot-loader", RECOVERABLE, 2, "stopped-on-the-way"),
    "load-updater": ("load-updater", RECOVERABLE, 2, "stopped-on-the-way"),
    "send-boot-rom": ("transfer", RECOVERABLE, 2, "stopped-in-transfer"),
    "send": ("transfer", RECOVERABLE, 2, "stopped-in-transfer"),
    "install": ("install", UNKNOWN, 2, "stopped-watching"),
    "start-application": ("reboot", RECOVERABLE, 2, "stopped-watching"),
    "check-part-1": ("read-back", RECOVERABLE, 2, "stopped-on-the-way"),
    "read-back": ("read-back", UNKNOWN, 2, "stopped-watching"),
}


def has_written(past: "Any") -> bool:
    """Whether the run that this record of the journal tells of has changed the modem, or may have."""
    return bool(past) and not (past.get("step") == "stage" and past.get("route") == 1)


def dies_without_power(past: "Any") -> bool:
    """Whether the update of this record stands where a power cut kills the modem.

    Those are the write of a boot ROM, and a two-part package between its parts
    (docs/safety.md, "Known deaths").
    """
    return bool(past) and (past.get("step") == "send-boot-rom" or past.get("target") in PACKAGES)


def phase_times(phase: str, size_bytes: int = 0) -> "tuple[int, int]":
    """Usual and allowed seconds of a phase; a transfer's by the size of its file."""
    usual, allowed = PHASES[phase]
    if size_bytes and phase in ("transfer", "load-updater"):
        usual = size_bytes // BYTES_PER_S + (STALLS_S if phase == "transfer" else usual)
    return usual, allowed


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
