"""A run on a GNSS module as it is kept: capture, report, history, and the same run played again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from modemflash.line import Line
from modemflash_host.capture.line import open_line
from modemflash_host.capture.reading import Capture, read_capture
from modemflash_host.cli import app
from modemflash_host.families.contract import FRAME, TALK
from modemflash_host.families.plan import Outcome, Request
from modemflash_host.families.quectel_gnss import frames, nmea
from modemflash_host.families.quectel_gnss.framer import GnssFramer
from modemflash_host.families.quectel_gnss.job import GnssJob
from modemflash_host.families.quectel_gnss.words import WORDS
from modemflash_host.privacy.talk import mask
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.replay import CaptureMismatch, ReplayModem, replay_line
from support.gnss import VERSION, MemoryJournal, firmware, package
from support.sinks import EventSink

POSITION = b"4717.11"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path(f"{VERSION}.pkg").write_bytes(package())


def captured(port: str, *words: str, ends: int = 0) -> Capture:
    """An update by the ordinary command, and its capture."""
    command = ["update", f"{VERSION}.pkg", "-y", "-q", "-p", port, "--capture", "run.jsonl", *words]
    assert app.run(command) == ends
    return read_capture(Path("run.jsonl"))


def played(capture: Capture, **options: Any) -> tuple[Any, EventSink, ReplayModem]:
    """The same run against the module of the capture."""
    line, module = replay_line(capture)
    sink = EventSink()
    told = Reporter([sink], StopRequests())
    told.use(WORDS)
    with firmware() as file:
        request = Request("replay", files=(file,), options=options)
        job = GnssJob(Line(line, line, told), request, MemoryJournal())
        job.look()
        result = job.run(job.plan(request), frozenset())
    return result, sink, module


def test_no_firmware_is_in_a_capture_and_every_packet_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Of each packet its head, its size and its checksum."""
    capture = captured("sim://lg290p")
    blocks = [record["tx_block"] for record in capture.records if "tx_block" in record]
    assert sum(blocks) == len(package())
    text = Path("run.jsonl").read_bytes()
    for at in range(0, len(package()) - 64, 997):
        piece = package()[at : at + 12].decode("latin-1")
        assert json.dumps(piece).strip('"').encode() not in text


def test_versions_stay_and_positions_do_not() -> None:
    capture = captured("sim://lg290p?assume=command-reset:no-window&hand_s=25")
    heard = "".join(record.get("rx", "") for record in capture.records)
    assert "LG290P03AANR01A06S,2025/09/18,15:57:00" in heard
    assert "$GNGGA.######.###" in heard


@pytest.mark.parametrize("url", ["sim://lg290p", "sim://lg290p-115200", "sim://lg290p?fault=drop:data=2"])
def test_a_run_can_be_played_again(url: str) -> None:
    """Also one with a second attempt: the program asks the same, hears the same, and tells the same."""
    capture = captured(url)
    result, sink, module = played(capture)
    assert isinstance(result, Outcome) and (result.status, result.to_version) == ("updated", VERSION)
    assert module.finished
    told = [(each["event"], each.get("phase"), each.get("code")) for each in sink.events]
    kept = [(each["event"], each.get("phase"), each.get("code")) for each in capture.events()]
    of_the_job = [each for each in kept if each[0] in ("phase", "retry", "found", "identity")]
    assert [each for each in told if each[0] in ("phase", "retry", "found", "identity")] == [
        each for each in of_the_job if each[1] != "verify"
    ]


def test_another_file_is_not_the_run_that_was_captured() -> None:
    capture = captured("sim://lg290p")
    Path(f"{VERSION}.pkg").write_bytes(package(date="2025/12/13"))
    line, _ = replay_line(capture)
    told = Reporter([], StopRequests())
    told.use(WORDS)
    with firmware(package(date="2025/12/13")) as file:
        request = Request("replay", files=(file,))
        job = GnssJob(Line(line, line, told), request, MemoryJournal())
        job.look()
        with pytest.raises(CaptureMismatch):
            job.run(job.plan(request), frozenset())


def test_a_capture_answers_behind_a_port() -> None:
    """In real time, for any program: `simulate module --from-capture` is this."""
    assert app.run(["info", "-p", "sim://lg290p", "-q", "--capture", "info.jsonl"]) == 0
    module = ReplayModem(read_capture(Path("info.jsonl")))
    with serve(module, "tcp") as port:
        told = Reporter([], StopRequests())
        with open_line(port, told, flow_control=False) as line:
            found = GnssJob(line, Request(port), MemoryJournal()).look()
    assert (found.state, found.version) == ("application", "LG290P03AANR01A06S")
    assert module.finished


def test_a_masked_sentence_is_a_sentence_again() -> None:
    """A masked checksum is one that fits, so that what heard a module in a capture hears it again."""
    said = nmea.sentence("GNRMC,101112.000,A,4717.11,N,00833.9,E")
    masked = mask(said, WORDS.readable)
    assert not nmea.is_gnss(masked)
    record = {"at_ms": 5, "rx": masked.decode("latin-1")}
    line, _ = replay_line(Capture({"capture": 1}, (record, {"at_ms": 9, "tx": "x"}), torn=False))
    buf = bytearray(200)
    heard = bytes(buf[: line.readinto(buf, len(buf), 100)])
    assert nmea.is_gnss(heard) and len(heard) == len(said)


def test_the_report_of_a_failure_tells_stage_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    """What is sent to support: the story, the plan, the error; no firmware."""
    command = ["update", f"{VERSION}.pkg", "-y", "--json", "-p", "sim://lg290p?fault=status:data=2:5"]
    assert app.run(command) == 7
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [report] = [event for event in events if event["event"] == "report"]
    with zipfile.ZipFile(report["path"]) as bundle:
        text = bundle.read("report.txt").decode()
        kept = bundle.read("capture.jsonl")
    for words in (
        "LG290P03AANR01A06S",
        f"{VERSION}.pkg",
        "packet 3 of 7",
        "status 0x05",
        "recoverable",
    ):
        assert words in text, text
    assert max(len(line) for line in kept.splitlines()) < 4096
    assert app.run(["history"]) == 0
    assert "LG290P03AANR01A06S" in capsys.readouterr().out


@pytest.mark.parametrize("cut", range(1, 30))
def test_answers_to_sync_words_are_kept_however_they_are_cut(cut: int) -> None:
    """They are what a capture needs to be played; what stands around them is talk."""
    stream = b"$GNGLL,M" + frames.RESPONSE_1 * 2 + frames.RESPONSE_2 + b"M:x" + bytes(5) + b"$GNRMC,1"
    framer = GnssFramer()
    pieces = [*framer.heard(stream[:cut]), *framer.heard(stream[cut:])]
    pieces += [piece for _, piece in framer.rest()]
    assert b"".join(piece.data for piece in pieces) == stream
    kept = b"".join(piece.data for piece in pieces if piece.kind == FRAME)
    assert kept == frames.RESPONSE_1 * 2 + frames.RESPONSE_2


def test_what_only_looks_like_an_answer_is_talk() -> None:
    """Anything can come in the form of an answer; what is not sound keeps its head only."""
    lying = b"\xaa\x02\x00\x00\x10$GNRMC,4717.11,N" + b"\0\0\0\0\x55"
    pieces = [*GnssFramer().heard(lying)]
    assert not any(POSITION in piece.data for piece in pieces if piece.kind == FRAME)
    assert any(POSITION in piece.data for piece in pieces if piece.kind == TALK)
