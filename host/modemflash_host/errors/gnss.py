"""What can go wrong with a GNSS module: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED

__all__ = ["GNSS_CATALOGUE"]

_AGAIN = "Check cable and hub, then run the same command again: it begins anew with a reset of the module."
_COPY = "Download or copy it again, as binary data, and compare its size and SHA-256 with the original."

GNSS_CATALOGUE: dict[str, tuple[str, str, str]] = {
    # the file
    "not-a-package": (
        "The file does not begin like firmware for a GNSS module",
        "Give the .pkg of the vendor; `modemflash identify` shows what a file is.",
        UNTOUCHED,
    ),
    "package-header": ("A header inside the file is damaged", _COPY, UNTOUCHED),
    "package-segment": ("The table of segments inside the file makes no sense", _COPY, UNTOUCHED),
    "package-order": ("The parts of the file are not those of firmware, in their order", _COPY, UNTOUCHED),
    "package-longer": ("The file goes on behind the end of the firmware", _COPY, UNTOUCHED),
    "package-no-version": (
        "The file names no version, so nothing could prove the update",
        "Look for the vendor's original file.",
        UNTOUCHED,
    ),
    # what is forbidden
    "gnss-one-file": (
        "A GNSS module takes exactly one firmware file",
        "Name the one .pkg; `modemflash identify` shows what each is.",
        UNTOUCHED,
    ),
    "gnss-other-model": (
        "The file is for another model than the module",
        "Look for the file whose name begins like the module's version; `modemflash info` shows that.",
        UNTOUCHED,
    ),
    "gnss-model-not-said": (
        "The module does not say which model it is, and no earlier update of it is known here",
        "Read the model on its lid and name it with --model; a wrong one may leave it without an application.",
        UNTOUCHED,
    ),
    "gnss-chip-unverified": (
        "This module is a relative whose update was never verified: nothing is written to it",
        "Use the vendor's tool for it.",
        UNTOUCHED,
    ),
    "gnss-reset-unknown": (
        "There is no such way to reset a module",
        "--reset takes auto, command, hand, rts or dtr.",
        UNTOUCHED,
    ),
    "gnss-no-control-line": (
        "This port has no control line that could reset the module",
        "Use --reset hand, and press RESET when you are asked.",
        UNTOUCHED,
    ),
    # finding it
    "gnss-silent": (
        "No GNSS module answers at any rate, and no boot loader listens",
        "Check wires, power and which of its UARTs this is; then run the command again.",
        UNTOUCHED,
    ),
    "gnss-noise": (
        "Bytes arrive, but they are no GNSS sentences at any rate",
        "Check the wires, the common ground and whether another device is at this port.",
        UNTOUCHED,
    ),
    "gnss-no-window": (
        "The boot loader did not answer: the module was not reset while it was called",
        (
            "Run the same command again and, when asked, connect RESET to GND for a moment or cut the "
            "module's power; opening and closing the port does not reset it."
        ),
        UNTOUCHED,
    ),
    # talking to its boot loader
    "gnss-no-answer": ("The boot loader did not answer a frame", _AGAIN, RECOVERABLE),
    "gnss-bad-answer": ("The boot loader's answer does not fit what it was sent", _AGAIN, RECOVERABLE),
    "gnss-refused": ("The boot loader refused a frame", _AGAIN, RECOVERABLE),
    "gnss-image-refused": (
        "All packets arrived, and then the module refused the whole image",
        "Compare the file's SHA-256 with the original and its model with the one on the lid; then try once more.",
        RECOVERABLE,
    ),
    # stopping
    "gnss-stopped": (
        "Stopped while the module was being written: it has no application now, its boot loader is intact",
        "Run the same command again when you are ready; it begins anew.",
        RECOVERABLE,
    ),
    # the end
    "gnss-no-journal": (
        "This computer cannot keep a note of the update that is about to begin",
        "Free some space, or let MODEMFLASH_HOME name a folder that can be written.",
        UNTOUCHED,
    ),
    "gnss-no-application": (
        "The firmware was sent whole, but the module stays in its boot loader",
        "Run the same command again; a file that does it twice is not for this module.",
        RECOVERABLE,
    ),
    "gnss-other-version": (
        "Sent whole, but the module says another version or build than the file holds",
        "Run `modemflash info` and compare; the same command writes it again.",
        UPDATED,
    ),
    "gnss-unconfirmed": (
        "Sent whole and accepted, but the module did not say its version afterwards",
        "Press RESET or cut its power, then run `modemflash info`; its boot loader is intact in any case.",
        UNKNOWN,
    ),
    "gnss-already-runs-it": (
        "The module already runs this version and build",
        "Nothing to do. To write it again all the same, add --repair.",
        UNTOUCHED,
    ),
}
CATALOGUE.update(GNSS_CATALOGUE)
