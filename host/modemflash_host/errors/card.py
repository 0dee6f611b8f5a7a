"""What can go wrong with a card on the PC: rows for the catalogue."""

from __future__ import annotations

import modemflash.board.words  # noqa: F401 (the boards' rows join the catalogue, too)
from modemflash.errors import CATALOGUE, UNTOUCHED, Refusal

__all__ = ["CARD_CATALOGUE", "Refusal"]

CARD_CATALOGUE: dict[str, tuple[str, str, str]] = {
    "card-not-a-folder": (
        "There is no such folder",
        "Give the folder under which the card is mounted, such as E:\\ or /media/me/CARD.",
        UNTOUCHED,
    ),
    "card-foreign-files": (
        "There are files in the way that this program did not put there",
        "Move them away, or give another card or folder: nothing is ever overwritten that was not made here.",
        UNTOUCHED,
    ),
    "card-needs-consent": (
        "No board would be updated by this card without a consent",
        (
            "Most dangers have a safe way round: give the updater.elf of the same package, too. "
            "`modemflash card prepare --help-all` has an option for each consent, which then holds for every "
            "board."
        ),
        UNTOUCHED,
    ),
    "card-no-room": (
        "The card has too little free space",
        "Delete what is not needed, or use a larger card.",
        UNTOUCHED,
    ),
    "card-write-failed": (
        "The card could not be written",
        "Check its write-protect switch, free space and seat; a worn-out card needs to be replaced.",
        UNTOUCHED,
    ),
    "card-copy-differs": (
        "A file on the card is not what was written to it",
        "The card or its reader is bad: use another one.",
        UNTOUCHED,
    ),
    "card-not-prepared": (
        "This is no prepared card",
        "`modemflash card prepare FILES --to FOLDER` makes one; plain .dup files do, too, but slowly.",
        UNTOUCHED,
    ),
    "card-file-missing": ("A file of the prepared card is missing", "Prepare the card again.", UNTOUCHED),
    "card-no-results": (
        "No board has written results there",
        "Give the folder of a card that was in a board.",
        UNTOUCHED,
    ),
    "card-prepared": ("The card is ready", "Eject it in your system before you take it out.", UNTOUCHED),
    "card-good": ("The card is as it was prepared", "Nothing to do.", UNTOUCHED),
    "card-results": ("These are the boards' results", "Nothing to do.", UNTOUCHED),
}
CATALOGUE.update(CARD_CATALOGUE)
