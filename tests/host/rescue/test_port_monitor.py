"""A port that goes away and comes back is found again, and no other one is taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.links import ports
from modemflash_host.links.ports import Port
from modemflash_host.links.usb_ids import NO_DEVICE
from modemflash_host.rescue.port_monitor import finder


def test_a_port_that_is_not_listed(tmp_path: Path) -> None:
    """A pseudo terminal, or a device in a container, is there while its name is."""
    find = finder(str(tmp_path / "pty"))
    assert find() is None
    (tmp_path / "pty").touch()
    assert find() == str(tmp_path / "pty")


def usb(name: str, location: str, usb: str = "04d8:f012") -> Port:
    return Port(name, NO_DEVICE, usb, location)


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ([usb("a", "1-1"), usb("b", "1-2")], "a"),
        ([usb("z", "1-1"), usb("b", "1-2")], "z"),  # another name, the same place
        ([usb("b", "1-2")], None),
        ([usb("b", "1-2"), usb("c", "1-3")], "c"),  # another socket, the same kind
        ([usb("b", "1-2"), usb("c", "1-3", "1a86:7523")], None),
        ([usb("b", "1-2"), usb("c", "1-3"), usb("d", "1-4")], None),  # which one?
    ],
)
def test_port_comes_back(monkeypatch: pytest.MonkeyPatch, later: list[Port], found: str | None) -> None:
    """By where it is on the USB; in another socket only where nothing else can be meant."""
    listed = [usb("a", "1-1"), usb("b", "1-2")]
    monkeypatch.setattr(ports, "list_ports", lambda: listed)
    find = finder("a")
    assert find() == "a"
    listed = later
    assert find() == found
