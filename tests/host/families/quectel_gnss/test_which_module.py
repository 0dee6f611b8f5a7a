"""A record belongs to a module, not to a port: GNSS modules and cables that change, by real commands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.cli import app
from modemflash_host.families.plan import DIRECT
from modemflash_host.families.quectel_gnss import nmea
from modemflash_host.families.quectel_gnss.journal import Journal
from modemflash_host.store.state_folder import state_folder
from modemflash_sim.quectel_gnss import assumptions, packages
from modemflash_sim.quectel_gnss.module import SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES, SECOND_US
from support.gnss import VERSION
from support.swapped import Swapped
from support.table_modem import TableModem
from support.wired import Ports

VERSION_QUESTION, RESET_COMMAND = "PQTMVERNO", b"PQTMSRR"
PORT, OTHER = "/dev/ttyUSB7", "/dev/ttyUSB8"


class Desk:
    """A folder with a firmware file, and a PC with ports."""

    def __init__(self, ports: Ports, capsys: pytest.CaptureFixture[str]) -> None:
        self.ports = ports
        self._capsys = capsys
        self.events: list[dict[str, Any]] = []

    def type(self, command: str, port: str, *words: str) -> dict[str, Any]:
        """The result of a command."""
        files = [f"{VERSION}.pkg", "--via", DIRECT, "-y"] if command == "update" else ["--via", DIRECT]
        app.run([command, *files, "-p", port, *words, "--json"])
        self.events = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return self.events[-1]

    def warned(self) -> list[str]:
        codes = ("other-module", "record-elsewhere")
        return [each["code"] for each in self.events if each.get("code") in codes]

    def unfinished(self) -> list[str]:
        return [each.get("begun_at", "") for each in self.events if each["event"] == "unfinished"]

    def cut(self, module: SimGnss, port: str = PORT) -> None:
        """An update that loses its cable when the module has no application any more."""
        left = iter(range(3))
        self.ports.plug(port, module, lambda: module.memory.application is None and next(left, None) is None)
        result = self.type("update", port)
        assert (result["code"], result["modem_state"]) == ("port-lost", "recoverable")
        self.ports.unplug(port)
        module.reset()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path(f"{VERSION}.pkg").write_bytes(packages.make_package(size=20_000))
    return Desk(Ports(monkeypatch), capsys)


def module(seed: int = 0, number: bool = True) -> SimGnss:
    made = SimGnss(PROFILES["lg290p"], assumptions.parse(""), None, seed, 40 * SECOND_US)
    made.number = made.number if number else ""
    return made


def test_a_record_is_kept_while_another_module_is_updated_at_its_port(desk: Desk) -> None:
    """Of the same version even: its number tells; afterwards the first one goes on by its record."""
    first, second = module(), module(seed=2)
    desk.cut(first)
    desk.ports.plug(PORT, second)
    assert desk.type("update", PORT)["status"] == "updated"
    assert (desk.warned(), desk.unfinished()) == (["other-module"], [])
    assert desk.type("update", PORT)["status"] == "nothing-to-do"
    desk.ports.plug(PORT, first)
    assert desk.type("update", PORT)["status"] == "updated"
    assert not [*state_folder("journal").glob("*.gnss")]


def test_one_without_a_number_is_told_by_its_version(desk: Desk) -> None:
    """It cannot run what the other one was begun to run before it has it."""
    first, second = module(number=False), module(number=False)
    desk.ports.plug(PORT, second)
    desk.type("update", PORT)
    desk.cut(first)
    desk.ports.plug(PORT, second)
    assert desk.type("update", PORT)["status"] == "nothing-to-do"
    assert desk.warned() == ["other-module"]
    desk.ports.plug(PORT, first)
    assert desk.type("update", PORT)["status"] == "updated"


def test_a_record_of_the_future_is_not_the_last_for_ever(desk: Desk) -> None:
    """This computer's clock was in 2106 once; what is begun now at the same port is what counts there."""
    first, second = module(), module(seed=2)
    desk.cut(first)
    [kept] = state_folder("journal").glob("*.gnss")
    os.utime(kept, (4_294_000_000, 4_294_000_000))
    desk.cut(second)
    begun = Journal(PORT).load()
    assert begun is not None
    assert begun.number == Journal(PORT).hashed(second.number)


def test_a_module_that_is_not_reached_may_be_the_one(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a link with nothing behind it, and at another port: unknown, with which one; never untouched."""
    link = tmp_path / "usb-CH340-if00"
    link.symlink_to(PORT)
    first = module()
    left = iter(range(3))
    desk.ports.plug(PORT, first, lambda: first.memory.application is None and next(left, None) is None)
    assert desk.type("update", str(link))["code"] == "port-lost"
    desk.ports.unplug(PORT)
    link.unlink()
    for command in ("update", "info"):
        for port in (str(link), OTHER):
            result = desk.type(command, port)
            assert (result["code"], result["modem_state"]) == ("port-absent", "unknown")
            assert desk.unfinished() == [str(link)]
    link.symlink_to(OTHER)
    first.reset()
    desk.ports.plug(OTHER, first)
    assert desk.type("update", str(link))["status"] == "updated"


def test_a_silent_module_at_another_port(desk: Desk) -> None:
    """Its own port has no record, another has: said; unknown to `info`, which cannot even tell the family."""
    first = module()
    desk.cut(first)
    desk.ports.plug(OTHER, first)
    first.reset()
    result = desk.type("info", OTHER)
    assert (result["modem_state"], desk.unfinished()) == ("unknown", [PORT])
    assert desk.type("update", OTHER)["code"] == "gnss-model-not-said"
    assert desk.warned() == ["record-elsewhere"]
    assert desk.type("update", OTHER, "--model", "LG290P")["status"] == "updated"
    assert not [*state_folder("journal").glob("*.gnss")]


def test_a_module_s_number_is_kept_as_a_hash(desk: Desk) -> None:
    first = module()
    desk.cut(first)
    [kept] = state_folder("journal").glob("*.gnss")
    number = first.number.encode()
    assert len(json.loads(kept.read_bytes())["number"]) == 20 and number not in kept.read_bytes()
    assert all(number not in path.read_bytes() for path in state_folder().rglob("*") if path.is_file())


SECONDS: dict[str, Callable[[], Any]] = {
    "another number": lambda: module(seed=2),
    "a GNSS receiver of another make": lambda: TableModem(
        {}, 460_800, ((0.1, 1.0, nmea.sentence("GNGGA,000001.000,,,,,0,,,M,,M,,")),), otherwise=b""
    ),
}


@pytest.mark.parametrize("name", SECONDS)
def test_a_cable_that_is_moved_while_the_question_stands_leads_to_no_reset(desk: Desk, name: str) -> None:
    """It is asked again who it is before anything that changes it, and is left as it is."""
    first, second = module(), SECONDS[name]()
    asked = iter(range(20))
    # The look asks for the version and the number; the next question is that of the run.
    cable = Swapped(first, second, lambda count, text: VERSION_QUESTION in text and next(asked) > 0)
    desk.ports.plug(PORT, cable)
    result = desk.type("update", PORT)
    assert (result["code"], result["modem_state"]) == ("module-changed", "untouched")
    assert RESET_COMMAND not in cable.heard and cable.is_moved
    assert first.verdict.erases == 0


def test_a_module_that_is_swapped_in_mid_transfer_is_not_erased(desk: Desk) -> None:
    """One with an application answers where one was erased: the retry goes to nobody."""
    first, second = module(), module(seed=2)
    cable = Swapped(first, second, lambda count, text: False)
    left = iter(range(4))

    def is_due() -> bool:
        if first.memory.application is None and next(left, None) is None:
            cable.move()
        return False

    desk.ports.plug(PORT, cable, is_due)
    result = desk.type("update", PORT)
    assert (result["code"], result["modem_state"]) == ("module-changed", "recoverable")
    assert RESET_COMMAND not in cable.heard and second.verdict.erases == 0
    desk.ports.plug(PORT, first)
    first.reset()
    assert desk.type("update", PORT)["status"] == "updated"
