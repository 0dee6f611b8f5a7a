"""Ports: what each is, which one is meant, and what this computer needs to reach it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.errors import LinkProblem
from modemflash_host.links import linux, ports, setup
from modemflash_host.links.ports import Port, choose, find_again, list_ports, port_at
from modemflash_host.links.usb_ids import (
    BOARD,
    CHIP,
    DEVICES,
    DFU,
    NO_DEVICE,
    PIC_VENDOR,
    UNKNOWN,
    device_of,
)
from modemflash_host.store import state_folder

NOWHERE = Path("/no/such/folder")


def seen(device: str, vid: int | None = None, pid: int | None = None, location: str = "1-2") -> Any:
    """A port as pyserial lists it."""
    return SimpleNamespace(device=device, vid=vid, pid=pid, location=location, serial_number="Py343434")


PYSENSE = seen("/dev/ttyACM0", PIC_VENDOR, 0xF012)
FTDI = seen("/dev/ttyUSB0", 0x0403, 0x6015, "1-3")
PRINTER = seen("/dev/ttyACM1", 0x2A03, 0x0042, "1-4")
ON_BOARD = seen("/dev/ttyS0")


def listed(*found: Any) -> list[Port]:
    return list_ports(found, NOWHERE)


def test_nobody_looks_for_the_holder_who_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process of the computer is looked through for it, so only when it is shown."""
    asked: list[str] = []
    monkeypatch.setattr(ports, "holder_of", lambda name: asked.append(name) or "picocom (4711)")
    [port] = listed(PYSENSE)
    assert asked == []
    assert (port.holder, asked) == ("picocom (4711)", ["/dev/ttyACM0"])


@pytest.mark.parametrize(
    ("vid", "pid", "words", "kind"),
    [
        (PIC_VENDOR, 0xF012, "Pysense", BOARD),
        (PIC_VENDOR, 0xF013, "Pytrack", BOARD),
        (PIC_VENDOR, 0xEF38, "Pyscan", BOARD),
        (PIC_VENDOR, 0xEF98, "Expansion Board 3", BOARD),
        (PIC_VENDOR, 0xED14, "Pygate", BOARD),
        (PIC_VENDOR, 0xF011, "Pysense in DFU", DFU),
        (PIC_VENDOR, 0xEF99, "Expansion Board 3 in DFU", DFU),
        (0x0403, 0x6015, "FTDI", CHIP),
        (0x10C4, 0xEA60, "CP210x", CHIP),
        (0x1A86, 0x7523, "CH340", CHIP),
        (0x2A03, 0x0042, "not a device", UNKNOWN),
        (None, None, "not a device", UNKNOWN),
    ],
)
def test_a_device_is_known_by_its_numbers(vid: int | None, pid: int | None, words: str, kind: str) -> None:
    device = device_of(vid, pid)
    assert words in device.name
    assert device.kind == kind


def test_only_shields_with_a_pic_have_its_channel() -> None:
    assert all(device.is_pic == (device.kind == BOARD) for device in DEVICES.values())
    assert all(vendor == PIC_VENDOR for (vendor, _), device in DEVICES.items() if device.is_pic)


def test_boards_stand_first_and_unknown_ports_last() -> None:
    assert [port.name for port in listed(ON_BOARD, FTDI, PRINTER, PYSENSE)] == [
        "/dev/ttyACM0",
        "/dev/ttyUSB0",
        "/dev/ttyACM1",
        "/dev/ttyS0",
    ]


def test_a_mac_shows_each_port_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports.sys, "platform", "darwin")
    found = listed(
        seen("/dev/cu.usbmodemPy1", PIC_VENDOR, 0xF012), seen("/dev/tty.usbmodemPy1", PIC_VENDOR, 0xF012)
    )
    assert [port.name for port in found] == ["/dev/cu.usbmodemPy1"]


def test_a_shield_in_dfu_mode_is_shown_though_it_has_no_port(tmp_path: Path) -> None:
    for name, product in (("1-2", "f014"), ("1-5", "beef")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "idVendor").write_text("04d8\n")
        (tmp_path / name / "idProduct").write_text(product + "\n")
    (tmp_path / "usb1").mkdir()
    found = list_ports([], tmp_path)
    assert [(port.name, port.device.kind, port.location) for port in found] == [("", DFU, "1-2")]
    with pytest.raises(LinkProblem, match="port-absent") as caught:
        choose(found)
    assert "without holding its button" in caught.value.detail


def test_auto_takes_the_only_candidate_beside_unknown_devices() -> None:
    assert choose(listed(PRINTER, ON_BOARD, PYSENSE)).name == "/dev/ttyACM0"


def test_auto_refuses_to_choose_between_two() -> None:
    with pytest.raises(Problem, match="port-ambiguous") as caught:
        choose(listed(PYSENSE, FTDI))
    assert "/dev/ttyACM0" in caught.value.detail and "/dev/ttyUSB0" in caught.value.detail


@pytest.mark.parametrize("found", [[], [PRINTER], [ON_BOARD, PRINTER]])
def test_auto_never_takes_an_unknown_device(found: list[Any]) -> None:
    with pytest.raises(LinkProblem, match="port-absent"):
        choose(listed(*found))


def test_a_device_is_found_again_by_its_place_not_by_its_name_or_serial() -> None:
    before = listed(PYSENSE)[0]
    moved = seen("/dev/ttyACM7", PIC_VENDOR, 0xF012, "1-2")
    twin = seen("/dev/ttyACM0", PIC_VENDOR, 0xF012, "1-9")
    assert find_again(before, listed(moved, twin)) == listed(moved)[0]
    assert find_again(before, listed(twin)) is None
    assert find_again(before, []) is None


def test_a_port_is_known_by_a_link_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "realpath", lambda name: "/dev/ttyACM0")
    found = port_at("/dev/serial/by-id/usb-Pycom", listed(PYSENSE))
    assert found is not None and found.name == "/dev/ttyACM0"


def test_a_running_program_is_seen_by_its_name() -> None:
    own = (Path("/proc/self/comm")).read_text().strip()
    assert linux.is_running(own)
    assert not linux.is_running("no-such-program")


# -- what this computer needs ------------------------------------------------------------


def test_every_known_device_has_its_rule_and_boards_are_hidden_from_modem_manager() -> None:
    rules = "\n".join(setup.udev_rules())
    for (vendor, product), device in DEVICES.items():
        lines = [
            line for line in rules.splitlines() if f'"{vendor:04x}"' in line and f'"{product:04x}"' in line
        ]
        assert any('TAG+="uaccess"' in line for line in lines), device.name
        assert any("ID_MM_DEVICE_IGNORE" in line for line in lines) == (
            device.kind == BOARD or product == 0x6015
        )


def test_rules_are_read_before_the_one_that_gives_the_user_access() -> None:
    number = re.match(r"(\d+)-", Path(setup.RULES_FILE).name)
    assert number and int(number[1]) < 73


@pytest.mark.skipif(not shutil.which("udevadm"), reason="udevadm is not on this machine")
def test_udev_itself_finds_no_fault_with_the_rules(tmp_path: Path) -> None:
    path = tmp_path / "60-modemflash.rules"
    path.write_text("\n".join(setup.udev_rules()) + "\n")
    done = subprocess.run(["udevadm", "verify", str(path)], capture_output=True, text=True)
    if "Unknown command" in done.stderr or "not found" in done.stderr:
        pytest.skip("this udevadm cannot verify rules")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "freebsd14"])
def test_every_system_gets_words(system: str) -> None:
    for found in ([], listed(PYSENSE)):
        for each in setup.advice(found, system):
            assert each.title and each.text.endswith((".", ":", ")"))


def test_what_is_in_order_is_not_advised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules"
    monkeypatch.setattr(setup, "RULES_FILE", str(path))
    assert setup._rules().lines
    path.write_text("\n".join(setup.udev_rules()))
    assert not setup._rules().lines


# -- under sudo ----------------------------------------------------------------------------


def test_under_sudo_the_journal_stays_with_the_calling_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place is the caller's home, and what is new there belongs to the caller."""
    given: list[tuple[Path, int, int]] = []
    monkeypatch.delenv("MODEMFLASH_HOME", raising=False)
    monkeypatch.setenv("SUDO_USER", "ann")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        pwd, "getpwnam", lambda name: SimpleNamespace(pw_uid=1234, pw_gid=555, pw_dir=str(tmp_path))
    )
    monkeypatch.setattr(
        os, "fchown", lambda fd, uid, gid: given.append((Path(f"/proc/self/fd/{fd}").readlink(), uid, gid))
    )
    folder = state_folder.state_folder("journal")
    assert folder == tmp_path / ".local/state/modemflash/journal"
    assert (folder, 1234, 555) in given and (folder.parent, 1234, 555) in given
    assert all(path.is_relative_to(tmp_path) for path, _, _ in given)
    count = len(given)
    state_folder.state_folder("journal")
    assert len(given) == count, "what was there already is left as it is"


@pytest.mark.parametrize(("euid", "name"), [(1000, "ann"), (0, ""), (0, "root"), (0, "nobody-of-this-name")])
def test_without_sudo_nobody_is_given_anything(euid: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", name)
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    assert state_folder.sudo_caller() is None


def test_no_device_is_no_device() -> None:
    assert NO_DEVICE.kind == UNKNOWN and not NO_DEVICE.is_pic
