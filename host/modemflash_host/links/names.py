"""What the name of a port says of itself: a device, an address, or a simulated modem."""

from __future__ import annotations

import re
import sys
from urllib.parse import urlsplit

AUTO = "auto"
"""The one port that a board hangs on."""
_OF_A_SERVER = ("socket://", "rfc2217://")
_OURS = ("rfc2217", "socket", "usb2tcp", "sim")  # with a slash too few they would be names of devices
SCHEMES = (*_OURS, "alt", "cp2110", "hwgrep", "loop", "spy")
"""Kinds of addresses that are opened on a PC: these, and the others of pyserial."""


def is_address(name: str) -> bool:
    """Whether it is a URL, such as rfc2217://host:4000, and no device of this computer."""
    return "://" in name


def is_simulated(name: str) -> bool:
    """Whether nothing real is behind it: no modem, no battery, no power to be cut."""
    return name.startswith("sim://")


def simulated_profile(name: str) -> str:
    """Which simulated device an address names; "" for another port."""
    return re.split("[/?#]", name.removeprefix("sim://"))[0] if is_simulated(name) else ""


def fault_of(name: str) -> str:
    """What cannot be right in the name itself, in words; "" for nothing."""
    if not name.strip():
        return "the name of the port is empty"
    if not is_address(name) and (scheme := name.partition(":")[0]) in _OURS:
        return f"{name}: an address begins with {scheme}://"
    if is_address(name):
        try:
            address = urlsplit(name)
            if name.startswith(_OF_A_SERVER) and not (address.hostname and address.port):
                return f"{name}: an address needs a host and a port, as in {address.scheme}://host:4000"
        except ValueError as error:
            return f"{name}: {error}"
    return ""


def device_name(name: str, system: str = sys.platform) -> str:
    """A port's name as this system has it: `com5` and `\\\\.\\COM5` are COM5 on Windows."""
    found = re.fullmatch(r"(?:\\\\[.?]\\)?com(\d{1,3}):?", name, re.IGNORECASE | re.ASCII)
    return f"COM{int(found[1])}" if found and system == "win32" else name
