"""What the tools for Quectel modems print, in lower case, and what is known of it."""

from __future__ import annotations

from modemflash_host.families.vocabulary import VendorWord

VENDOR_WORDS = {
    # The number is 0x6d783f3c: the bytes `<?xm`, which open an answer in XML.
    "1836597052": VendorWord(
        "Printed by QFirehose as an unknown Sahara command. The number is `<?xm`, the beginning of an answer "
        "in XML: the programmer from an earlier try is running already",
        "The module is not bricked: one that shows 05c6:9008 is alive. Leave it on, and check the package "
        "with `modemflash identify`; `modemflash update` then goes on with that programmer.",
    ),
    "confirm dynamic com port": VendorWord(
        "Printed by QFlash when it has asked for the download mode and no new port (05c6:9008) came",
        "Give it the module's DM port, over the module's own USB: no port of a serial adapter, and not the "
        "AT port. `modemflash ports` says which is which.",
    ),
    "0 file fail": VendorWord(
        "Printed by QFirehose after it compared checksums; with `0 files` before it, none was compared",
        "`modemflash identify` checks a package to its last file, and says what proves it.",
    ),
}
