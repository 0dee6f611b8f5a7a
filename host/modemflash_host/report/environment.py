"""What a run ran on: versions, system, and the driver behind its port.

Rule: nothing here fails or waits; what cannot be known is left out.
"""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from modemflash_host.capture.file import Record
from modemflash_host.links.names import is_address

# What it is made of, and the tools for boards that may be there.
_LIBRARIES = ("pyserial", "click", "rich", "rich-click", "platformdirs")
_TOOLS = ("esptool", "mpremote")
_ABSENT = "not installed"
_SYS_TTY = Path("/sys/class/tty")


def environment(port: str) -> Record:
    """Facts for the header of a capture."""
    libraries = {name: version for name in _LIBRARIES if (version := _version(name))}
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "packages": {**libraries, **{name: _version(name) or _ABSENT for name in _TOOLS}},
        "driver": serial_driver(port),
    }


def serial_driver(port: str, sys_tty: Path = _SYS_TTY) -> str:
    """The kernel's driver and the USB ids behind a serial port; "" where nothing is known.

    Args:
        port: a device or an address.
        sys_tty: where Linux describes its terminals.
    """
    if is_address(port):
        return ""
    try:
        # `realpath`, because `Path.resolve` has an error of its own for links in a ring.
        device = Path(os.path.realpath(sys_tty / Path(os.path.realpath(port)).name / "device", strict=True))
    except OSError:
        return ""
    words = [_driver_name(device)]
    for folder in (device, *list(device.parents)[:3]):
        vendor, product = _read(folder / "idVendor"), _read(folder / "idProduct")
        if vendor and product:
            words.append(f"USB {vendor}:{product}")
            break
    return " ".join(word for word in words if word)


def _driver_name(device: Path) -> str:
    try:
        return Path(os.path.realpath(device / "driver", strict=True)).name
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
