"""What can go wrong with a modem's settings: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, RECOVERABLE, UNTOUCHED

__all__ = ["SETTINGS_CATALOGUE"]

_TYPED = "What stands above as recorded can be typed in a serial terminal."

SETTINGS_CATALOGUE: dict[str, tuple[str, str, str]] = {
    # how it ends well
    "settings-as-before": ("The settings are as they were recorded", "Nothing to do.", UNTOUCHED),
    "settings-restored": (
        "The settings are as they were recorded: what differed was set again, and reads back so",
        "Nothing to do.",
        UNTOUCHED,
    ),
    "settings-left": (
        "What can be set here is as it was recorded; something differs that cannot be set here",
        f"{_TYPED} A text that was masked in the record is not known any more.",
        UNTOUCHED,
    ),
    # before anything is sent
    "settings-not-recorded": (
        "No record of this modem's settings from before an update is remembered",
        (
            "`modemflash history` lists the last 20 runs: name the one to compare with, an `info` will do, too. "
            "An older record is not kept."
        ),
        UNTOUCHED,
    ),
    "settings-not-offered": (
        "The settings of the module at this port cannot be set again by this program",
        "They can be set again on Sequans modems; of other modules use the vendor's tools.",
        UNTOUCHED,
    ),
    "settings-not-asked": (
        "The modem does not run its application, and tells and takes settings only there",
        "Bring it there first: `modemflash info` says what is to be done. Nothing was written.",
        UNTOUCHED,
    ),
    "settings-update-first": (
        "An update of this modem did not finish, and comes first",
        "Run `modemflash update` with the same files, then set its settings again.",
        UNTOUCHED,
    ),
    "settings-of-another": (
        "The record is of another modem than the one at this port",
        (
            "Look which cable leads where; `modemflash history` shows whose each record is. Settings of another "
            "modem are never sent."
        ),
        UNTOUCHED,
    ),
    "settings-nobodys": (
        "Nothing shows that the record is of the modem at this port",
        (
            "Go by the way to the modem by which it was recorded (--via, -p): a modem behind a board is known by "
            "the board's address, one at an adapter by its IMEI. Nothing was written."
        ),
        UNTOUCHED,
    ),
    "settings-need-yes": (
        "Nothing is sent without a yes, and nobody can be asked here",
        "Look at what would be sent, then say yes beforehand: -y.",
        UNTOUCHED,
    ),
    # while they are sent
    "setting-refused": (
        "The modem did not take every setting",
        (
            "Its words stand above (+CME ERROR: 3 is not allowed, 10 is no SIM). A modem may refuse while it is "
            "attached, or without a SIM: change that, then run the same command again. " + _TYPED
        ),
        RECOVERABLE,
    ),
    "settings-stopped": (
        "Stopped between two settings",
        "Run the same command again: it sends only what still differs.",
        RECOVERABLE,
    ),
}
CATALOGUE.update(SETTINGS_CATALOGUE)
