"""The serial ports of this computer: what each is, who holds it, and which one is meant.

Rules: looking opens nothing; `auto` takes a port only when it is the one
candidate, and an unknown device is never one; a port is found again by its
place on the USB, because names change and serial strings are not unique.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modemflash_host.errors import LinkProblem, Refusal
from modemflash_host.links.absent import why_absent
from modemflash_host.links.linux import holder_of
from modemflash_host.links.names import AUTO, is_address
from modemflash_host.links.quectel_ports import is_of_quectel, rank_of, role_of, words_of
from modemflash_host.links.usb_ids import BOARD, CHIP, DFU, MODULE, Device, device_of

if TYPE_CHECKING:
    from serial.tools.list_ports_common import ListPortInfo

_USB_DEVICES = Path("/sys/bus/usb/devices")


@dataclass(frozen=True, slots=True)
class Port:
    """One serial port, or a shield in DFU mode.

    Attributes:
        name: what is opened; "" for a shield in DFU mode.
        device: what it is.
        usb: vendor and product, such as "04d8:f012"; "" when it is not on the USB.
        location: its place on the USB, the same until it is plugged in elsewhere; "" when not known.
        serial: its serial string, for people only.
        permitted: this user may open it.
    """

    name: str
    device: Device
    usb: str = ""
    location: str = ""
    serial: str = ""
    permitted: bool = True

    @property
    def is_candidate(self) -> bool:
        """Whether `auto` may mean it."""
        return self.device.kind in (BOARD, CHIP) and bool(self.name)

    @property
    def holder(self) -> str:
        """Who has it open now, as far as that can be seen; looked up each time, among all processes."""
        return holder_of(self.name) if self.name else ""


def list_ports(found: Iterable[ListPortInfo] | None = None, usb_devices: Path = _USB_DEVICES) -> list[Port]:
    """Every serial port, those of boards first, then shields in DFU mode.

    Args:
        found: ports as pyserial lists them; None asks the system.
        usb_devices: where Linux shows its USB devices.
    """
    if found is None:
        from serial.tools import list_ports as system

        found = system.comports()
    ports = [_port(each) for each in found if _is_wanted(each.device)]
    ports.sort(key=lambda port: (not port.is_candidate, port.device.kind != BOARD, port.name))
    return ports + _in_dfu_mode(usb_devices)


def choose(ports: list[Port], why: Callable[[], str] = why_absent) -> Port:
    """The port that `--port auto` means.

    Args:
        ports: see `list_ports`.
        why: says why there is none, "" where that is not seen.

    Raises:
        LinkProblem: `port-absent`: there is no candidate.
        Refusal: `port-ambiguous`: there are several.
    """
    candidates = [port for port in ports if port.is_candidate]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise Refusal("port-ambiguous", ", ".join(f"{port.name}: {port.device.name}" for port in candidates))
    dfu = [port.device.name for port in ports if port.device.kind == DFU]
    others = [port.name for port in ports if port.name]
    if dfu:
        raise LinkProblem(
            "port-absent", f"{dfu[0]}: unplug it and plug it in again without holding its button"
        )
    words = f"not known and not touched: {', '.join(others)}" if others else "none at all"
    raise LinkProblem("port-absent", f"{why() or 'no board is plugged in'}; {words}")


def one_of_each(ports: list[Port]) -> list[Port]:
    """Of each board and adapter its port, of each USB module the one that leads on.

    A module whose ports show no place on the USB is left out: which of them are one module cannot be told.
    """
    modules = [port for port in ports if port.device.kind == MODULE and port.name and port.location]
    modules.sort(key=lambda port: rank_of(role_of(port.usb, port.location)))
    leading: dict[str, Port] = {}
    for port in modules:
        leading.setdefault(port.location.partition(":")[0], port)
    return [port for port in ports if port.is_candidate or port in leading.values()]


def named_port(name: str) -> str:
    """The name of a port; of the one that `auto` means.

    Raises:
        Problem: as `choose`.
    """
    return choose(list_ports()).name if name == AUTO else name


def usb_of_auto(ports: list[Port]) -> str:
    """The ids of a module that `auto` means where no file says what is meant, and no board is there."""
    boards = [port for port in ports if port.device.kind in (BOARD, DFU)]
    modules = [port.usb for port in ports if port.device.kind == MODULE]
    return modules[0] if modules and not boards else ""


def find_again(before: Port, ports: list[Port]) -> Port | None:
    """The same device after it was away, perhaps under another name; None while it is away."""
    if before.location:
        matches = [port for port in ports if (port.location, port.usb) == (before.location, before.usb)]
    else:
        matches = [port for port in ports if port.name == before.name and port.usb == before.usb]
    return matches[0] if len(matches) == 1 else None


def port_at(name: str, ports: list[Port]) -> Port | None:
    """What is known about a port by its name; links such as /dev/serial/by-id/… are followed."""
    return next((port for port in ports if port.name in _names_of(name)), None)


def usb_at(name: str) -> str:
    """Vendor and product of a port by its name; "" where it is an address, or not on the USB."""
    if name == AUTO or is_address(name):
        return ""
    from serial.tools import list_ports as system

    names = _names_of(name)
    return next((_usb_of(each) for each in system.comports() if each.device in names), "")


def _names_of(name: str) -> tuple[str, str]:
    """A port's name as it was said, and what it leads to where it is a link."""
    return name, os.path.realpath(name) if name.startswith("/dev/") else name


def _usb_of(found: ListPortInfo) -> str:
    return f"{found.vid:04x}:{found.pid:04x}" if found.vid is not None and found.pid is not None else ""


def _port(found: ListPortInfo) -> Port:
    usb = _usb_of(found)
    location = found.location or ""
    of_module = is_of_quectel(usb)
    return Port(
        found.device,
        Device(words_of(usb, location), MODULE) if of_module else device_of(found.vid, found.pid),
        usb,
        location,
        found.serial_number or "",
        os.name != "posix" or os.access(found.device, os.R_OK | os.W_OK),
    )


def _is_wanted(name: str) -> bool:
    # macOS shows every port twice, and opening the tty.* one waits for a carrier that never comes.
    return sys.platform != "darwin" or "/cu." in name


def _in_dfu_mode(usb_devices: Path) -> list[Port]:
    """Shields that have no serial port now. Only Linux can say."""
    found = []
    for folder in sorted(usb_devices.glob("*")):
        try:
            vendor, product = (int((folder / name).read_text(), 16) for name in ("idVendor", "idProduct"))
        except (OSError, ValueError):
            continue
        device = device_of(vendor, product)
        if device.kind == DFU:
            found.append(Port("", device, f"{vendor:04x}:{product:04x}", folder.name))
    return found
