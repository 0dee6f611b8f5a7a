"""What to check by hand when a modem does not talk, and how likely it is to come back.

The facts are what owners reported; nothing here promises more than they saw.
"""

from __future__ import annotations

CHECKS: tuple[tuple[str, str], ...] = (
    (
        "Wait first",
        "A modem that was being updated may be installing: leave it powered for 20 minutes and ask again.",
    ),
    (
        "Cut all power",
        (
            "Unplug USB and the battery for 10 seconds or more. The reset button does not reset the modem: "
            "it has its own supply."
        ),
    ),
    (
        "Free the port",
        "Close terminals, editors with Pymakr, and ModemManager. The board itself must not use the modem.",
    ),
    (
        "Check the wires",
        (
            "TX to RX and RTS to CTS, crossed, common ground. At the board: GPy TX P5, RTS P98, RX "
            "P7, CTS P99; "
            "FiPy TX P20, RTS P18, RX P19, CTS P17."
        ),
    ),
    (
        "Change cable and supply",
        "Some boards talked on another cable, another USB port or a stronger supply only.",
    ),
)

PROGNOSIS = {
    "modem-silent": (
        "Silence is not proof of death: healthy modems were silent in data mode, in an unfinished "
        "transfer, or "
        "with another program on the port, and all power off for a while brought several back. But "
        "of the modems "
        "that fell silent while they installed, or between the two parts of build 48829, few ever "
        "answered again, "
        "and nobody has published a cure for those."
    ),
    "modem-nuls": (
        "NUL bytes mean a line that is held low: no power, a reboot, or a modem in reset. Some of "
        "these modems came "
        "back after all power had been off for long; one came back only for moments. Many stayed as "
        "they were."
    ),
    "modem-noise": (
        "Noise is the best of the three: something is alive and sends. A healthy modem may greet "
        "with noise once. "
        "If it stays, it is far more often the cable, the supply or the speed than the modem."
    ),
}
