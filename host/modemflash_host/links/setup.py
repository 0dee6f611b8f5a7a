"""What this computer needs once, so that an ordinary user reaches a board: the exact lines.

Rules: nothing here changes anything, a person types the lines; what is in order
already is said, not repeated; what differs from machine to machine (group,
services, what is plugged in) is looked up, not assumed.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from modemflash_host.links.linux import is_running
from modemflash_host.links.ports import Port
from modemflash_host.links.usb_ids import BOARD, CHIP, DEVICES, DFU

RULES_FILE = "/etc/udev/rules.d/60-modemflash.rules"  # before 73-seat-late, which reads `uaccess`
_USUAL_GROUP = "dialout"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, or one that is in order.

    Attributes:
        title: what it is about.
        text: why, in a sentence or two.
        lines: what is typed, or the content of a file; none where nothing is to be done.
    """

    title: str
    text: str
    lines: tuple[str, ...] = ()


def advice(ports: list[Port], system: str = sys.platform) -> list[Advice]:
    """What to do on this computer, for what is plugged in.

    Args:
        ports: see `ports.list_ports`.
        system: as `sys.platform` says it.
    """
    if system.startswith("linux"):
        return [_rights(), _rules(), _modem_manager()]
    if system == "darwin":
        return _macos()
    if system == "win32":
        return _windows(ports)
    return [Advice("This system", "No advice is known for it; a user must be able to open the serial port.")]


def udev_rules() -> tuple[str, ...]:
    """The rule file: the user who sits here may open the devices, and ModemManager leaves them alone.

    Chips that sit on all kinds of devices, real modems among them, are opened to
    the user and left to ModemManager.
    """
    lines = ["# Pycom shields and the serial chips of boards; written for modemflash."]
    for (vendor, product), device in DEVICES.items():
        which = f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}"'
        ignore = 'ENV{ID_MM_DEVICE_IGNORE}="1"' if device.kind == BOARD or product == 0x6015 else ""
        if device.kind in (BOARD, CHIP):
            words = ['SUBSYSTEM=="tty"', which, ignore, 'TAG+="uaccess"']
            lines.append(", ".join(word for word in words if word))
        if ignore:
            lines.append(f'SUBSYSTEM=="usb", {which.replace("ATTRS", "ATTR")}, {ignore}')
        if device.kind == DFU:
            lines.append(f'SUBSYSTEM=="usb", {which.replace("ATTRS", "ATTR")}, TAG+="uaccess"')
    return tuple(lines)


def _rules() -> Advice:
    missing = [line for line in udev_rules() if line not in _content_of(Path(RULES_FILE))]
    if not missing:
        return Advice("Rules for the devices", f"{RULES_FILE} is complete.")
    return Advice(
        "Rules for the devices",
        f"With this file the user at the screen may open the devices, and ModemManager leaves them alone. "
        f"Put it in {RULES_FILE} (the first line here does that), then plug the device in again.",
        (
            f"sudo tee {RULES_FILE} >/dev/null <<'END'",
            *udev_rules(),
            "END",
            "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=tty",
        ),
    )


def _rights() -> Advice:
    group = _group_of_ports()
    title = "The right to open a serial port"
    if os.geteuid() == 0:
        return Advice(title, "You are root, who may; an ordinary user with the rules below may, too.")
    if group in _groups_of_user():
        return Advice(title, f"You are in the group {group}.")
    return Advice(
        title,
        f"Serial ports belong to the group {group}. The rules below do without it for whoever sits at the "
        "screen; over SSH this is needed. Log out and in again afterwards.",
        (f'sudo usermod -aG {group} "$USER"',),
    )


def _modem_manager() -> Advice:
    if not is_running("ModemManager"):
        return Advice("ModemManager", "It does not run here.")
    return Advice(
        "ModemManager",
        "It runs here and asks each new serial port whether it is a modem, for some 10 seconds. With the "
        "rules it leaves Pycom boards alone. To stop it for one evening instead:",
        ("sudo systemctl stop ModemManager",),
    )


def _macos() -> list[Advice]:
    return [
        Advice("The right to open a serial port", "Every user has it."),
        Advice(
            "Drivers",
            "Pycom shields, FTDI, CH340 and CP210x adapters work with what macOS brings (12 or newer; older "
            "ones want the vendor's driver). A new device must be allowed once: System Settings, Privacy & "
            "Security, Allow accessories to connect.",
        ),
        Advice(
            "Which port",
            "Use /dev/cu.*; a /dev/tty.* waits for a carrier that never comes.",
            ("modemflash ports",),
        ),
    ]


def _windows(ports: list[Port]) -> list[Advice]:
    missing = not any(port.is_candidate for port in ports)
    return [
        Advice("The right to open a serial port", "Every user has it."),
        Advice(
            "Drivers",
            "Windows 10 and 11 bring the driver for Pycom shields and get those for FTDI, CP210x and CH340 "
            "from Windows Update. "
            + (
                "No board was found: look for a device with a warning sign in the Device Manager and let it "
                "update its driver."
                if missing
                else "The device that is plugged in has its driver."
            ),
            ("devmgmt.msc",) if missing else (),
        ),
        Advice(
            "Other programs",
            "A COM port has one user at a time: close serial terminals, and editors with Pymakr or Atom.",
        ),
    ]


def _group_of_ports() -> str:
    """The group that owns serial ports here; distributions differ."""
    import grp

    for pattern in ("ttyUSB*", "ttyACM*", "ttyS0"):
        for device in sorted(Path("/dev").glob(pattern)):
            try:
                name = grp.getgrgid(device.stat().st_gid).gr_name
            except (OSError, KeyError):
                continue
            if name != "root":
                return name
    return _USUAL_GROUP


def _groups_of_user() -> set[str]:
    import grp

    names = set()
    for number in os.getgroups():
        try:
            names.add(grp.getgrgid(number).gr_name)
        except KeyError:
            continue
    return names


def _content_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
