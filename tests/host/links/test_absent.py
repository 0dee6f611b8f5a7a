"""A port that is not there: the reason is read from /sys and /proc, and comes with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from modemflash_host.cli import ports as cli_ports
from modemflash_host.cli.app import modemflash_group
from modemflash_host.errors import LinkProblem
from modemflash_host.links import open as links
from modemflash_host.links.absent import why_absent
from modemflash_host.links.ports import choose

WSL2 = "5.15.167.4-microsoft-standard-WSL2"
WSL1 = "4.4.0-19041-Microsoft"


@dataclass
class Machine:
    """The part of a Linux system that is looked at."""

    root: Path

    def kernel(self, release: str) -> Machine:
        file = self.root / "proc/sys/kernel/osrelease"
        file.parent.mkdir(parents=True)
        file.write_text(release + "\n")
        return self

    def plug_in(self, usb: str, driver: str = "", port: str = "", in_dev: bool = True) -> Machine:
        """A device with one interface; `port` as its driver calls it."""
        folder = self.root / "sys/bus/usb/devices/1-2"
        interface = folder / "1-2:1.0"
        interface.mkdir(parents=True)
        (folder / "idVendor").write_text(usb[:4] + "\n")
        (folder / "idProduct").write_text(usb[5:] + "\n")
        if driver:
            there = self.root / "sys/bus/usb/drivers" / driver
            there.mkdir(parents=True)
            (interface / "driver").symlink_to(there)
        if port:
            (interface / ("tty" if "ACM" in port else ".") / port).mkdir(parents=True)
        (self.root / "dev").mkdir()
        if port and in_dev:
            (self.root / "dev" / port).touch()
        return self

    def why(self, name: str = "auto", *running: str, system: str = "linux") -> str:
        return why_absent(name, self.root, system, lambda program: program in running)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("usb", ["1a86:7523", "10c4:ea60", "0403:6015"])
def test_brltty_took_it(machine: Machine, usb: str) -> None:
    """The chips of Braille displays are those of boards; the program is named only where it runs."""
    machine.plug_in(usb, "usbfs")
    assert "apt remove brltty" in machine.why("/dev/ttyUSB0", "brltty")
    assert "apt remove" not in machine.why("/dev/ttyUSB0")
    assert "usbfs" in machine.why()


@pytest.mark.parametrize(
    ("usb", "module"),
    [
        ("1a86:7523", "ch341"),
        ("1a86:55d4", "cdc_acm"),
        ("04d8:f012", "cdc_acm"),
        ("10c4:ea60", "cp210x"),
        ("0403:6001", "ftdi_sio"),
        ("2c7c:0125", "option"),
        ("05c6:9008", "qcserial"),
    ],
)
def test_no_driver(machine: Machine, usb: str, module: str) -> None:
    """The module that the kernel needs is named."""
    assert f"modprobe {module}`" in machine.plug_in(usb).why()


def test_a_port_that_the_kernel_has_and_a_container_has_not(machine: Machine) -> None:
    assert "--device /dev/ttyACM3" in machine.plug_in("04d8:f012", "cdc_acm", "ttyACM3", in_dev=False).why()


@pytest.mark.parametrize("port", ["ttyACM0", "ttyUSB7"])
def test_what_works_is_no_reason(machine: Machine, port: str) -> None:
    assert machine.plug_in("04d8:f012", "cdc_acm", port).why("/dev/ttyUSB0", "brltty") == ""


def test_what_is_not_ours_is_no_reason(machine: Machine) -> None:
    """A keyboard without a driver has nothing to do with it; neither has an empty computer."""
    assert machine.why() == ""
    assert machine.plug_in("046d:c31c").why() == ""


def test_wsl(machine: Machine) -> None:
    """It has no USB of its own until Windows hands a device over."""
    machine.kernel(WSL2)
    for name in ("auto", "/dev/ttyUSB0", "COM5"):
        assert "usbipd attach" in machine.why(name), name
    assert machine.plug_in("04d8:f012", "cdc_acm", "ttyACM0").why("/dev/ttyACM1") == ""


def test_wsl_1_has_its_own_names(machine: Machine) -> None:
    assert "/dev/ttyS5" in machine.kernel(WSL1).why("COM5")
    assert machine.why() == ""


@pytest.mark.parametrize(
    ("name", "system", "words"),
    [
        ("COM5", "linux", "Windows"),
        ("com12", "linux", "Windows"),
        ("\\\\.\\COM12", "linux", "Windows"),
        ("/dev/cu.usbmodemPy1", "linux", "macOS"),
        ("COM5", "darwin", "/dev/cu."),
        ("/dev/ttyUSB0", "darwin", "/dev/cu."),
        ("/dev/ttyUSB0", "win32", "COM3"),
    ],
)
def test_a_name_of_another_system(machine: Machine, name: str, system: str, words: str) -> None:
    assert words in machine.why(name, system=system)


@pytest.mark.parametrize(
    ("name", "system"),
    [("/dev/ttyUSB9", "linux"), ("COM9", "win32"), ("/dev/cu.usbmodem1", "darwin"), ("COMPORT", "linux")],
)
def test_a_name_of_this_system_is_no_reason(machine: Machine, name: str, system: str) -> None:
    assert machine.why(name, system=system) == ""


def test_a_name_without_its_folder(machine: Machine) -> None:
    machine.plug_in("0403:6015", "ftdi_sio", "ttyUSB0")
    assert "/dev/ttyUSB0" in machine.why("ttyUSB0")


def test_every_place_that_finds_no_port_says_why(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port by its name, `auto`, and the list of ports."""
    machine.plug_in("1a86:7523", "usbfs")
    monkeypatch.setattr(links, "why_absent", machine.why)
    with pytest.raises(LinkProblem, match=r"port-absent.*usbfs"):
        links.open_link("/dev/ttyNOTHERE7")
    with pytest.raises(LinkProblem, match=r"port-absent.*usbfs"):
        choose([], machine.why)
    monkeypatch.setattr(cli_ports, "why_absent", machine.why)
    monkeypatch.setattr(cli_ports, "list_ports", list)
    assert "usbfs" in CliRunner().invoke(modemflash_group, ["ports"], prog_name="modemflash").output
