"""What people read about Quectel modems in EDL and their packages, as tables."""

from __future__ import annotations

from modemflash_host.families.quectel_edl.file_rows import package_rows
from modemflash_host.families.quectel_edl.readable import READABLE
from modemflash_host.families.quectel_edl.vendor_words import VENDOR_WORDS
from modemflash_host.families.vocabulary import BAD, DOUBT, GOOD, Vocabulary

WORDS = Vocabulary(
    family="quectel-edl",
    states={
        "application": ("its firmware runs", GOOD),
        "edl": ("EDL: the boot ROM waits for firmware; not bricked", DOUBT),
        "crash-dump": ("crash dump: cut its power for 10 seconds", BAD),
    },
    settings={"ATI": "Model", "AT+QGMR": "Firmware", "AT+CFUN?": "Radio mode", "AT+CGSN": "IMEI"},
    vendor_words=VENDOR_WORDS,
    readable=READABLE,
    file_rows=package_rows,
)
