"""The words of the Sequans family: what people read about these modems and their updates."""

from __future__ import annotations

from collections.abc import Sequence

from modemflash.builds import radio
from modemflash.identity import family_of
from modemflash.modem import STATES
from modemflash.upgrade import ATTEMPTS, WHOLE_UPDATE
from modemflash_host.families.sequans.file_rows import RADIOS, file_rows
from modemflash_host.families.sequans.first_aid import EVIDENCE, first_aid
from modemflash_host.families.sequans.readable import READABLE
from modemflash_host.families.sequans.settings import settings_differ
from modemflash_host.families.sequans.vendor_words import VENDOR_WORDS
from modemflash_host.families.vocabulary import (
    BAD,
    DIM,
    DOUBT,
    GOOD,
    HARMLESS,
    PLAIN,
    STRONG,
    Danger,
    Event,
    Row,
    Vocabulary,
    row,
)
from modemflash_host.links.quectel_ports import is_model

AFTER_PART_1 = "after-part-1"

DANGERS = {
    "allow-downgrade": Danger(
        (
            "The firmware in the file is OLDER than the one that runs: bands and fixes of the newer one "
            "are lost."
        ),
        "downgrade",
    ),
    "change-radio": Danger(
        "The modem will speak another radio (CAT-M1 or NB-IoT): SIM, operator and antenna must fit, "
        "and some ways back are known to have killed modems.",
        "",
        "cat-m1|nb-iot",
        ("cat-m1", "nb-iot"),
    ),
    "accept-unproven-path": Danger(
        "Nobody is known to have gone this way and come out well, or modems have DIED on it.",
        "",
        "FROM-TO",
    ),
    "accept-unknown-file": Danger(
        "The file is of a kind this program cannot check: a wrong one can leave the modem dead.",
        "unknown-file",
    ),
    "without-way-back": Danger(
        "Files are missing that would be needed if power fails on the way: the modem may then stay as it is.",
        "no-way-back",
    ),
    "write-boot-rom": Danger(
        "Writes the modem's boot ROM: if power fails in these seconds, the modem is dead for good.",
        "boot-rom",
    ),
}

_BETWEEN = (
    (
        "The modem is on its way and not in its normal state, so this goes on. "
        "Press Ctrl-C once more to stop here: the modem then waits, and the same command carries on."
    ),
    "Stopping at the next safe point. Leave the power on and run the same command again.",
)
_WRITING = (
    (
        "The modem is being written, so this goes on. Press Ctrl-C once more to end the transfer: "
        "the modem then waits for a whole image, and the same command starts it again."
    ),
    (
        "Ending the transfer as soon as the modem answers{at_most}; while it erases that takes minutes. "
        "It then waits for a whole image: leave its power on and run the same command again."
    ),
)
_INSTALLING = (
    (
        "The modem installs by itself, and nothing here can stop that. "
        "Press Ctrl-C once more to stop watching; keep its power on in any case."
    ),
    (
        "No longer watching; the modem goes on by itself. Keep its power on for 20 minutes, "
        "then run the same command again."
    ),
)
_SETTING = ("Stopping after the setting that is being sent. The firmware is not concerned.",)
_TONES = {
    "application": GOOD,
    "other-modem": BAD,
    "nuls": BAD,
    "noise": BAD,
    "silence": BAD,
}
_SETTINGS = {
    "ATI1": "version",
    'AT!="showver"': "parts",
    "AT+CGDCONT?": "contexts",
    "AT+SQNBANDSEL?": "bands",
    "AT+CFUN?": "radio",
    "AT+CEREG?": "registration",
    "AT+CPSMS?": "power saving",
}


def _identity_rows(event: Event) -> Sequence[Row]:
    build, version = event["build"], event["version"]
    if not (event["product"] or build or version):
        return (row("Modem", ("does not say who it is in this state", DIM)),)
    firmware = [f"build {build}" if build else "build not known", RADIOS.get(radio(build, version), "")]
    product = event["product"]
    foreign = "not a modem that this program updates" if product and not family_of(product) else ""
    if is_model(product):
        foreign = "a Quectel module, not a Sequans modem"
    parts = _joined([version, event["ue"]])
    return (
        row("Modem", (product or "not named", PLAIN), *([(" · " + foreign, BAD)] if foreign else [])),
        row("Firmware", (_joined(firmware), STRONG if build else PLAIN)),
        *([row("", (parts, DIM))] if parts else []),
    )


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)


def _details_rows(event: Event) -> Sequence[Row]:
    return tuple(
        row(name, (text + (" (active)" if active else ""), DIM))
        for name, text, active in event["bootloaders"]
    )


WORDS = Vocabulary(
    family="sequans",
    phases={
        "find": "find the modem",
        "prepare": "prepare the modem",
        "restore-settings": "restore the settings",
        "enter-recovery": "enter recovery",
        "enter-boot-loader": "enter boot loader",
        "load-updater": "load the updater",
        "install": "modem installs",
        "reboot": "modem reboots",
    },
    stop_answers={
        "restore-settings": _SETTING,
        "enter-recovery": _BETWEEN,
        "enter-boot-loader": _BETWEEN,
        "load-updater": _WRITING,
        "transfer": _WRITING,
        "install": _INSTALLING,
        "reboot": _INSTALLING,
        "read-back": _INSTALLING,
    },
    harmless_phases=(*HARMLESS, "prepare"),
    states={name: (text, _TONES.get(name, DOUBT)) for name, text in STATES.items()},
    directions={
        "upgrade": ("upgrade", GOOD),
        "repair": ("repair", GOOD),
        "downgrade": ("DOWNGRADE", DOUBT),
        "radio-change": ("RADIO CHANGE", DOUBT),
        "unknown": ("update from or to an unknown build", DOUBT),
    },
    roles={"main": "Firmware", "part-2": "Part 2", "updater": "Updater", "bootrom": "Boot ROM"},
    settings=_SETTINGS,
    hidden_settings=("ATI1", 'AT!="showver"'),
    settings_differ=settings_differ,
    dangers=DANGERS,
    questions={AFTER_PART_1: "Was part 1 of 48829 the last thing that was written to it?"},
    evidence=EVIDENCE,
    vendor_words=VENDOR_WORDS,
    whole_update=WHOLE_UPDATE,
    attempts=ATTEMPTS,
    readable=READABLE,
    first_aid=first_aid,
    identity_rows=_identity_rows,
    details_rows=_details_rows,
    file_rows=file_rows,
)
