"""What the name of a port says of itself: a device, an address, or a simulated modem."""

from __future__ import annotations

import re
import sys

AUTO = "auto"
"""The one port that a board hangs on."""


def is_address(name: str) -> bool:
    """Whether it is a URL, such as rfc2217://host:4000, and no device of this computer."""
    return "://" in name


def is_simulated(name: str) -> bool:
    """Whether nothing real is behind it: no modem, no battery, no power to be cut."""
    return name.startswith("sim://")


def device_name(name: str, system: str = sys.platform) -> str:
    """A port's name as this system has it: `com5` and `\\\\.\\COM5` are COM5 on Windows."""
    found = re.fullmatch(r"(?:\\\\[.?]\\)?com(\d{1,3}):?", name, re.IGNORECASE | re.ASCII)
    return f"COM{int(found[1])}" if found and system == "win32" else name
