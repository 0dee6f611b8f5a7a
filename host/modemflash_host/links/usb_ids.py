"""The USB devices that boards hang on: what each is, as one table.

Rules: a device that is not in the table is unknown, and unknown devices are
never opened by themselves; a serial string proves nothing (many Pycom boards
carry the same one). Source: Pycom's documentation and firmware tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PIC_VENDOR = 0x04D8

BOARD = "board"
"""A Pycom shield or expansion board."""
CHIP = "chip"
"""A serial chip that sits on many devices, Pycom's older expansion boards among them."""
DFU = "dfu"
"""A Pycom shield that waits for firmware of its own; no serial port."""
MODULE = "module"
"""A port of a modem module itself; `auto` never means one."""
UNKNOWN = "unknown"
"""Anything else."""

_P12 = "Connect P12 (G28) to 3V3, press reset, and let go of P12 within 3 seconds"
_BUTTON = "Hold the safe boot button, press reset, and let the button go within 3 seconds"
_NEWER = " (boards without such a button: P12 to 3V3 instead)"


@dataclass(frozen=True, slots=True)
class Device:
    """One kind of USB device.

    Attributes:
        name: in people's words.
        kind: `BOARD`, `CHIP`, `DFU`, `MODULE` or `UNKNOWN`.
        safe_boot: how a board on it is put into safe boot by hand.
        is_pic: it has Pycom's command channel (5 data bits), which can reset the board.
        cuts_power: believed to be able to cut the board's own power; not tried.
    """

    name: str
    kind: str
    safe_boot: str = _P12
    is_pic: bool = False
    cuts_power: bool = False


def _shield(name: str, safe_boot: str, cuts_power: bool) -> Device:
    return Device(name, BOARD, safe_boot, is_pic=True, cuts_power=cuts_power)


DEVICES: dict[tuple[int, int], Device] = {
    (PIC_VENDOR, 0xF012): _shield("Pysense or Pysense 2 X", _BUTTON + _NEWER, True),
    (PIC_VENDOR, 0xF013): _shield("Pytrack or Pytrack 2 X", _BUTTON + _NEWER, True),
    (PIC_VENDOR, 0xEF38): _shield("Pyscan", _P12, True),
    (PIC_VENDOR, 0xEF98): _shield("Expansion Board 3", _BUTTON + _NEWER, False),
    (PIC_VENDOR, 0xED14): _shield("Pygate", _BUTTON, True),
    (PIC_VENDOR, 0xF011): Device("Pysense in DFU mode", DFU),
    (PIC_VENDOR, 0xF014): Device("Pytrack in DFU mode", DFU),
    (PIC_VENDOR, 0xEF37): Device("Pyscan in DFU mode", DFU),
    (PIC_VENDOR, 0xEF99): Device("Expansion Board 3 in DFU mode", DFU),
    (PIC_VENDOR, 0xED15): Device("Pygate in DFU mode", DFU),
    (0x0403, 0x6015): Device("FTDI FT23x: Expansion Board 1 or 2, or another device", CHIP),
    (0x0403, 0x6001): Device("FTDI FT232R", CHIP),
    (0x0403, 0x6010): Device("FTDI FT2232", CHIP),
    (0x0403, 0x6011): Device("FTDI FT4232", CHIP),
    (0x0403, 0x6014): Device("FTDI FT232H", CHIP),
    (0x10C4, 0xEA60): Device("Silicon Labs CP210x", CHIP),
    (0x10C4, 0xEA70): Device("Silicon Labs CP2105", CHIP),
    (0x1A86, 0x7523): Device("WCH CH340", CHIP),
    (0x1A86, 0x5523): Device("WCH CH341", CHIP),
    (0x1A86, 0x55D4): Device("WCH CH9102", CHIP),
}
NO_DEVICE = Device("not a device that this program knows", UNKNOWN)


def device_of(vendor: int | None, product: int | None) -> Device:
    """What a USB device is; `NO_DEVICE` for one that is not in the table, or no USB device."""
    return DEVICES.get((vendor or 0, product or 0), NO_DEVICE)


def device_of_url(url: str) -> Device:
    """What hangs at an address, as far as that says it: `rfc2217://host:4000#04d8:f012`."""
    return device_of_usb(url.rpartition("#")[2]) if url.count("#") == 1 else NO_DEVICE


def device_of_usb(usb: str) -> Device:
    """The same by "vvvv:pppp"."""
    found = re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})", usb, re.IGNORECASE)
    return device_of(int(found[1], 16), int(found[2], 16)) if found else NO_DEVICE
