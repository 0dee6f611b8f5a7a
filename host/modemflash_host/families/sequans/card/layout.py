"""Where things stand on a prepared card, and under which names.

Rule: names are safe on every FAT and every system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FIRMWARE = "firmware"
README = "README.txt"
RESULTS = "results"
_MOST_NAME = 60
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe_name(name: str, taken: Iterable[str] = ()) -> str:
    """A name for a FAT file that reminds of `name`, and is none of `taken`, whatever the case."""
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._ ") or "file"
    suffix = re.sub(r"[^A-Za-z0-9]+", "", suffix).lower()
    if _RESERVED.match(stem):
        stem = "_" + stem
    stem = stem[: _MOST_NAME - len(suffix) - 4]
    lower = {each.lower() for each in taken}
    number = 1
    while True:
        found = (stem if number == 1 else f"{stem}-{number}") + ("." + suffix if suffix else "")
        if found.lower() not in lower:
            return found
        number += 1
