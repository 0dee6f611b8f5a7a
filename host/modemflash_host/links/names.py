"""What the name of a port says of itself: a device, an address, or a simulated modem."""

from __future__ import annotations

AUTO = "auto"
"""The one port that a board hangs on."""


def is_address(name: str) -> bool:
    """Whether it is a URL, such as rfc2217://host:4000, and no device of this computer."""
    return "://" in name


def is_simulated(name: str) -> bool:
    """Whether nothing real is behind it: no modem, no battery, no power to be cut."""
    return name.startswith("sim://")
