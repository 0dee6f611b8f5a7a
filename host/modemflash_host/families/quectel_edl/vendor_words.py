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
    "bad block": VendorWord(
        "Printed while a flash is erased or written. A NAND flash has bad blocks from its first day, and its "
        "programmer passes over them",
        "Nothing: that is normal. It is no reason for CFUN 5.",
    ),
    "num sectors 0": VendorWord(
        "Printed by a programmer while it erases; the number is wrong in its log only",
        "Nothing: the erase is carried out as it was asked for.",
    ),
    "start_sector unaligned": VendorWord(
        "Printed by a programmer that refuses a command: its place is not at the beginning of a block. The "
        "package is for a flash of another kind",
        "Leave the module in EDL, where it is not bricked, and ask the vendor for the package of this very "
        "module. There are two variants of some modules.",
    ),
    "sahara_wait_hello": VendorWord(
        "Printed by QFirehose while it waits for the first packet of the boot ROM, which comes once and may "
        "have been lost to another program",
        "The module is not bricked. `modemflash update` with the package asks for it again; if it stays "
        "silent, cut its power for 10 seconds.",
    ),
    "unknown command: 18": VendorWord(
        "Printed by QFirehose: the boot ROM asks with 64 bits, which that version does not know",
        "The module is not bricked. `modemflash update` answers such questions, or take a newer QFirehose.",
    ),
    "05c6:9008": VendorWord(
        "The USB id of a module in EDL: its boot ROM waits for firmware. It is not bricked",
        "Run the update again that brought it there. If there was none, cut its power for 10 seconds: it "
        "starts its firmware where that is whole.",
    ),
    "05c6:900e": VendorWord(
        "The USB id of a module in a crash dump: it takes no firmware like that",
        "Cut its power for 10 seconds. If it comes back like that, only its boot pin or test point leads to "
        "EDL: ask its maker.",
    ),
    "+cfun: 5": VendorWord(
        "The module is in factory test mode: it starts so when its calibration and IMEI (EFS2) are gone",
        "A normal update neither causes nor cures that, and AT+CFUN=1 answers +CME ERROR: 3. Restore a "
        "backup of this very module with the vendor's tools, never that of another one; without one ask "
        "the vendor.",
    ),
    "disusb": VendorWord(
        "A setting of BG95 and its like, by AT+QCFGEXT: 1 means that the module's own USB is disabled",
        "Where an update needs that USB, send the same command with ,0 behind it and restart the module.",
    ),
    "0 file fail": VendorWord(
        "Printed by QFirehose after it compared checksums; with `0 files` before it, none was compared",
        "`modemflash identify` checks a package to its last file, and says what proves it.",
    ),
}
