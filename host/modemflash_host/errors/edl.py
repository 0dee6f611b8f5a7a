"""What can go wrong when a Quectel module is updated by Sahara and Firehose: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED

__all__ = ["EDL_CATALOGUE"]

_POWER = (
    "Cut the module's power for 10 seconds (USB and its own supply), then run the same command again. A module that "
    "shows itself as 05c6:9008 is not bricked."
)
_AGAIN = (
    "A module at 05c6:9008 waits in EDL and is not bricked: check cable and hub, then run the same command again. If it "
    "stays deaf, cut its power for 10 seconds first."
)
_OTHER = "Ask the vendor for the update package of this very module; `modemflash info` shows its revision."
_NOTHING_ERASED = (
    "This run erased nothing: a module that had its firmware before starts it again after its power was cut for 10 "
    "seconds."
)

EDL_CATALOGUE: dict[str, tuple[str, str, str]] = {
    # what is asked for
    "edl-one-package": (
        "A Quectel module takes exactly one package",
        "Name the one folder or .zip; `modemflash identify` shows what each is.",
        UNTOUCHED,
    ),
    "edl-package-unnamed": (
        "The name of the package does not say its model and revision, so nothing could prove the update",
        "Give it the name that it came with from the vendor, such as RM520NGLAAR01A07M4G_01.200.01.200.zip.",
        UNTOUCHED,
    ),
    "edl-model-not-said": (
        "The module does not say which model it is, and no earlier update of it is known here",
        (
            "Read the model with its region on the lid (such as RM520NGLAA) and name it with --model. Without a "
            "look at the lid do not: cut its power for 10 seconds, and ask the module itself."
        ),
        UNTOUCHED,
    ),
    "edl-other-model": ("The package is for another model or region than the module", _OTHER, UNTOUCHED),
    "module-not-offered": (
        "This program writes nothing to a module of this kind",
        "Use the vendor's tool. `modemflash info` names the module's ports, and `modemflash backup` copies its files.",
        UNTOUCHED,
    ),
    "edl-quecopen": (
        "One of package and module is a QuecOpen build and the other is not: the module would be left without USB",
        _OTHER,
        UNTOUCHED,
    ),
    "edl-other-package": (
        "An update with another package did not finish on this module",
        "Run the same command with that package first: what the module holds now is a part of it.",
        RECOVERABLE,
    ),
    "edl-several": (
        "Another module is in EDL (05c6:9008) or in a crash dump (05c6:900e), and nothing tells the two apart there",
        "Unplug the one that is not meant, then run the same command again.",
        UNTOUCHED,
    ),
    "module-port-not-dm": (
        "This is not the module's DM port, at which an update begins",
        (
            "`modemflash ports` names each port; on most modules the DM port is interface 0. macOS says no interface "
            "of a port: begin an update on Linux or Windows."
        ),
        UNTOUCHED,
    ),
    "usb2tcp-not-here": (
        "A usb2tcp server asks nobody for a password, so only one on this computer is used",
        "Use usb2tcp://127.0.0.1:9008, or run this program on the computer that has the module.",
        UNTOUCHED,
    ),
    # into EDL
    "edl-not-entered": (
        "The module did not come back in EDL (05c6:9008)",
        (
            "Look with `modemflash ports`: a driver may be missing for 05c6:9008. A module whose power was cut for 10 "
            "seconds starts its firmware again, which nothing has changed."
        ),
        UNTOUCHED,
    ),
    "edl-silent": ("The module is in EDL, but says nothing", _POWER, UNTOUCHED),
    "edl-crash-dump": (
        "The module is in a crash dump (05c6:900e): it takes no firmware like that",
        "Cut its power for 10 seconds (USB and its own supply). If it comes back like that, only its boot pin leads to EDL.",
        UNTOUCHED,
    ),
    # Sahara
    "sahara-no-answer": (
        "The boot ROM of the module does not go on in its protocol (Sahara)",
        _POWER,
        UNTOUCHED,
    ),
    "sahara-refused": (
        "The boot ROM of the module refused the programmer of the package",
        "The package is for another module, or damaged. Take no programmer from elsewhere. "
        + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    "sahara-other-image": (
        "The boot ROM of the module asks for something that this program does not know: a newer chip",
        "Use the vendor's tool for this module. " + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    "sahara-out-of-bounds": (
        "The boot ROM of the module asks for bytes that the programmer does not have",
        "The package is for another module, or the line is damaged. " + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    # Firehose
    "firehose-silent": ("The programmer in the module does not answer", _AGAIN, UNTOUCHED),
    "firehose-endless": ("The programmer in the module talks without an end", _AGAIN, UNTOUCHED),
    "firehose-refused": (
        "The programmer in the module refused a command",
        (
            "A module at 05c6:9008 waits in EDL and is not bricked. Run the same command again; where it is refused at "
            "the same place again, the package does not fit this module."
        ),
        UNTOUCHED,
    ),
    # before the first erase
    "edl-geometry": (
        "The flash of the module is of another kind than the package is for",
        _OTHER + " There are two variants of some modules. " + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    "edl-layout-differs": (
        "The module's own partition table is not that of the package: the calibration (EFS2) could be lost",
        _OTHER + " " + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    "edl-no-table": (
        "The module's own partition table cannot be read, so it cannot be proved that the calibration stays",
        (
            "If an update of it was interrupted on another computer, finish it there: that one knows the module. Else "
            "ask the vendor."
        ),
        UNTOUCHED,
    ),
    "edl-no-copy": (
        "No copy of the calibration (EFS2) could be made, so nothing is erased",
        "Where the disk is full, make room; where the programmer refuses, use the vendor's tool. "
        + _NOTHING_ERASED,
        UNTOUCHED,
    ),
    "edl-other-module": (
        "The module in EDL does not hold the calibration (EFS2) of the one whose update was begun",
        "Connect the module whose update was begun. If it is that one, name its model with --model.",
        RECOVERABLE,
    ),
    "edl-not-proved": (
        "A command was about to be sent of which it is not proved that it leaves the calibration alone",
        "Please report it: this must not happen. The command was not sent.",
        UNTOUCHED,
    ),
    "edl-no-journal": (
        "What is about to begin cannot be noted on this computer, and without that it could not be carried on",
        "Free some space, or let MODEMFLASH_HOME name another folder, then run the same command again.",
        UNTOUCHED,
    ),
    # the end
    "edl-stopped": (
        "You asked to stop, and the module has no firmware now",
        "It waits in EDL (05c6:9008). Run the same command again when you are ready.",
        RECOVERABLE,
    ),
    "edl-already-runs-it": (
        "The module runs the revision of this package already",
        "Nothing more to do. --repair writes it again.",
        UNTOUCHED,
    ),
    "edl-unconfirmed": (
        "All was written, but the module did not say everything that makes a success",
        "Leave its power on and run `modemflash info` at its AT port: revision, IMEI and CFUN 1 should be there.",
        UNKNOWN,
    ),
    "edl-came-back": (
        "All was written, but the module is in EDL: its firmware did not start",
        "Run the same command again. If that changes nothing, the package is not for this module.",
        RECOVERABLE,
    ),
    "edl-crash-dump-after": (
        "All was written, but the module came back in a crash dump (05c6:900e)",
        "Cut its power for 10 seconds (USB and its own supply), then ask it with `modemflash info`.",
        UNKNOWN,
    ),
    "edl-other-version": (
        "All was written, but the module says that it runs another revision",
        "Look at the name of the package, and ask the module again; the same command with --repair writes it again.",
        UPDATED,
    ),
    "edl-other-imei": (
        "All was written, but the module says another IMEI than before",
        "Keep the copy of EFS2 that was made, write nothing more, and ask the vendor.",
        UPDATED,
    ),
    "edl-factory-mode": (
        "All was written, but the module is in factory test mode (CFUN 5): its calibration (EFS2) is not found",
        "Keep the copy of EFS2 that was made, write nothing more, and ask the vendor.",
        UPDATED,
    ),
}
CATALOGUE.update(EDL_CATALOGUE)
