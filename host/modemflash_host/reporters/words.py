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
NOT_KNOWN = "not known until it has been asked"  # where the power is spoken of already


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


def bytes_of(size_bytes: int) -> str:
    """A size to the byte, such as "2 686 912 bytes"."""
    return f"{size_bytes:,} bytes".replace(",", " ")


def clock_time(seconds: float) -> str:
    """Elapsed time, such as "0:07" or "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(seconds: float) -> str:
    """A usual or allowed time, such as "10 s" or "20 min"."""
    if seconds <= 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def rate(bytes_per_s: float) -> str:
    """A rate, such as "88 kB/s"; "" while it is not known."""
    if not bytes_per_s:
        return ""
    return f"{bytes_per_s / 1000:.0f} kB/s" if bytes_per_s >= 9500 else f"{bytes_per_s / 1000:.1f} kB/s"
