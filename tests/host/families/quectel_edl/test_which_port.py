"""Which port of which module is meant, what `info` says of it, and why none is there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.cli import app
from modemflash_host.families.plan import FirmwareFile, Request
from modemflash_host.families.quectel_edl.family import QuectelEdl
from modemflash_host.families.quectel_edl.journal import SWITCHED, WRITE, Begun, Journal, journal_at
from modemflash_sim.quectel_edl.packages import NAME, PackageMaker
from support.package_in_memory import examined
from support.plugged import seen
from support.sinks import EventSink, reporter
from support.talking_port import TalkingPort, at_answers, dm_answers

EDL_PORT = seen("/dev/ttyUSB8", "05c6:9008", "2-1:1.0")
DUMP_PORT = seen("/dev/ttyUSB9", "05c6:900e", "2-1:1.0")


@pytest.fixture
def package(tmp_path: Path) -> str:
    return str(PackageMaker().write(tmp_path / NAME))


def module(product: str, build: str, model: str, place: str = "1-1") -> list[Any]:
    """The four ports of a running module; those that answer are kept with the list."""
    dm, at = TalkingPort(dm_answers(build)), TalkingPort(at_answers(1, model, build))
    names = (dm.name, "/dev/ttyUSB1", at.name, "/dev/ttyUSB3")
    ports = [seen(name, f"2c7c:{product}", f"{place}:1.{number}") for number, name in enumerate(names)]
    ports[0].kept = (dm, at)
    return ports


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def ended(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Code of the result, and what happened in words."""
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    words = [event["happened"] for event in events if event["event"] == "problem"]
    return events[-1]["code"], words[0] if words else ""


def test_info_alone_takes_the_only_module_and_names_all_its_ports(
    plugged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """By its DM port it is asked at its AT port, too: model, whole revision, IMEI, radio mode."""
    plugged += module("0801", "RM520NGLAAR01A07M4G", "RM520N-GL")
    plugged.append(seen("/dev/ttyUSB24", "0403:6001", "1-9"))
    assert app.run(["info"]) == 0
    words = said(capsys)
    assert "Quectel RM520N-GL" in words and "Radio mode +CFUN: 1" in words and "86000" not in words
    for use in ("its DM port", "/dev/ttyUSB1: Quectel RM520N, interface 1: its port for positions", "its AT"):
        assert use in words
    assert "/dev/ttyUSB24" not in words


@pytest.mark.parametrize("port", [EDL_PORT, DUMP_PORT])
def test_info_alone_finds_a_module_in_edl_and_in_a_crash_dump(
    plugged: list[Any], capsys: pytest.CaptureFixture[str], port: Any
) -> None:
    plugged.append(port)
    assert app.run(["info"]) == 0
    assert port.device in said(capsys)


def test_of_two_modules_none_is_taken(
    plugged: list[Any], package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plugged += [seen("/dev/ttyUSB0", "2c7c:0800", "1-1:1.0"), seen("/dev/ttyUSB4", "2c7c:0801", "1-2:1.0")]
    for words in (["info"], ["update", package]):
        assert app.run([*words, "--json"]) == 5
        code, happened = ended(capsys)
        assert code == "port-ambiguous" and "/dev/ttyUSB0" in happened and "/dev/ttyUSB4" in happened


def test_two_modules_in_edl_are_refused_whichever_is_named(
    plugged: list[Any], package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plugged += [EDL_PORT, seen("/dev/ttyUSB10", "05c6:9008", "3-1:1.0")]
    for where in ([], ["-p", "/dev/ttyUSB8"]):
        assert app.run(["update", package, *where, "--model", "RM502QAEAA", "-y", "--json"]) == 5
        assert ended(capsys)[0] == "edl-several"


@pytest.mark.parametrize("other", ["05c6:9008", "05c6:900e"])
@pytest.mark.parametrize("is_in_edl", [False, True])
def test_beside_a_module_without_a_name_none_is_updated(
    other: str, is_in_edl: bool, plugged: list[Any], package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What comes back there, or does not start, would be taken for the one that is updated."""
    plugged += [EDL_PORT] if is_in_edl else module("0800", "RM502QAEAAR11A03M4G", "RM502Q-AE")
    port = plugged[0].device
    plugged.append(seen("/dev/ttyUSB10", other, "3-1:1.0"))
    assert app.run(["update", package, "-p", port, "--model", "RM502QAEAA", "-y", "--json"]) == 5
    code, *_ = ended(capsys)
    assert code == "edl-several"


def test_an_update_without_a_port_begins_at_the_dm_port(
    plugged: list[Any], package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plugged += module("0800", "RM502QAEAAR11A03M4G", "RM502Q-AE")
    assert app.run(["update", package, "--dry-run", "--json"]) == 0
    assert ended(capsys)[0] == "dry-run"


def test_a_plan_and_its_question_fit_on_one_small_screen(
    plugged: list[Any], package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """24 lines of 80 columns, the question and its blank line among them: nothing is agreed to unseen."""
    monkeypatch.setenv("COLUMNS", "80")
    plugged += module("0800", "RM502QAEAAR11A03M4G_01.200.01.200", "RM502Q-AE")
    assert app.run(["update", package, "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("Plan "))
    last = next(number for number, line in enumerate(lines) if line.startswith("If cut"))
    assert last - first + 1 + 2 <= 24
    words = " ".join(" ".join(lines).split())
    assert "Writes SBL, MIBIB, TZ, boot, system, each erased before" in words
    assert "EFS2 (blocks 8 to 19)" in words and "first a copy of EFS2 is made" in words


@pytest.mark.parametrize(
    ("ports", "name", "code", "words"),
    [
        ([], "", "module-usb-missing", "no serial port"),
        ([seen("COM24", "0403:6001")], "", "module-usb-missing", "COM24: FTDI"),
        ([seen("COM24", "0403:6001")], "COM24", "module-usb-missing", "COM24 is FTDI"),
        ([EDL_PORT, seen("COM24", "0403:6001")], "COM24", "module-port-is-adapter", "in EDL"),
        ([seen("COM3", "2c7c:0801", "1-1:x.0")], "COM9", "module-port-not-dm", "its DM port is COM3"),
        ([seen("COM4", "2c7c:0801", "1-1:x.2")], "COM9", "module-port-not-dm", "not seen"),
    ],
)
def test_a_wrong_port_is_told_with_the_right_one(
    plugged: list[Any],
    package: str,
    capsys: pytest.CaptureFixture[str],
    ports: list[Any],
    name: str,
    code: str,
    words: str,
) -> None:
    """Nobody is told that the module's USB is missing while it is there."""
    plugged += ports
    assert app.run(["update", package, *(["-p", name] if name else []), "-y", "--json"]) == 5
    found, happened = ended(capsys)
    assert (found, words in happened) == (code, True), happened


@pytest.mark.parametrize("location", ["1-1:1.1", "1-1:1.2", "1-1:1.3", "20-1"])
def test_nothing_begins_at_a_port_that_is_not_known_to_be_the_dm_port(
    plugged: list[Any], package: str, capsys: pytest.CaptureFixture[str], location: str
) -> None:
    """Positions, AT, dialling, and what macOS says nothing of: not by a model that is said either."""
    module = TalkingPort(at_answers(1, "RM502Q-AE", "RM502QAEAAR11A03M4G"))
    plugged.append(seen(module.name, "2c7c:0800", location))
    for more in ([], ["--model", "RM502QAEAA"]):
        assert app.run(["update", package, "-p", module.name, *more, "-y", "--json"]) == 5
        assert ended(capsys)[0] == "module-port-not-dm"
    assert b"\x7e" not in module.asked and b"\x4b" not in module.asked
    module.close()


@pytest.mark.parametrize("port", [EDL_PORT, DUMP_PORT, seen("COM4", "2c7c:0801", "1-1:x.2")])
def test_a_copy_without_a_dm_port_says_what_is_there(
    plugged: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], port: Any
) -> None:
    plugged.append(port)
    assert app.run(["backup", "-o", str(tmp_path / "x.tar"), "--json"]) == 5
    code, happened = ended(capsys)
    assert code == "copy-other-port" and port.device in happened


@pytest.mark.parametrize("profile", ["rm520n-edl", "rm520n-dump"])
def test_behind_an_address_nothing_is_sent_to_a_boot_rom_either(
    plugged: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: str
) -> None:
    """No copy is begun there, and nobody says that it was asked."""
    state = tmp_path / "module"
    address = f"sim://{profile}?state={state}"
    assert app.run(["backup", "-p", address, "-o", str(tmp_path / "x.tar"), "--json"]) == 5
    assert ended(capsys)[0] == "copy-other-port"
    for command in ("info", "rescue"):
        assert app.run([command, "-p", address, "--json"]) == 0
        assert ended(capsys)[0] == "module-not-asked"


def test_a_module_whose_update_did_not_finish_is_told_the_command_that_goes_on(
    plugged: list[Any], package: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one with the package that was begun, not the one that was just refused."""
    plugged.append(EDL_PORT)
    sha256 = examined(PackageMaker()).whole.sha256
    Journal(EDL_PORT.device).save(replace(begun(WRITE, sha256), file=NAME))
    other = PackageMaker()
    other.files["update/tz.mbn"] += b"x"
    assert app.run(["info"]) == 0
    words = said(capsys)
    assert "run the same update again" in words and f"modemflash update {NAME}" in words
    refused = str(other.write(tmp_path / f"{NAME}_01.300.01.300"))
    assert app.run(["update", refused, "-p", EDL_PORT.device, "-y"]) == 7
    words = said(capsys)
    assert "another package did not finish" in words and f"modemflash update {NAME} -p" in words
    assert app.run(["update", package, "-p", EDL_PORT.device, "--dry-run"]) == 0
    words = said(capsys)
    assert "go on with an update that did not finish" in words and "EFS2 (blocks 8 to 19)" in words


@pytest.mark.parametrize(
    ("model", "build", "product", "reason"),
    [
        ("BG95-M3", "BG95M3LAR02A03_01.009.01.009", "0700", "calibration"),
        ("BG96", "BG96MAR02A07M1G_01.007.01.007", "0296", "older protocol"),
    ],
)
def test_modules_that_are_never_written_to_are_told_why(
    plugged: list[Any],
    package: str,
    capsys: pytest.CaptureFixture[str],
    model: str,
    build: str,
    product: str,
    reason: str,
) -> None:
    """`info` says so before anybody looks for a package, and names the port that the vendor's tool needs."""
    plugged += module(product, build, model)
    assert app.run(["info"]) == 0
    words = said(capsys)
    assert "writes nothing to a " + model in words and reason in words and "its DM port" in words
    assert app.run(["update", package, "-y", "--json"]) == 5
    code, happened = ended(capsys)
    assert code == "module-not-offered" and reason in happened


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'+QCFGEXT: "disusb",1\r\n', "says 1, so USB is DISABLED"),
        (b'+QCFGEXT: "disusb",0\r\n', "says 0, so USB is enabled"),
        (b"ERROR\r\n", "is not known to it"),
    ],
)
def test_report_004_a_module_at_its_uart_gets_a_checklist_with_its_own_answer(
    plugged: list[Any], capsys: pytest.CaptureFixture[str], answer: bytes, words: str
) -> None:
    question = b'AT+QCFGEXT="disusb"\r'
    uart = TalkingPort(at_answers(1, "BG95-M3", "BG95M3LAR02A03_01.009.01.009", {question: answer}))
    plugged.append(seen(uart.name, "0403:6001", "1-9"))
    sink = EventSink()
    with QuectelEdl().connect(Request(uart.name, only_look=True), reporter(sink)) as job:
        found = job.look()
    told = " ".join(event["text"] for event in sink.events if event["event"] == "note")
    assert found.version == "BG95M3LAR02A03_01.009.01.009"
    assert words in told and "FTDI" in told and "USB_VBUS" in told and "driver" in told
    assert uart.asked == b"ATI\rAT+QGMR\rAT+CFUN?\rAT+CGSN\r" + question
    uart.close()


def begun(stage: str, sha256: str) -> Begun:
    return Begun(stage, "x.zip", sha256, f"{NAME}_01.200.01.200", "RM502QAEAA", "", "", "")


def test_a_note_is_found_under_whatever_name_the_module_in_edl_has(plugged: list[Any]) -> None:
    """Its EFS2 proves later that it is the one; where two could be meant, or none is sure, none is taken."""
    Journal("/dev/ttyUSB0").save(begun(WRITE, "one"))
    found = journal_at(["/dev/ttyUSB8"], "one")
    assert found.load() == begun(WRITE, "one")
    assert journal_at(["/dev/ttyUSB8"], "").load() is not None
    Journal("sim://rm520n").save(begun(WRITE, "one"))
    assert journal_at(["/dev/ttyUSB8"], "one").load() is not None, "a simulated module is at no real port"
    assert journal_at(["/dev/ttyUSB8"], "another package").load() is None
    assert journal_at(["/dev/ttyUSB8"], None).load() is None, "a module that runs says itself who it is"
    Journal("/dev/ttyUSB4").save(begun(SWITCHED, "one"))
    assert journal_at(["/dev/ttyUSB8"], "one").load() is not None, "one that changed nothing is none"
    Journal("/dev/ttyUSB4").save(begun(WRITE, "one"))
    assert journal_at(["/dev/ttyUSB8"], "one").load() is None
    assert journal_at(["/dev/ttyUSB8", "/dev/ttyUSB4"], "one").load() is not None
    found.remove()
    assert Journal("/dev/ttyUSB0").load() is None


def test_a_note_that_was_set_aside_is_found_again(plugged: list[Any]) -> None:
    Journal("/dev/ttyUSB8").save(replace(begun(WRITE, "one"), efs2_sha256="0123456789"))
    Journal("/dev/ttyUSB8").set_aside()
    assert Journal("/dev/ttyUSB8").load() is None
    found = journal_at(["/dev/ttyUSB8"], "one").load()
    assert found is not None and found.efs2_sha256 == "0123456789"


def test_an_update_that_did_not_finish_is_told_where_its_module_is_not_there(plugged: list[Any]) -> None:
    file: Any = FirmwareFile("quectel-edl", None, "one", None)  # type: ignore[arg-type]
    Journal("/dev/ttyUSB0").save(begun(WRITE, "one"))
    family = QuectelEdl()
    own = family.unfinished(Request("/dev/ttyUSB0"))
    other = family.unfinished(Request("auto", files=(file,)))
    assert own is not None and own.is_of_port
    assert other is not None and not other.is_of_port and other.target == own.target
    assert family.unfinished(Request("auto")) is None


@pytest.mark.parametrize(
    ("said_model", "code", "words"),
    [
        ("RM502Q-AE", "edl-model-not-said", "RM502QAE is not all of it; the package is for RM502QAEAA"),
        ("RM502Q-GL", "edl-other-model", "you say RM502QGL"),
    ],
)
def test_a_model_without_its_region_is_told_what_is_missing(
    plugged: list[Any],
    package: str,
    capsys: pytest.CaptureFixture[str],
    said_model: str,
    code: str,
    words: str,
) -> None:
    plugged.append(EDL_PORT)
    assert app.run(["update", package, "--model", said_model, "-y", "--json"]) == 5
    found, happened = ended(capsys)
    assert (found, words in happened) == (code, True), happened


@pytest.mark.parametrize("port", ["auto", "/dev/ttyUSB8", "/dev/ttyUSB0"])
def test_the_same_command_finds_its_module_in_edl_whatever_its_port_is_called_now(
    plugged: list[Any], port: str
) -> None:
    """By no name, by that of its port in EDL, and by that of the DM port that is gone."""
    file: Any = FirmwareFile("quectel-edl", None, "one", None)  # type: ignore[arg-type]
    Journal("/dev/ttyUSB0").save(begun(WRITE, "one"))
    plugged.append(EDL_PORT)
    with QuectelEdl().connect(Request(port, files=(file,)), reporter()) as job:
        assert job.unfinished is not None and job.unfinished.target == f"{NAME}_01.200.01.200"
