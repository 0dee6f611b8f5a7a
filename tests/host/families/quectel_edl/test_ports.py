"""Ports of a module: each is named by id and interface, only questions are sent, the wrong one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.cli import app
from modemflash_host.families.quectel_edl import diag, questions
from modemflash_host.links import ports
from modemflash_host.links.quectel_ports import (
    AT,
    CRASH_DUMP,
    DIAG,
    EDL,
    MODEM,
    NMEA,
    OTHER,
    Role,
    interface_of,
    role_of,
)
from modemflash_sim.quectel_edl.packages import PackageMaker
from support.plugged import seen
from support.talking_port import TalkingPort, at_answers, dm_answers


@pytest.mark.parametrize(
    ("usb", "location", "role"),
    [
        ("2c7c:0125", "1-1.2:1.0", DIAG),
        ("2c7c:0125", "1-1.2:1.1", NMEA),
        ("2c7c:0800", "2-1:1.2", AT),
        ("2c7c:0801", "1-2:x.3", MODEM),
        ("2c7c:0700", "1-1:1.0", DIAG),
        ("2c7c:0700", "1-1:1.4", MODEM),
        ("2c7c:0700", "1-1:1.3", OTHER),
        ("2c7c:0514", "1-1:1.2", DIAG),
        ("2c7c:0803", "1-1:1.3", DIAG),
        ("2c7c:0125", "20-1", OTHER),
        ("05c6:9008", "1-1:1.0", EDL),
        ("05c6:900e", "", CRASH_DUMP),
    ],
)
def test_each_port_has_its_use(usb: str, location: str, role: Role) -> None:
    """Linux and Windows say the interface, macOS does not: there nothing is guessed."""
    assert role_of(usb, location) is role


def test_the_number_of_an_interface() -> None:
    assert [interface_of(each) for each in ("1-1.2:1.0", "1-2:x.12", "20-1", "")] == [0, 12, None, None]


def test_ports_of_a_module_are_named_and_never_meant_by_auto() -> None:
    found = ports.list_ports(
        [seen("COM7", "2c7c:0700", "1-2:x.0"), seen("COM8", "05c6:9008"), seen("COM9", "05c6:900E")],
        Path("/none"),
    )
    words = {port.name: port.device.name for port in found}
    assert "BG95" in words["COM7"] and "DM port" in words["COM7"]
    assert "not bricked" in words["COM8"] and "takes no firmware" in words["COM9"]
    assert not any(port.is_candidate for port in found)


def test_info_at_the_at_port_asks_and_writes_nothing(
    plugged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    module = TalkingPort(at_answers(1))
    plugged.append(seen(module.name, "2c7c:0801", "1-1:1.2"))
    assert app.run(["info", "-p", module.name]) == 0
    out = capsys.readouterr().out
    assert "RM520N-GL" in out and "RM520NGLAAR01A07M4G_01.200.01.200" in out and "its AT port" in out
    assert "860000000000018" not in out
    assert module.asked == b"ATI\rAT+QGMR\rAT+CFUN?\rAT+CGSN\r"
    module.close()


def test_a_module_in_factory_test_mode_is_told_what_that_is(
    plugged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    module = TalkingPort(at_answers(5))
    plugged.append(seen(module.name, "2c7c:0801", "1-1:1.2"))
    assert app.run(["info", "-p", module.name]) == 0
    said = capsys.readouterr()
    assert "factory test mode" in " ".join((said.out + said.err).split())
    module.close()


def test_info_at_the_dm_port_asks_for_the_build(
    plugged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    module = TalkingPort(dm_answers("RM520NGLAAR01A07M4G"))
    plugged.append(seen(module.name, "2c7c:0801", "1-1:1.0"))
    assert app.run(["info", "-p", module.name, "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["from_version"], result["family"]) == ("RM520NGLAAR01A07M4G", "quectel-edl")
    assert module.asked == b"~" + diag.packed(diag.VERSION) + diag.packed(diag.BUILD)
    module.close()


@pytest.mark.parametrize(
    ("usb", "words", "next_step"),
    [
        ("05c6:9008", "not bricked", "Give `modemflash update` this port and the module's package"),
        ("05c6:900e", "crash dump", "ask its maker"),
    ],
)
def test_in_edl_and_in_a_crash_dump_nothing_is_sent(
    plugged: list[Any], capsys: pytest.CaptureFixture[str], usb: str, words: str, next_step: str
) -> None:
    """It is said so, and what to do next; nobody claims that the module was asked."""
    module = TalkingPort(lambda _: b"")
    plugged.append(seen(module.name, usb, "1-1:1.0"))
    assert app.run(["info", "-p", module.name]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert words in said and next_step in said
    assert "Nothing was sent to the module" in said and "was asked" not in said
    assert module.asked == b""
    module.close()


def test_a_serial_adapter_is_told_from_the_port_of_the_module(
    plugged: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Report 004: AT works there, and no update ever can."""
    package = str(PackageMaker().write(tmp_path / "RM502Q"))
    plugged.append(seen("/dev/ttyUSB24", "0403:6001", "1-3"))
    assert app.run(["update", package, "-p", "/dev/ttyUSB24", "--json"]) == 5
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["code"] == "module-usb-missing"
    assert "disusb" in next(line["hint"] for line in lines if line["event"] == "problem")
    plugged.append(seen("/dev/ttyUSB0", "2c7c:0700", "1-1:1.0"))
    assert app.run(["update", package, "-p", "/dev/ttyUSB24", "--json"]) == 5
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["code"] == "module-port-is-adapter"
    assert "/dev/ttyUSB0" in next(line["happened"] for line in lines if line["event"] == "problem")


def test_of_the_talk_no_number_of_the_module_is_readable() -> None:
    from modemflash_host.families.quectel_edl.readable import READABLE
    from modemflash_host.privacy.talk import mask

    talk = b"AT+CGSN\r\n860000000000018\r\nRevision: RM520NGLAAR01A07M4G\r\n+CFUN: 5\r\nOK\r\n"
    masked = mask(talk, READABLE)
    assert b"86000" not in masked
    assert masked.replace(b"#" * 15, b"860000000000018") == talk


def test_every_question_only_reads() -> None:
    assert all(each in ("ATI", "AT+QGMR", "AT+CFUN?", "AT+CGSN") for each in questions.AT_QUESTIONS)
