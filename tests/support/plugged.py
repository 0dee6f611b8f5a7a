"""Ports of a computer as pyserial lists them, for tests that put some in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def seen(device: str, usb: str, location: str = "") -> Any:
    """A port as pyserial lists it."""
    vid, pid = (int(part, 16) for part in usb.split(":"))
    return SimpleNamespace(device=device, vid=vid, pid=pid, location=location, serial_number="")
