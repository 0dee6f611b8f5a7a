"""The words of the GNSS family: what people read about these modules and their updates."""

from __future__ import annotations

from collections.abc import Sequence

from modemflash_host.families.quectel_gnss.chips import LG290P
from modemflash_host.families.quectel_gnss.first_aid import EVIDENCE, first_aid
from modemflash_host.families.quectel_gnss.job import ATTEMPTS
from modemflash_host.families.quectel_gnss.planning import DOWNGRADE, UNKNOWN_FILE
from modemflash_host.families.vocabulary import (
    BAD,
    DIM,
    DOUBT,
    GOOD,
    HARMLESS,
    STRONG,
    Danger,
    Event,
    Readable,
    Row,
    VendorWord,
    Vocabulary,
    row,
)
from modemflash_host.reporters.words import bytes_of, size

_GO_ON = (
    "The module has no application now, so this goes on. Press Ctrl-C once more to stop here: its boot "
    "loader stays, and the same command begins anew."
)
_AGAIN = "Run the same command again when you are ready."
_ERASING = (_GO_ON, f"Stopping when the erase is answered, {LG290P.erase_s} s at most. {_AGAIN}")
_WRITING = (_GO_ON, f"Stopping after this packet. {_AGAIN}")
_INSTALLING = (
    f"The whole image is in, and the module checks and writes it: {LG290P.last_packet_s} s at most.",
    "The module still writes the image: that is not interrupted. Then it is asked for its version.",
)
_WATCHING = (
    "The whole image is in. Press Ctrl-C once more to stop waiting for the module's word.",
    "No longer waiting. `modemflash info` asks the module who it is.",
)

# Codes that the vendor's tools print, and what is known of them. Sources: docs/lg290p.md ("The protocol").
VENDOR_WORDS = {
    "0x103": VendorWord(
        (
            "Printed by the vendor's GNSS tool right after `Send Firmware Information...`. "
            "No document explains it"
        ),
        (
            "It came in the same millisecond in which the boot loader had answered, too early for an answer "
            "of the module: the tool itself failed, by its file or its computer. The module is not bricked: "
            "`Boot Version` in that log proves that its boot loader lives. Check the file with "
            "`modemflash identify`, then run `modemflash update` with it."
        ),
    ),
    "0x108": VendorWord(
        "Printed by the vendor's GNSS tool with `Exceeding the maximum number of retry attempts`, while "
        "data are sent. No document explains it",
        (
            "Packets or their answers got lost or came too late: USB adapter, hub, or a translation layer "
            "such as Wine. The module has no application then, and its boot loader is intact. Run "
            "`modemflash update` with the same file, on another cable or USB port."
        ),
    ),
}


# Versions and names of sentences; what a sentence says of a place or a time of day is only a shape.
_VERSION = r"L[GC]\d{2,3}[A-Z]{1,2}\d{0,2}[A-Z]{0,4}R\d{2}[A-Z]\d{2}[A-Z](?:_[A-Z]{3,4}){0,2}(?:\d{4})?"
_BUILT = r"\d{4}/\d\d/\d\d[ ,]\d\d:\d\d:\d\d"
READABLE = Readable(
    lines=(
        r"\$PQTM(?:VERNO\*58|UNIQID\*16|SRR\*4B)",
        rf"\$PQTMVERNO,{_VERSION},{_BUILT}\*[0-9A-F]{{2}}",
        r"\$PQTMVERNO,ERROR,\d\*\d\d",
        r"\$(?:G[A-Z]{4}|PQTM[A-Z]{2,12})",
        r"LG\d{3}P \(\d\d\)",
        _VERSION,
        _BUILT,
        r"built|boot|rate",
    ),
    replies={"BUILT": (_BUILT,), "BOOT": (r"\d{1,2}(?:\.\d{1,2}){2}",), "RATE": (r"\d{4,6}",)},
)


def _file_rows(event: Event) -> Sequence[Row]:
    rows = [
        row(
            "Kind", "GNSS firmware" + ("" if event["verified"] else ", for a relative that is never written")
        ),
        row("Model", f"{event['model']} ({event['hardware']})", (f", variant {event['variant']}", DIM)),
        row("Version", (event["version"], STRONG)),
        row("Built", event["build"] or ("the file does not say", DOUBT)),
        row("Size", f"{bytes_of(event['size'])}, {event['packets']} packets"),
        row("SHA-256", (event["sha256"], DIM)),
    ]
    for number, part in enumerate(event["parts"]):
        segments = "segment" if part["segments"] == 1 else "segments"
        about = f"container {part['kind']} ({size(part['size'])}, {part['segments']} {segments}) "
        rows.append(row("" if number else "Inside", about, ("checksums good", GOOD)))
    rows += [row("Doubt", (text, DOUBT)) for text in event["doubts"]]
    rows.append(row("Whole", ("every segment lies under a checksum, and all are right", GOOD)))
    return rows


WORDS = Vocabulary(
    family="quectel-gnss",
    phases={
        "find": "find the module",
        "reset": "reset into boot loader",
        "reset-by-hand": "wait for RESET by hand",
        "erase": "erase application",
        "install": "module checks, writes",
        "reboot": "restart, read version",
    },
    stop_answers={
        "erase": _ERASING,
        "transfer": _WRITING,
        "install": _INSTALLING,
        "reboot": _WATCHING,
    },
    harmless_phases=(*HARMLESS, "reset", "reset-by-hand"),
    states={
        "application": ("application runs", GOOD),
        "other-application": ("sentences come, but nobody says a version", DOUBT),
        "boot-loader": ("boot loader answers: not bricked", DOUBT),
        "noise": ("bytes that make no sense", BAD),
        "silence": ("silent: no application talks", BAD),
    },
    directions={
        "upgrade": ("upgrade", GOOD),
        "repair": ("the same version again", GOOD),
        "other-build": ("another build of the same version", DOUBT),
        "downgrade": ("DOWNGRADE", DOUBT),
        "unknown": ("write a module that says no version", DOUBT),
    },
    roles={"main": "Firmware"},
    settings={"built": "built", "boot": "boot loader", "rate": "rate"},
    dangers={
        DOWNGRADE: Danger(
            "The firmware in the file is OLDER than the one that runs: fixes of the newer one are lost.",
            "downgrade",
        ),
        UNKNOWN_FILE: Danger(
            "The file is simulated: a real module would be left without firmware.",
            "unknown-file",
        ),
    },
    evidence=EVIDENCE,
    vendor_words=VENDOR_WORDS,
    attempts=ATTEMPTS,
    readable=READABLE,
    first_aid=first_aid,
    file_rows=_file_rows,
)
