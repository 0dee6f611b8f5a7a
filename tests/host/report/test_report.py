"""The zip for support is whole, masked, and can be made of any run; the history lists them."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from modemflash.frames import BLOCK
from modemflash_host.capture.runs import begin_run, find_run
from modemflash_host.errors import Refusal
from modemflash_host.families.registry import words_of
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.report import environment
from modemflash_host.report import history as histories
from modemflash_host.report.bundle import make_report
from modemflash_host.report.history import NO_END, Row, history
from modemflash_host.report.history_table import history_table

STORY: list[dict[str, Any]] = [
    {"event": "phase", "phase": "find"},
    {"event": "found", "state": "application", "baud": 921600},
    {"event": "identity", "product": "FiPy", "build": 38638, "version": "LR5.1.1.0-38638", "ue": ""},
    {"event": "plan", "route": 2, "target": 41065, "files": [{"name": "CATM1-41065.dup", "size": 6160982}]},
    {"event": "record", "before": {"AT+CGSN": "123456789012345"}, "after": {"ATI1": "LR5.1.1.0-41065\nOK"}},
    {"event": "problem", "code": "install-failed", "hint": "Again."},
    {
        "event": "result",
        "schema": 2,
        "status": "failed",
        "code": "install-failed",
        "from_version": "38638",
        "to_version": "",
        "seconds": 131.5,
    },
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def carry_out(story: list[dict[str, Any]], **options: Any) -> None:
    words = ["update", "CATM1-41065.dup", "-p", "/dev/ttyUSB0"]
    recorder, _ = begin_run(words, "/dev/ttyUSB0", print, facts=environment.environment("COM9"), **options)
    recorder.use_vocabulary(WORDS)
    recorder.heard(b"\r\n123456789012345\r\n")
    for event in story:
        recorder.report(event, 0.0)
    recorder.close()


def contents(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_report_has_everything_support_asks_for(home: Path) -> None:
    """Versions, command line, plan, capture, events, platform, and the modem before and after."""
    carry_out(STORY)
    path = make_report(find_run(), words_of)
    assert path.parent == home / "reports"
    files = contents(path)
    assert set(files) == {"report.txt", "report.html", "events.jsonl", "capture.jsonl"}
    text = files["report.txt"]
    for words in (
        "modemflash update CATM1-41065.dup -p /dev/ttyUSB0",
        "pyserial ",
        "LR5.1.1.0-38638",
        "LR5.1.1.0-41065",
        "6160982",
        "install-failed",
        "application",
        "131.5",
    ):
        assert words in text
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert [event["event"] for event in events] == [event["event"] for event in STORY]
    assert all("at_ms" in event for event in events)


def test_course_tells_when_what_happened() -> None:
    """A line a phase and a repeat, its time, what was sent by then; of a stall only how long it got."""
    recorder, _ = begin_run(["update"], "COM5", print)
    recorder.use(StpFramer())
    at_ms = 0
    recorder.now_ms = lambda: at_ms
    recorder.report({"event": "phase", "phase": "transfer"}, 0.0)
    block = b"fast" + bytes([BLOCK, 1]) + (2000).to_bytes(2, "big") + bytes(8) + bytes(2000)
    recorder.sent(block * 10)
    for seconds in (10, 20, 30):
        at_ms = seconds * 1000
        recorder.report({"event": "stall", "seconds": seconds, "note": "erasing"}, 0.0)
    recorder.report({"event": "retry", "what": "block", "attempt": 2, "reason": "damaged"}, 0.0)
    recorder.close()
    text = contents(make_report(find_run(), words_of))["report.txt"]
    lines = [line.split() for line in text.partition("Course")[2].splitlines()[1:]]
    assert lines == [
        ["0:00", "-", "phase", "transfer"],
        ["0:30", "20", "kB", "stall", "30", "erasing"],
        ["0:30", "20", "kB", "retry", "block", "2", "damaged"],
    ]


def test_a_long_course_is_cut_in_its_middle() -> None:
    """A report stays readable; everything is in events.jsonl."""
    recorder, _ = begin_run(["update"], "COM5", print)
    recorder.use(StpFramer())
    for number in range(1000):
        recorder.report({"event": "phase", "phase": f"p{number}"}, 0.0)
    recorder.close()
    files = contents(make_report(find_run(), words_of))
    lines = files["report.txt"].partition("Course")[2].splitlines()[1:]
    assert len(lines) == 201
    assert "800 more" in lines[100]
    assert files["events.jsonl"].count("\n") == 1000


def test_no_identity_is_in_the_report() -> None:
    """An IMEI on the wire and one in an event: neither is in any file of the zip."""
    carry_out(STORY)
    for name, text in contents(make_report(find_run(), words_of)).items():
        assert "123456789012345" not in text, name


def test_report_of_a_killed_run() -> None:
    """A run without an end gives a report that says so."""
    carry_out(STORY[:3])
    run = find_run()
    with run.path.open("ab") as file:
        file.write(b'{"at_ms":12,"rx":"to')
    text = contents(make_report(find_run(), words_of))["report.txt"]
    assert "its last line is torn" in text
    assert "the program was killed" in text


def test_raw_capture_is_never_sent(tmp_path: Path) -> None:
    """A raw capture, at home or elsewhere, stays out of the zip."""
    carry_out(STORY, raw=True)
    assert set(contents(make_report(find_run(), words_of))) == {"report.txt", "report.html", "events.jsonl"}
    carry_out(STORY, raw=True, to=tmp_path / "mine")
    files = contents(make_report(find_run(), words_of))
    assert "capture.jsonl" not in files
    assert "captured raw" in files["report.txt"]
    assert all("123456789012345" not in text for text in files.values())


def test_capture_elsewhere_is_put_in(tmp_path: Path) -> None:
    """A masked capture that the user put elsewhere is in the zip; where it is gone, the text says so."""
    carry_out(STORY, to=tmp_path / "mine")
    assert '"rx"' in contents(make_report(find_run(), words_of))["capture.jsonl"]
    (tmp_path / "mine").unlink()
    assert "There is no such file" in contents(make_report(find_run(), words_of))["report.txt"]


def test_report_that_cannot_be_written(tmp_path: Path) -> None:
    """A place that is not there has its words."""
    carry_out(STORY)
    with pytest.raises(Refusal, match="report-not-written"):
        make_report(find_run(), words_of, tmp_path / "no" / "r.zip")
    assert make_report(find_run(), words_of, tmp_path / "r.zip") == tmp_path / "r.zip"


def test_history_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row a run, newest first: modem, from and to, result, duration; a killed one has no end."""
    monkeypatch.setattr(histories, "is_running", lambda *_: False)
    carry_out(STORY)
    carry_out(STORY[:3])
    killed, failed = history()
    assert (killed.status, killed.seconds, killed.from_version) == (NO_END, None, "38638")
    assert (failed.command, failed.board, failed.modem) == ("update", "/dev/ttyUSB0", "FiPy")
    assert (failed.from_version, failed.to_version, failed.code) == ("38638", "", "install-failed")
    assert failed.seconds == 131.5
    assert json.loads(json.dumps(failed.event()))["event"] == "run"


def test_a_run_whose_process_is_there_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """Red words about an update that goes on would make somebody cut the power."""
    recorder, _ = begin_run(["update", "a.dup"], "COM5", lambda _: None)
    monkeypatch.setattr(
        histories, "is_running", lambda pid, name: pid == os.getpid() and name == "modemflash"
    )
    [row] = history()
    assert row.status == "running"
    console = Console(
        file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor", _environ={}
    )
    console.print(history_table([row], 80))
    assert "running" in console.file.getvalue() and "\x1b[1;31m" not in console.file.getvalue()
    monkeypatch.setattr(histories, "is_running", lambda *_: False)
    assert [row.status for row in history()] == [NO_END]
    recorder.close()


def rendered(width: int, *rows: Row) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(history_table(rows, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_history_fits_any_width(width: int) -> None:
    """From 40 columns on nothing is cut, and no line is wider than the terminal."""
    good = Row("n1", "2026-11-20 08:53", "update", "COM5", "FiPy", 38638, 41065, "updated", "", 131.0)
    dead = Row("n2", "2026-11-20 08:54", "info", "COM5", "", None, None, NO_END, "", None)
    before, after = (f"RM502QAEAAR11A0{number}M4G_01.001.01.001" for number in (3, 4))
    long = Row("n3", "2026-11-20 08:55", "update", "COM5", "RM502Q", before, after, "updated", "", 18.0)
    text = rendered(width, good, dead, long)
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    beginnings = {line[:4].strip(" 123#") for line in text.splitlines()}
    assert beginnings == {""}, "what goes on in a next line stands below its own run"
    for word in ("38638", "41065", "updated", "FiPy", "2:11", "no end"):
        assert word in text


def test_a_long_version_leaves_no_time_on_a_line_of_its_own() -> None:
    """Versions of other families are as long as a column is wide."""
    old, new = "LG290P03AANR01A06S", "LG290P03AANR02A01S"
    row = Row("n1", "2026-11-20 08:53", "update", "COM5", "LG290P", old, new, "updated", "", 131.0)
    lines = rendered(80, row).splitlines()
    assert not [line for line in lines if line.strip() == "2:11"]
    assert [line for line in lines if new in line and "updated" in line and "2:11" in line]


def test_empty_history() -> None:
    """Nothing yet is said, not shown as an empty table."""
    assert "No run" in rendered(80)


def test_no_value_becomes_markup_or_control_code() -> None:
    """A port with brackets and an escape in its name is shown as it is."""
    row = Row("n", "t", "info", "[red]\x1b[2J", "", None, None, "failed", "", 1.0)
    for width in (40, 120):
        text = rendered(width, row)
        assert "\x1b[2J" not in text
        assert "[red]" in text.replace("\n", "")


def test_tools_for_boards_are_told_of_whether_they_are_there_or_not() -> None:
    """Who helps sees that esptool is missing, and need not ask."""
    packages = environment.environment("COM9")["packages"]
    assert all(packages[tool] for tool in ("esptool", "mpremote"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "_version", lambda name: "5.0" if name == "esptool" else "")
        packages = environment.environment("COM9")["packages"]
    assert packages == {"esptool": "5.0", "mpremote": "not installed"}


def test_serial_driver_of_linux(tmp_path: Path) -> None:
    """The driver and the USB ids are found from the port's device."""
    usb = tmp_path / "devices" / "usb1" / "1-2"
    interface = usb / "1-2:1.0" / "ttyUSB0"
    driver = tmp_path / "drivers" / "cp210x"
    for folder in (interface, driver, tmp_path / "tty" / "ttyUSB0"):
        folder.mkdir(parents=True)
    (usb / "idVendor").write_text("10c4\n")
    (usb / "idProduct").write_text("ea60\n")
    (interface / "driver").symlink_to(driver)
    (tmp_path / "tty" / "ttyUSB0" / "device").symlink_to(interface)
    assert environment.serial_driver("/dev/ttyUSB0", tmp_path / "tty") == "cp210x USB 10c4:ea60"
    for port in ("/dev/ttyUSB9", "COM5", "rfc2217://host:4000"):
        assert environment.serial_driver(port, tmp_path / "tty") == ""
