"""What can be wrong with a firmware package for Quectel modems, and with the port for one: rows for the catalogue."""

from __future__ import annotations

from modemflash.errors import CATALOGUE, UNTOUCHED

__all__ = ["PACKAGE_CATALOGUE"]

_AGAIN = (
    "Unpack or download the package again; it must be the whole folder or .zip as it came from the vendor."
)
_NOT_THIS = "Do not use this package with any tool. Ask its vendor for the update package of your module."

PACKAGE_CATALOGUE: dict[str, tuple[str, str, str]] = {
    # whole?
    "package-part-only": (
        "This is a part of a firmware package, not the whole of it",
        "Give the folder that holds md5.txt and the folder `update`, or the .zip as it came.",
        UNTOUCHED,
    ),
    "package-several": (
        "There are several firmware packages in it",
        "Give the folder of one of them.",
        UNTOUCHED,
    ),
    "package-names-twice": (
        "Two files of the package have names that differ in upper and lower case only, or not at all",
        _AGAIN,
        UNTOUCHED,
    ),
    "package-no-checksums": (
        "The package has no list of checksums (md5.txt), or an empty one: nothing shows that it is whole",
        _AGAIN,
        UNTOUCHED,
    ),
    "package-checksums-broken": ("The list of checksums of the package is damaged", _AGAIN, UNTOUCHED),
    "package-not-in-list": (
        "A file of the package that counts has no checksum in md5.txt",
        _AGAIN,
        UNTOUCHED,
    ),
    "package-file-missing": ("A file of the package is missing", _AGAIN, UNTOUCHED),
    "package-file-empty": ("A file of the package is empty", _AGAIN, UNTOUCHED),
    "package-file-differs": (
        "A file of the package is damaged: its checksum is not the one in md5.txt",
        _AGAIN,
        UNTOUCHED,
    ),
    # what kind of package?
    "package-factory": (
        "This is a factory package, or one lies inside: it overwrites the calibration and IMEI of the module (EFS2)",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-fuses": (
        "The package would burn fuses of the module, which nothing can undo",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-command-list": (
        "There is not exactly one list of commands for an update (rawprogram_nand_…_update.xml)",
        "Give the package as it came from the vendor, with nothing added.",
        UNTOUCHED,
    ),
    "package-programmer": (
        "There is not exactly one Firehose programmer in the package",
        "Give the package as it came from the vendor, with nothing added. Take no programmer from elsewhere.",
        UNTOUCHED,
    ),
    "package-programmer-damaged": (
        "The Firehose programmer is no whole ELF file: a module would refuse it with status 8 or 20",
        _AGAIN,
        UNTOUCHED,
    ),
    "package-bg95": (
        "The package is for a BG95, BG77 or BG600L: for these it cannot be proved that calibration stays",
        (
            "The vendor's own tool (QFlash) updates these modules through their DM port, interface 0 of the "
            "module's own USB (2c7c:0700); a serial adapter or the AT port does not do."
        ),
        UNTOUCHED,
    ),
    "package-bg96": (
        "The package is for a BG96, which speaks an older protocol than this program",
        "The vendor's own tool (QFlash) updates a BG96 through its DM port, interface 0 of 2c7c:0296.",
        UNTOUCHED,
    ),
    "package-other-chip": (
        "The package is for a module with another chip (Sony Altair), which is updated over its debug UART",
        "Use the vendor's tool for that module.",
        UNTOUCHED,
    ),
    "package-names-differ": (
        "The names in the package are those of different modules or chips",
        _NOT_THIS,
        UNTOUCHED,
    ),
    # XML
    "package-xml-unsafe": (
        "An XML file of the package holds a document type or entities: no package needs that, attacks do",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-xml-broken": ("An XML file of the package cannot be read", _AGAIN, UNTOUCHED),
    "package-unknown-command": (
        "The list of commands holds one that this program does not know, so it cannot tell what it would do",
        "Please report it with the name of the package. Do not send it with another tool before you know.",
        UNTOUCHED,
    ),
    "package-not-numbers": (
        "A command gives its place or its length not as plain numbers",
        "Packages for eMMC and UFS do that; this program knows those for NAND flash only.",
        UNTOUCHED,
    ),
    "package-path-outside": (
        "A command names a file outside of the package",
        _NOT_THIS,
        UNTOUCHED,
    ),
    # tables and geometry
    "package-no-tables": (
        "A partition table is missing in the package: nothing shows where the calibration (EFS2) is",
        _AGAIN,
        UNTOUCHED,
    ),
    "package-table-damaged": ("A partition table of the package is damaged", _AGAIN, UNTOUCHED),
    "package-tables-differ": (
        "The partition tables of the package do not agree on where things are",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-geometry": (
        "The commands are for another kind of flash than the package's name says, or for two kinds",
        _NOT_THIS,
        UNTOUCHED,
    ),
    # the proof
    "package-efs2-unknown": (
        "No partition EFS2 is in the tables: it cannot be proved that the calibration stays",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-touches-efs2": (
        "A command would erase or overwrite the calibration and IMEI of the module (EFS2)",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-touches-protected": (
        "A command would erase or overwrite a partition that an update leaves alone",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-whole-disk": (
        "A command would erase the whole flash, with calibration and IMEI",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-not-on-blocks": (
        "A command does not begin or end at a block of the flash",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-behind-the-end": ("A command goes beyond the end of the flash", _NOT_THIS, UNTOUCHED),
    "package-crosses-partitions": (
        "A command writes over the border of a partition",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-image-too-large": (
        "An image does not fit into its partition, with 2 % to spare for bad blocks",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-programs-overlap": ("Two images would be written to the same place", _NOT_THIS, UNTOUCHED),
    "package-not-erased-before": (
        "An image would be written where nothing was erased before",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-not-written-again": (
        "A command erases something that is not written again",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-boot-loader": (
        "The plan does not write the boot loader (sector 0) exactly once, so it would not be safe to interrupt",
        _NOT_THIS,
        UNTOUCHED,
    ),
    "package-writes-table": (
        "The partition table that would be in the module afterwards is not the one that was checked",
        _NOT_THIS,
        UNTOUCHED,
    ),
    # the module and its ports
    "module-port-is-adapter": (
        "This port is a serial adapter; an update needs the DM port of the module's own USB",
        "That is interface 0 on most modules; `modemflash ports` names each port. The AT port does not do either.",
        UNTOUCHED,
    ),
    "module-usb-missing": (
        "The module's own USB (2c7c:…) is not there; an update needs its DM port, and no UART can replace that",
        (
            'Ask the module by `modemflash info` at its UART: where AT+QCFGEXT="disusb" answers 1, USB is disabled; the '
            "same with ,0 behind it, sent by you, and a restart enable it. Check that USB_VBUS, D+ and D- are wired, "
            "that the cable has data wires, and the driver: Linux before mid-2022 does not know 2c7c:0700, Windows "
            "needs the maker's driver."
        ),
        UNTOUCHED,
    ),
    "module-factory-mode": (
        "The module is in factory test mode (CFUN 5): it starts so when its calibration and IMEI (EFS2) are gone",
        (
            "A normal update neither causes nor cures that, and AT+CFUN=1 answers an error. Restore a backup of this "
            "very module with the vendor's tools, never that of another one; without one ask the vendor."
        ),
        UNTOUCHED,
    ),
}
CATALOGUE.update(PACKAGE_CATALOGUE)
