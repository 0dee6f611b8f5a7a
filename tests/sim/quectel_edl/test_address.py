"""Rules of `sim://` addresses of Quectel modems, and of the file that keeps one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from modemflash_sim import devices
from modemflash_sim.quectel_edl.address import open_bus, open_line
from modemflash_sim.quectel_edl.module import EDL_PORT
from modemflash_sim.quectel_edl.packages import PackageMaker, elf
from modemflash_sim.quectel_edl.profiles import APPLICATION
from support.edl_port import HELLO, SWITCH, PlainHost


def test_an_address_names_one_port() -> None:
    line = open_line("sim://rm520n?port=at")
    assert line.port.role == "AT" and open_line("sim://rm520n").port.role == "DM"
    with pytest.raises(ValueError, match="no port 'EDL' now; it has DM, NMEA, AT, modem"):
        open_line("sim://rm520n?port=EDL")
    with pytest.raises(ValueError, match="knows no 'colour'"):
        devices.start("sim://rm520n?colour=red")


def test_one_command_sees_ports_come_and_go(tmp_path: Path) -> None:
    """The whole way: DM, EDL, application; and the next command finds what became of it."""
    url = f"sim://rm502q?state={tmp_path / 'modem.json'}"
    bus = open_bus(url)
    dm = bus.open(bus.ports[0])
    PlainHost(bus.modem, dm).send(SWITCH)
    dm.sleep_ms(10)
    dm.close()
    start = bus.ticks_ms()
    while not bus.ports or bus.ports[0].role != EDL_PORT:
        bus.sleep_ms(100)
    assert bus.ticks_ms() - start < 3_000
    host = PlainHost(bus.modem, bus.open(bus.ports[0]))
    assert host.hear() == HELLO
    host.load(elf(chip="SDX55"))
    host.configure()
    host.write_package(PackageMaker())
    with pytest.raises(OSError, match="another command") as caught:
        open_bus(url)
    assert caught.value.errno == errno.EBUSY
    host.restart()
    bus.close()
    bus = open_bus(url)
    verdict = bus.modem.verdict
    assert verdict.mode == APPLICATION and verdict.revision.startswith("RM502QAEAAR11A04M4G")
    assert verdict.efs2_unchanged and not verdict.violations and verdict.counts["programs"] == 5
    assert bus.ticks_ms() >= host.line.now_us // 1000
    bus.close()


@pytest.mark.parametrize("ms", [60, 1_000, 4_000])
def test_a_modem_on_its_way_into_edl_arrives_there(tmp_path: Path, ms: int) -> None:
    url = f"sim://rm520n?state={tmp_path / 'modem.json'}"
    line = open_line(url)
    line.write(SWITCH, 0, len(SWITCH))
    line.sleep_ms(ms)
    line.close()
    line = open_line(url + "&port=EDL")
    assert PlainHost(line.port.module, line).hear() == HELLO
    line.close()


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1}', "\0\xff"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "modem.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match="holds no simulated modem"):
        open_bus(f"sim://rm520n?state={path}")


def test_a_file_of_another_modem_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "modem.json"
    open_bus(f"sim://eg25?state={path}").close()
    with pytest.raises(ValueError, match="holds a simulated eg25"):
        open_bus(f"sim://rm520n?state={path}")
    path.write_text(path.read_text().replace('"application"', '"absent"'))
    with pytest.raises(ValueError, match="no known mode"):
        open_bus(f"sim://eg25?state={path}")
