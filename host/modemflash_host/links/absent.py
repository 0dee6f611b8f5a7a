"""Why a port is not there: a name of another system, a device without a driver, one that a program took.

Rules: it is read from /sys and /proc alone, so it costs nothing and changes
nothing; what cannot be read is no reason; a reason comes with what to do about
it. Facts: the kernel's documentation of sysfs; brltty takes the chips of Braille
displays by way of `usbfs`, and their serial driver loses them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from modemflash_host.links.linux import is_running
from modemflash_host.links.names import AUTO
from modemflash_host.links.quectel_ports import is_of_quectel
from modemflash_host.links.usb_ids import BOARD, CHIP, device_of

USB_DEVICES = Path("sys/bus/usb/devices")
_KERNEL = Path("proc/sys/kernel/osrelease")
_USBFS = "usbfs"
_BRLTTY = "brltty"
_WINDOWS_NAME = re.compile(r"(\\\\\.\\)?com(\d+)", re.IGNORECASE)
_DRIVERS = {"0403": "ftdi_sio", "10c4": "cp210x", "1a86": "ch341", "2c7c": "option", "05c6": "qcserial"}
_OTHER_DRIVER = "cdc_acm"  # of Pycom's shields, and of the CH9102
_CDC = ("1a86:55d4",)
_ATTACH = "in Windows `usbipd list` shows it, then `usbipd attach --wsl --busid N` hands it over"


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A USB device that should have a serial port.

    Attributes:
        usb: "vvvv:pppp".
        name: in people's words.
        drivers: what drives its interfaces; those that nothing drives are left out.
        ports: names of its serial ports, as the kernel has them.
    """

    usb: str
    name: str
    drivers: tuple[str, ...]
    ports: tuple[str, ...]


def why_absent(
    name: str = AUTO,
    root: Path = Path("/"),
    system: str = sys.platform,
    runs: Callable[[str], bool] = is_running,
) -> str:
    """The reason as a sentence with what to do, "" where none is seen.

    Args:
        name: the port that was asked for; `AUTO` where any would do.
        root: above sys, proc and dev.
        system: as `sys.platform` says it.
        runs: whether a process of this name runs.
    """
    if system.startswith("linux"):
        return _of_name(name, root) or _of_devices(root, runs) or _of_windows_below(root)
    windows = _WINDOWS_NAME.fullmatch(name)
    if system == "win32" and name.startswith("/dev/"):
        return "that is a name of Linux or macOS; Windows calls its ports COM3, COM4 and so on"
    if system == "darwin" and (windows or name.startswith(("/dev/ttyUSB", "/dev/ttyACM"))):
        return "that is another system's name; a Mac calls its ports /dev/cu.usbserial-… or /dev/cu.usbmodem…"
    return ""


def _of_name(name: str, root: Path) -> str:
    """What the name alone says."""
    windows = _WINDOWS_NAME.fullmatch(name)
    kernel = _text(root / _KERNEL)
    if windows and kernel.endswith("-Microsoft"):
        return f"that is Windows' name; WSL 1 calls it /dev/ttyS{windows[2]}"
    if windows and "microsoft" in kernel.lower():
        return f"that is Windows' name, and WSL does not see it: {_ATTACH}, as /dev/ttyACM0 or /dev/ttyUSB0"
    if windows:
        return "that is a name of Windows; on Linux ports are called /dev/ttyACM0, /dev/ttyUSB0 and so on"
    if name.startswith("/dev/cu."):
        return "that is a name of macOS; on Linux ports are called /dev/ttyACM0, /dev/ttyUSB0 and so on"
    if "/" not in name and name != AUTO and (root / "dev" / name).exists():
        return f"its whole name is /dev/{name}"
    return ""


def _of_devices(root: Path, runs: Callable[[str], bool]) -> str:
    """What is plugged in and has no port."""
    for device in usb_devices(root):
        what = f"{device.name} ({device.usb}) is plugged in"
        missing = [port for port in device.ports if not (root / "dev" / port).exists()]
        if missing:
            return (
                f"{what}, and the kernel calls it {missing[0]}, but there is no /dev/{missing[0]} here: "
                f"a container has to be started with it, such as `--device /dev/{missing[0]}`"
            )
        if device.ports:
            continue
        if _USBFS in device.drivers:
            return f"{what}, but " + _who_took_it(runs)
        if not device.drivers:
            driver = _driver_of(device.usb)
            return (
                f"{what}, but no driver takes it: `sudo modprobe {driver}` loads the one for it; where there "
                "is no such module, install those of the kernel that runs (Debian and Ubuntu: "
                "linux-modules-extra), or restart after an update of the kernel"
            )
    return ""


def _who_took_it(runs: Callable[[str], bool]) -> str:
    if runs(_BRLTTY):
        return (
            "brltty, the program for Braille displays, took it: remove it where nobody needs it "
            "(`sudo apt remove brltty`), and plug the device in again"
        )
    return (
        "a program took the device itself (usbfs), and its port went with it: a virtual machine or brltty do "
        "that. End that program, and plug the device in again"
    )


def _of_windows_below(root: Path) -> str:
    """WSL 2 has no USB of its own."""
    kernel = _text(root / _KERNEL)
    if "microsoft" not in kernel.lower() or kernel.endswith("-Microsoft"):
        return ""
    if any(usb_devices(root)):
        return ""
    return f"this is WSL, and Windows keeps its USB devices to itself: {_ATTACH}"


def usb_devices(root: Path) -> Iterator[UsbDevice]:
    """The devices that are plugged in and should have a serial port."""
    for folder in _in(root / USB_DEVICES):
        usb = f"{_text(folder / 'idVendor')}:{_text(folder / 'idProduct')}"
        if not re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", usb):
            continue
        device = device_of(int(usb[:4], 16), int(usb[5:], 16))
        if device.kind not in (BOARD, CHIP) and not is_of_quectel(usb):
            continue
        interfaces = [each for each in _in(folder) if each.name.startswith(f"{folder.name}:")]
        drivers = [
            Path(os.path.realpath(each / "driver")).name for each in interfaces if (each / "driver").exists()
        ]
        ports = [
            port.name
            for each in interfaces
            for place in (each, each / "tty")
            for port in _in(place)
            if re.fullmatch(r"tty(USB|ACM)\d+", port.name)
        ]
        name = device.name if device.kind in (BOARD, CHIP) else "a Quectel module"
        yield UsbDevice(usb, name, tuple(dict.fromkeys(drivers)), tuple(ports))


def _driver_of(usb: str) -> str:
    return _OTHER_DRIVER if usb in _CDC else _DRIVERS.get(usb[:4], _OTHER_DRIVER)


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
