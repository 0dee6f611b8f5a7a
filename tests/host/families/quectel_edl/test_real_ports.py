"""Updates through ports that come and go in real time: terminals of this system, and usb2tcp."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serial.tools import list_ports as system

from modemflash_host.cli import app
from modemflash_host.families.quectel_edl import read_back
from modemflash_sim.endpoints.usb2tcp import Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import PtyEndpoints, Usb2tcpEndpoints, serve_usb
from modemflash_sim.quectel_edl import assumptions
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl import maker_for, revision_for

pytestmark = pytest.mark.slow
SECOND_US = 1_000_000


@pytest.fixture
def module() -> SimQuectel:
    quick = dataclasses.replace(PROFILES["rm520n"], reenumerate_us=SECOND_US // 3, boot_us=SECOND_US)
    return SimQuectel(quick, assumptions.parse(""))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return maker_for("rm520n").write(tmp_path / revision_for("rm520n"))


def ports_in(folder: Path) -> list[Any]:
    """The links in a folder, `2c7c-0801-0-DM` and its like, as pyserial lists ports."""
    found = []
    for link in sorted(folder.iterdir()):
        vendor, product, interface, _ = link.name.split("-")
        place = f"{'2-1' if vendor == '05c6' else '1-1'}:1.{interface}"  # in EDL on another bus
        ids = {"vid": int(vendor, 16), "pid": int(product, 16)}
        found.append(SimpleNamespace(device=str(link.resolve()), location=place, serial_number="", **ids))
    return found


def test_terminals_that_come_and_go(
    module: SimQuectel,
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From the DM port into EDL on another bus, and back at the AT port."""
    folder = tmp_path / "ports"
    folder.mkdir()
    monkeypatch.setattr(system, "comports", lambda: ports_in(folder))
    with serve_usb(module, PtyEndpoints(folder)):
        while len(list(folder.iterdir())) < len(module.profile.interfaces):
            pass
        [dm_port] = folder.glob("*-DM")
        code = app.run(["update", str(package), "-p", str(dm_port.resolve()), "-y", "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, result["code"], result["to_version"]) == (0, "updated", revision_for("rm520n"))
    assert module.verdict.efs2_unchanged and not module.verdict.violations


def test_usb2tcp_on_this_computer(
    module: SimQuectel, package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It shows no AT port, so the end is not confirmed, and says so."""
    monkeypatch.setattr(read_back, "APPLICATION_S", 20)
    endpoint = Usb2tcpEndpoint()
    with serve_usb(module, Usb2tcpEndpoints(endpoint)):
        address = f"usb2tcp://127.0.0.1:{endpoint.url.rsplit(':', 1)[1]}"
        code = app.run(["update", str(package), "-p", address, "-y", "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, result["code"], result["modem_state"]) == (8, "edl-unconfirmed", "unknown")
    verdict = module.verdict
    assert verdict.revision == revision_for("rm520n") and verdict.efs2_unchanged and not verdict.violations
