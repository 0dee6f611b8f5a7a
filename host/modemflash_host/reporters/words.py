"""Words and numbers for people: sizes, times, states, and text that is safe to show.

Rule: whatever came from a modem or a file name passes `printable` before it
reaches a screen, so that it can never become a control code there.
"""

from __future__ import annotations

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, UPDATED

# What the state of the modem after an error means.
MODEM_STATES = {
    UNTOUCHED: "untouched: nothing was written to it",
    RECOVERABLE: "recoverable: it waits, and the same command carries on",
    UPDATED: "updated: it runs new firmware",
    UNKNOWN: "not known: keep its power on until you have asked it",
}

# How worried to be about each state in which a modem can be found.
STATE_COLOURS = {
    "application": "green",
    "boot-loader": "yellow",
    "mtools": "yellow",
    "updater": "yellow",
    "recovery": "yellow",
    "errors-only": "yellow",
    "in-transfer": "yellow",
    "data-mode": "yellow",
    "nuls": "red",
    "noise": "red",
    "silence": "red",
}

# Names of the phases, as a person would say them.
PHASES = {
    "find": "find the modem",
    "identify": "ask who it is",
    "verify": "check the files",
    "deploy": "updater to board",
    "prepare": "prepare the modem",
    "enter-recovery": "enter recovery",
    "enter-boot-loader": "enter boot loader",
    "load-updater": "load the updater",
    "transfer": "send the firmware",
    "install": "modem installs",
    "reboot": "modem reboots",
    "read-back": "read it back",
}

# Where an update leads (`modemflash.edges.direction`), and how it is shown.
DIRECTIONS = {
    "upgrade": ("upgrade", "bold green"),
    "repair": ("repair", "bold green"),
    "downgrade": ("DOWNGRADE", "bold yellow"),
    "radio-change": ("RADIO CHANGE", "bold yellow"),
    "unknown": ("update from or to an unknown build", "bold yellow"),
}
# What each file of a plan is for.
ROLES = {"main": "Firmware", "part-2": "Part 2", "updater": "Updater", "bootrom": "Boot ROM"}

RADIOS = {"cat-m1": "CAT-M1", "nb-iot": "NB-IoT"}

# What the replies of the read-only record are about.
RECORDS = {
    "ATI1": "version",
    'AT!="showver"': "parts",
    "AT+CGDCONT?": "contexts",
    "AT+SQNBANDSEL?": "bands",
    "AT+CFUN?": "radio",
    "AT+CEREG?": "registration",
    "AT+CPSMS?": "power saving",
}


def printable(text: object) -> str:
    """The text with everything that is no plain character escaped as \\xNN or \\uNNNN."""
    if isinstance(text, (bytes, bytearray, memoryview)):
        text = bytes(text).decode("latin-1")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def lines_of(text: str) -> list[str]:
    """The lines of a modem's reply, each safe to show, empty ones left out."""
    return [printable(line.strip()) for line in text.replace("\r", "\n").split("\n") if line.strip()]


def size(size_bytes: int) -> str:
    """A size with a unit, such as "6.16 MB"."""
    if size_bytes < 10_000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1e3:.0f} kB"
    return f"{size_bytes / 1e6:.2f} MB"


def clock_time(seconds: float) -> str:
    """Elapsed time, such as "0:07" or "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(seconds: float) -> str:
    """A usual or allowed time, such as "10 s" or "20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def rate(bytes_per_s: float) -> str:
    """A rate, such as "88 kB/s"; "" while it is not known."""
    if not bytes_per_s:
        return ""
    return f"{bytes_per_s / 1000:.0f} kB/s" if bytes_per_s >= 9500 else f"{bytes_per_s / 1000:.1f} kB/s"


def phase_name(phase: str) -> str:
    """The phase as a person would say it."""
    return PHASES.get(phase, printable(phase))
