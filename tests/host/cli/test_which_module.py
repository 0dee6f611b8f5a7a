"""A record belongs to a module, not to a port: modules and cables that change, through the real commands."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from host.cli.test_commands import Desk
from modemflash_host.families.plan import DIRECT
from modemflash_host.run import exit_codes
from modemflash_host.store.state_folder import state_folder
from modemflash_sim.sequans import faults, images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.swapped import Swapped
from support.table_modem import EM7455, NAMELESS, TableModem
from support.wired import Ports

QUICK = profiles.Timing(boot_us=profiles.SECOND_US, stalls=(), install_us=2 * profiles.SECOND_US)
PORT = "/dev/ttyUSB7"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Ports:
    return Ports(monkeypatch)


def modem(build: int = 41065, seed: int = 0, product: str = "FiPy", fault: str = "") -> SimModem:
    """One with an IMEI of its own where a seed is given."""
    version = "5.1.1.0"
    profile = profiles.find("pycom-upgraded", timing=QUICK)
    profile = dataclasses.replace(profile, build=build, version=version, product=product)
    return SimModem(profile, faults=faults.parse(fault), seed=seed)


def words_for(desk: Desk, *files: str, port: str = PORT) -> list[str]:
    return ["update", *files, "--updater", desk.updater, "-p", port, "--via", DIRECT, "-y", "--json"]


def parts(desk: Desk) -> list[str]:
    first = images.make_full_image(39529, size_bytes=416_448)
    second = images.make_full_image(48829, size_bytes=40_000, seed=2)
    files = [desk.file("CATM1-5.2-48829-1.dup", first), desk.file("CATM1-5.2-48829-2.dup", second)]
    return [*files, "--accept-unproven-path", "41065-48829"]


def images_in(modem: SimModem) -> int:
    return len(modem.verdict.images)


def said(ended: Any, code: str) -> str:
    return " ".join(each["text"] for each in ended.events if each.get("code") == code)


def cut_after_part_1(desk: Desk, ports: Ports, first: SimModem) -> None:
    ports.plug(PORT, first, lambda: images_in(first) > 0 and first.verdict.mode == "application")
    ended = desk.type(*words_for(desk, *parts(desk)))
    assert ended.result["code"] == "port-lost"
    assert images_in(first) == 1


SECONDS: dict[str, Callable[[], SimModem]] = {
    "another number": lambda: modem(39529, seed=2),
    "another name": lambda: modem(39529, seed=0, product="GPy"),
    "another number and name": lambda: modem(39529, seed=2, product="GPy"),
}


@pytest.mark.parametrize("name", SECONDS)
def test_another_module_at_the_port_gets_no_part_2(desk: Desk, ports: Ports, name: str) -> None:
    """A genuine 39529 where a board lost its cable after part 1: said and asked, nothing written."""
    first, second = modem(seed=1 if "number" in name else 0), SECONDS[name]()
    cut_after_part_1(desk, ports, first)
    ports.unplug(PORT)
    ports.plug(PORT, second)
    ended = desk.type(*words_for(desk, *parts(desk)))
    assert (ended.result["code"], images_in(second)) == ("which-39529", 0)
    assert "is of another module" in said(ended, "other-module")
    ports.plug(PORT, first)
    ended = desk.type(*words_for(desk, *parts(desk)))
    assert (ended.result["status"], ended.result["to_version"]) == ("updated", "48829"), ended.result
    assert images_in(first) == 2


def test_a_module_is_known_at_any_port(desk: Desk, ports: Ports) -> None:
    """It goes on at another port where it stopped; its number is nowhere to be read."""
    first = modem(seed=123_456)
    cut_after_part_1(desk, ports, first)
    ports.plug("/dev/ttyUSB8", first)
    ended = desk.type(*words_for(desk, *parts(desk), port="/dev/ttyUSB8"))
    assert ended.result["to_version"] == "48829"
    kept = b"".join(path.read_bytes() + path.name.encode() for path in state_folder("journal").iterdir())
    assert b"123456" not in kept
    ended = desk.type(*words_for(desk, desk.new, "--allow-downgrade", port="/dev/ttyUSB0"))
    assert (ended.result["code"], ended.result["modem_state"]) == ("port-absent", "untouched")


def test_a_link_whose_cable_is_out_and_comes_back_elsewhere(desk: Desk, ports: Ports) -> None:
    """By its name the record is found with nothing behind it, and behind another device; in recovery, too."""
    link = desk.folder / "usb-FTDI_A1-if00"
    link.symlink_to(PORT)
    target = desk.file("CATM1-41065.dup", images.make_full_image(41065, size_bytes=200_000))
    one = modem(38638, seed=1)
    left = iter(range(60))
    ports.plug(PORT, one, lambda: one.verdict.mode == "recovery" and next(left, None) is None)
    words = words_for(desk, target, port=str(link))
    ended = desk.type(*words)
    assert (ended.result["code"], ended.result["modem_state"]) == ("port-lost", "recoverable")
    link.unlink()
    ports.unplug(PORT)
    for port in (str(link), "/dev/ttyUSB5"):
        ended = desk.type(*words_for(desk, target, port=port))
        assert (ended.result["code"], ended.result["modem_state"]) == ("port-absent", "unknown")
        [unfinished] = [each for each in ended.events if each["event"] == "unfinished"]
        assert (unfinished["begun_at"], unfinished["target"]) == (str(link), "41065")
    link.symlink_to("/dev/ttyUSB9")
    ports.plug("/dev/ttyUSB9", one)
    ended = desk.type(*words)
    assert (ended.result["status"], ended.code) == ("updated", exit_codes.DONE)
    assert "cannot say who it is" in said(ended, "record-of-port")


def test_a_silent_module_may_be_the_one(desk: Desk, ports: Ports) -> None:
    """Its own port has no record, another has: unknown, with which one."""
    cut_after_part_1(desk, ports, modem(seed=1))
    ports.plug("/dev/ttyUSB3", modem(seed=2, fault="mute:100000"))
    ended = desk.type(*words_for(desk, desk.new, port="/dev/ttyUSB3"), "--answer-timeout", "5")
    assert (ended.result["code"], ended.result["modem_state"]) == ("modem-silent", "unknown")
    assert PORT in [each["begun_at"] for each in ended.events if each["event"] == "unfinished"]


SWAPPED: dict[str, Callable[[], Any]] = {
    "another number": lambda: modem(38638, seed=2),
    "another make": lambda: TableModem({**EM7455, "AT+CGSN": "990000862471854"}),
    "an application without a name": lambda: TableModem(NAMELESS),
    "of no Monarch": lambda: TableModem({"AT": "", "ATE0": ""}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SWAPPED)
def test_a_cable_that_is_moved_in_a_run_leads_to_no_change(desk: Desk, ports: Ports, name: str) -> None:
    """Before whatever question of the run: the other module is only asked, the record of the first one stays.

    A change follows its question at once, so between the two no cable is moved here.
    """
    looked = 25  # questions, before it is known which module is meant
    for number in range(looked, 200, 1 if name == "another number" else 4):
        shutil.rmtree(desk.folder / "home", ignore_errors=True)
        first, second = modem(38638, seed=1), SWAPPED[name]()
        cable = Swapped(first, second, partial(is_due, number))
        ports.plug(PORT, cable)
        ended = desk.type(*words_for(desk, desk.new))
        if len(cable.lines) < number:
            assert number > 2 * looked
            break
        assert not [text for text in cable.asked if not only_asks(text)], number
        if 'AT+SQNSUPGRADENTF="success"' in cable.lines:
            continue  # it has said what it runs
        assert ended.result["code"] in ("module-changed", "wrong-product"), (number, ended.result)
        in_application = first.verdict.mode == "application" and not images_in(first)
        if ended.result["modem_state"] == "untouched":
            assert in_application, number
        if not in_application:
            ports.plug(PORT, first)
            ended = desk.type(*words_for(desk, desk.new))
            assert ended.result["to_version"] == "41065", (number, ended.result)


def is_due(number: int, count: int, text: str) -> bool:
    return count >= number and only_asks(text)


def only_asks(text: str) -> bool:
    questions = ("AT", "ATI", "ATI1", 'AT!="showver"', "AT+CGMM", "AT+CGSN", 'AT+FSRDFILE="/fs/crashdump"')
    return text in questions or text.endswith("?") or not text.startswith("AT")


DAMAGED = (
    "flip:0.02,corrupt-at",
    "flip-from:0.05,corrupt-at",
    "duplicate:0.05,corrupt-at",
    "urc:0.5",
    "urc-flood:50",
)


@pytest.mark.slow
@pytest.mark.parametrize("fault", DAMAGED)
def test_a_damaged_answer_is_no_other_module(desk: Desk, ports: Ports, fault: str) -> None:
    """A number or a name with a wrong letter in it, or somebody else's line, ends no update on its way."""
    for seed in range(1, 5):
        one = modem(38638, seed=seed, fault=fault)
        ports.plug(PORT, one)
        ended = desk.type(*words_for(desk, desk.new))
        assert ended.result["code"] != "module-changed", (seed, ended.result)
