"""What people read about Quectel modems in EDL and their packages, as tables."""

from __future__ import annotations

from modemflash_host.families.quectel_edl.file_rows import package_rows, plan_rows
from modemflash_host.families.quectel_edl.planning import DOWNGRADE, UNKNOWN_FILE
from modemflash_host.families.quectel_edl.questions import USB_QUESTION
from modemflash_host.families.quectel_edl.readable import READABLE
from modemflash_host.families.quectel_edl.vendor_words import VENDOR_WORDS
from modemflash_host.families.vocabulary import BAD, DOUBT, GOOD, HARMLESS, Danger, Vocabulary

_WRITING = (
    (
        "The module has no firmware now, so this goes on. Press Ctrl-C once more to stop after this command: "
        "the module then waits in EDL, and the same command begins anew."
    ),
    "Stopping after this command. Run the same command again when you are ready.",
)
_WATCHING = (
    "All is written. Press Ctrl-C once more to stop waiting for the module's word.",
    "No longer waiting. `modemflash info` asks the module who it is.",
)
_BEFORE = ("Stopping at the next safe point. Nothing has been erased.",)
_IN_EDL_PHASES = ("switch", "load-programmer", "read-flash", "copy")

WORDS = Vocabulary(
    family="quectel-edl",
    phases={
        "switch": "switch into EDL",
        "load-programmer": "load the programmer",
        "read-flash": "read its own table",
        "copy": "copy EFS2",
        "erase": "erase",
        "transfer": "write the images",
        "patch": "patch",
        "reboot": "restart, read version",
    },
    stop_answers={
        **dict.fromkeys(_IN_EDL_PHASES, _BEFORE),
        **dict.fromkeys(("erase", "transfer", "patch"), _WRITING),
        "reboot": _WATCHING,
    },
    harmless_phases=(*HARMLESS, *_IN_EDL_PHASES),
    states={
        "application": ("its firmware runs", GOOD),
        "edl": ("EDL: the boot ROM waits for firmware; not bricked", DOUBT),
        "crash-dump": ("crash dump: cut its power for 10 seconds", BAD),
    },
    directions={
        "upgrade": ("upgrade", GOOD),
        "repair": ("the same revision again", GOOD),
        "other-build": ("another build of the same release", DOUBT),
        "downgrade": ("DOWNGRADE", DOUBT),
        "unknown": ("write a module that says no revision", DOUBT),
        "carry-on": ("go on with an update that did not finish", DOUBT),
    },
    roles={"main": "Package"},
    dangers={
        DOWNGRADE: Danger(
            "The firmware in the package is OLDER than the one that runs: whether settings and the format "
            "of EFS2 go back is not known.",
            "downgrade",
        ),
        UNKNOWN_FILE: Danger(
            "The package is simulated: a real module would be left without firmware.",
            "unknown-file",
        ),
    },
    settings={
        "ATI": "Model",
        "AT+QGMR": "Firmware",
        "AT+CFUN?": "Radio mode",
        "AT+CGSN": "IMEI",
        USB_QUESTION: "USB off",
    },
    vendor_words=VENDOR_WORDS,
    readable=READABLE,
    file_rows=package_rows,
    plan_rows=plan_rows,
)
