"""Ports of these modules as Linux shows them: folders and links as in /sys, read by pyserial."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from modemflash_host.links import ports

list_ports_linux = pytest.importorskip("serial.tools.list_ports_linux")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and colons in names of folders")


@dataclass(frozen=True)
class UsbDevice:
    """One device on the USB.

    Attributes:
        place: such as "1-1.2".
        usb: vendor and product.
        interfaces: how many it has, with a tty or not.
        terminals: number of an interface -> the name of its tty.
    """

    place: str
    usb: str
    interfaces: int
    terminals: dict[int, str]


RM520N = UsbDevice("2-1", "2c7c:0801", 5, {0: "ttyUSB0", 1: "ttyUSB1", 2: "ttyUSB2", 3: "ttyUSB3"})
BG95 = UsbDevice("1-1.4", "2c7c:0700", 4, {0: "ttyUSB4", 1: "ttyUSB5", 2: "ttyUSB6", 4: "ttyUSB7"})
IN_EDL = UsbDevice("1-2", "05c6:9008", 1, {0: "ttyUSB8"})
DUMPS = UsbDevice("1-3", "05c6:900e", 1, {0: "ttyUSB9"})
ADAPTER = UsbDevice("1-1.1", "0403:6001", 1, {0: "ttyUSB10"})


def plug_in(root: Path, device: UsbDevice) -> None:
    """What the kernel would show of it."""
    folder = root / "sys/devices/pci0000:00/usb1" / device.place
    folder.mkdir(parents=True)
    vendor, product = device.usb.split(":")
    facts = {"idVendor": vendor, "idProduct": product, "bNumInterfaces": f" {device.interfaces}"}
    for name, text in facts.items():
        (folder / name).write_text(text + "\n")
    (root / "sys/bus/usb-serial").mkdir(parents=True, exist_ok=True)
    for number, name in device.terminals.items():
        terminal = folder / f"{device.place}:1.{number}" / name
        terminal.mkdir(parents=True)
        (terminal / "subsystem").symlink_to(root / "sys/bus/usb-serial")
        (root / "sys/class/tty" / name).mkdir(parents=True)
        (root / "sys/class/tty" / name / "device").symlink_to(terminal)
        (root / "dev").mkdir(exist_ok=True)
        (root / "dev" / name).touch()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer whose /sys and /dev lie in this folder."""

    def here(path: str) -> str:
        return str(tmp_path) + path if path.startswith(("/sys", "/dev")) else path

    def globbed(pattern: str) -> list[str]:
        folder, name = posixpath.split(pattern)
        return [f"{folder}/{each.name}" for each in sorted(Path(here(folder)).glob(name))]

    path = SimpleNamespace(
        exists=lambda each: Path(here(each)).exists(),
        islink=lambda each: Path(here(each)).is_symlink(),
        realpath=lambda each: os.path.realpath(here(each)),
        basename=os.path.basename,
        dirname=os.path.dirname,
        join=os.path.join,
    )
    monkeypatch.setattr(list_ports_linux, "os", SimpleNamespace(path=path))
    monkeypatch.setattr(list_ports_linux, "glob", SimpleNamespace(glob=globbed))
    return tmp_path


def words(root: Path, *devices: UsbDevice) -> dict[str, str]:
    """The name of each port -> what is said of it."""
    for device in devices:
        plug_in(root, device)
    found = ports.list_ports(list_ports_linux.comports(), root / "none")
    return {Path(port.name).name: port.device.name for port in found}


def test_each_port_of_a_module_has_its_use(root: Path) -> None:
    """By the number of its interface, which is not its place in the list: a BG95 has a 4 and no 3."""
    said = words(root, RM520N, BG95)
    uses = ("DM port", "positions", "AT port", "second AT port")
    assert [use for number, use in enumerate(uses) if use not in said[f"ttyUSB{number}"]] == []
    assert [use for number, use in enumerate(uses, 4) if use not in said[f"ttyUSB{number}"]] == []
    assert "RM520N, interface 3" in said["ttyUSB3"] and "BG95 or BG77, interface 4" in said["ttyUSB7"]


def test_edl_crash_dump_and_adapter_are_told_apart(root: Path) -> None:
    said = words(root, IN_EDL, DUMPS, ADAPTER)
    assert "not bricked" in said["ttyUSB8"] and "takes no firmware" in said["ttyUSB9"]
    assert "FTDI" in said["ttyUSB10"] and "Quectel" not in said["ttyUSB10"]


def test_a_module_that_comes_back_elsewhere_is_found_by_its_id(root: Path) -> None:
    """A USB 3 module has another place in EDL, and its tty another number."""
    before = words(root, RM520N)
    assert not any("EDL" in each for each in before.values())
    again = UsbDevice("1-4", "05c6:9008", 1, {0: "ttyUSB11"})
    assert [name for name, said in words(root, again).items() if "in EDL" in said] == ["ttyUSB11"]
