"""The capture is complete, masked, bounded, and never in the way."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from modemflash.frames import BLOCK
from modemflash_host.capture.file import CaptureFile, Record
from modemflash_host.capture.port import CapturingPort
from modemflash_host.capture.reading import Capture, read_capture
from modemflash_host.capture.recorder import Recorder
from modemflash_host.capture.runs import KEPT, begin_run, find_run, forget_old, runs
from modemflash_host.errors import Refusal
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS

IMEI = b"\r\n123456789012345\r\n\r\nOK\r\n"
FIRMWARE = b"vendor's own bytes " * 20
BLOCK_FRAME = b"fast" + bytes([BLOCK, 1]) + len(FIRMWARE).to_bytes(2, "big") + bytes(8) + FIRMWARE


class Port:
    """A port with a script of what comes, and its own clock."""

    max_burst = 2016

    def __init__(self, *coming: bytes) -> None:
        self.coming = list(coming)
        self.written = b""
        self.now = 5000
        self.dropped = self.closed = False

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        self.now += 10
        if not self.coming:
            return 0
        piece = self.coming.pop(0)
        assert len(piece) <= n
        buf[: len(piece)] = piece
        return len(piece)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        self.written += bytes(buf[off : off + n])

    def drain(self, timeout_ms: int) -> bool:
        return True

    def set_baud(self, rate: int) -> bool | None:
        return None if rate != 1 else False

    def drop_input(self) -> None:
        self.dropped = True

    def close(self) -> None:
        self.closed = True

    def ticks_ms(self) -> int:
        return self.now

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None:
        self.now += ms


def trouble_is_a_failure(text: str) -> None:
    raise AssertionError(text)


def captured(tmp_path: Path, port: Port, raw: bool = False) -> tuple[CapturingPort, Recorder]:
    recorder = Recorder(CaptureFile(tmp_path / "c.jsonl", {"raw": raw}, trouble_is_a_failure), None, raw)
    recorder.use_vocabulary(WORDS)
    recorder.use(StpFramer())
    return CapturingPort(port, port, recorder), recorder


def read(tmp_path: Path, recorder: Recorder) -> Capture:
    recorder.close()
    return read_capture(tmp_path / "c.jsonl")


def wire(capture: Capture) -> list[Record]:
    """All but the family."""
    return [record for record in capture.records if "family" not in record]


def bytes_of(capture: Capture, direction: str) -> bytes:
    return b"".join(each[direction].encode("latin-1") for each in capture.records if direction in each)


def read_all(port: CapturingPort) -> None:
    while port.readinto(bytearray(100), 100, 0):
        pass


def test_bytes_both_ways_with_time_and_phase(tmp_path: Path) -> None:
    """Every byte is there, with the port's own time and the phase of the update."""
    inner = Port(b"AT\r\r\n", b"OK\r\n\x00\x80")
    port, recorder = captured(tmp_path, inner)
    recorder.report({"event": "phase", "phase": "find"}, 0.0)
    assert port.set_baud(115200)
    assert not port.set_baud(1)
    port.write(b"..AT\r\n..", 2, 4)
    read_all(port)
    assert (inner.written, port.max_burst, port.drain(1)) == (b"AT\r\n", 2016, True)
    capture = read(tmp_path, recorder)
    assert bytes_of(capture, "tx") == b"AT\r\n"
    assert bytes_of(capture, "rx") == b"AT\r\r\nOK\r\n\x00\x80"
    assert {record["phase"] for record in wire(capture)[1:]} == {"find"}
    assert [record["at_ms"] for record in capture.records if "rx" in record] == [10, 20]
    assert [record["baud"] for record in capture.records if "baud" in record] == [115200]


def test_dropped_input_is_witnessed(tmp_path: Path) -> None:
    """What nobody read is in the capture, and is gone."""
    inner = Port(b"left over")
    port, recorder = captured(tmp_path, inner)
    port.drop_input()
    assert inner.dropped
    link, record = wire(read(tmp_path, recorder))
    assert link["max_burst"] == 2016
    assert (record["rx"], record["dropped"]) == ("xxxx xxxx", True)


def test_firmware_is_not_in_the_capture(tmp_path: Path) -> None:
    """Of a block the header, the size and a checksum are kept, of an echo only its beginning."""
    port, recorder = captured(tmp_path, Port(FIRMWARE[:90]))
    port.write(BLOCK_FRAME, 0, len(BLOCK_FRAME))
    read_all(port)
    capture = read(tmp_path, recorder)
    assert [record["tx_block"] for record in capture.records if "tx_block" in record] == [len(FIRMWARE)]
    assert bytes_of(capture, "tx") == BLOCK_FRAME[:16]
    assert len(bytes_of(capture, "rx")) == 64
    assert FIRMWARE[:70] not in (tmp_path / "c.jsonl").read_bytes()


def test_identities_are_masked_across_reads_and_in_events(tmp_path: Path) -> None:
    """An IMEI that comes in two reads, and one that an event carries."""
    port, recorder = captured(tmp_path, Port(IMEI[:9], IMEI[9:]))
    port.write(b'AT+CPIN="1234"\r\n', 0, 16)
    read_all(port)
    recorder.report({"event": "details", "record": {"AT+CGSN": "123456789012345"}}, 0.0)
    capture = read(tmp_path, recorder)
    assert bytes_of(capture, "rx") == b"\r\n" + b"#" * 15 + b"\r\n\r\nOK\r\n"
    text = (tmp_path / "c.jsonl").read_text()
    assert "3569" not in text
    assert "5643809" not in text
    assert "1234" not in text


SECRETS = (b"490154203237518", b"262019876543210", b"+4915112345678", b"hunter2")
TALK = (
    b'\r\nIMEI 490154203237518\r\n+CNUM: "me","+4915112345678"\r\n262019876543210 AT+CGAUTH=1,1,a,hunter2\r'
)


@pytest.mark.parametrize("cut", [1, 7, 64, 1000])
@pytest.mark.parametrize("before", ["transfer", "carrier", "half", "nothing"])
def test_a_modem_that_talks_in_a_transfer_is_masked(tmp_path: Path, before: str, cut: int) -> None:
    """Behind an answer, within one, in place of one, or to a modem that hears nothing: no secret is kept."""
    header = {
        "transfer": b"tsaf\x83\x01\0\2" + bytes(10),
        "carrier": b"tsaf\x81\x01\0\4" + bytes(8),
        "half": b"tsaf\x83",
        "nothing": b"",
    }[before]
    stream = header + TALK + header + SECRETS[0] + header
    port, recorder = captured(tmp_path, Port(*(stream[at : at + cut] for at in range(0, len(stream), cut))))
    port.write(BLOCK_FRAME, 0, len(BLOCK_FRAME))
    while port.readinto(bytearray(1000), 1000, 0):
        port.write(BLOCK_FRAME[:16], 0, 0)
    text = (tmp_path / "c.jsonl").read_bytes() + bytes_of(read(tmp_path, recorder), "rx")
    for secret in SECRETS:
        assert secret[-7:] not in text


def test_before_a_family_is_known_nothing_of_firmware_is_kept(tmp_path: Path) -> None:
    """A recorder without a framer keeps sizes and checksums of long writes, and shapes of short ones."""
    recorder = Recorder(CaptureFile(tmp_path / "c.jsonl", {}, trouble_is_a_failure))
    recorder.sent(BLOCK_FRAME)
    recorder.sent(FIRMWARE[:40])
    recorder.heard(FIRMWARE[:80])
    recorder.heard(TALK)
    capture = read(tmp_path, recorder)
    assert [each["tx_block"] for each in capture.records if "tx_block" in each] == [len(BLOCK_FRAME)]
    kept = (tmp_path / "c.jsonl").read_bytes()
    assert not [word for word in (b"vendor", b"bytes", b"fast", *SECRETS) if word in kept]


def test_the_history_of_a_raw_run_is_masked(tmp_path: Path) -> None:
    """A raw capture keeps the wire; the events of a run's own file go into lists and reports."""
    port, recorder = captured(tmp_path, Port(IMEI), raw=True)
    read_all(port)
    recorder.report({"event": "note", "text": "490154203237518"}, 0.0)
    capture = read(tmp_path, recorder)
    assert bytes_of(capture, "rx") == IMEI
    assert [event["text"] for event in capture.events()] == ["#" * 15]


def test_progress_is_written_once_a_second(tmp_path: Path) -> None:
    """The first, one a second, and the last; the blocks are witnessed by themselves."""
    inner = Port()
    _, recorder = captured(tmp_path, inner)
    for done in range(1, 31):
        inner.now += 100
        recorder.report({"event": "progress", "phase": "transfer", "done": done, "total": 30}, 0.0)
    events = list(read(tmp_path, recorder).events())
    assert [event["done"] for event in events] == [1, 11, 21, 30]


def test_home_folder_stays_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's name in the path of a file is nobody's business."""
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("USERPROFILE", "/home/anna")
    _, recorder = captured(tmp_path, Port())
    recorder.report({"event": "note", "text": "/home/anna/updater.elf lies beside the firmware"}, 0.0)
    recorder.close()
    assert "anna" not in (tmp_path / "c.jsonl").read_text()


def test_raw_capture_keeps_everything(tmp_path: Path) -> None:
    """A raw capture has payloads and identities, and its header says so."""
    port, recorder = captured(tmp_path, Port(IMEI), raw=True)
    port.write(BLOCK_FRAME, 0, len(BLOCK_FRAME))
    read_all(port)
    capture = read(tmp_path, recorder)
    assert capture.header["raw"] is True
    assert bytes_of(capture, "rx") == IMEI
    assert [each["data"].encode("latin-1") for each in capture.records if "tx_block" in each] == [FIRMWARE]


def test_answers_in_a_session_are_not_held_back(tmp_path: Path) -> None:
    """The last byte of an answer may look like a digit: it must not wait for the next answer."""
    answer = b"tsaf\x83\x01\0\2" + bytes(8) + b"\0A"
    port, recorder = captured(tmp_path, Port(answer, b"tsaf2"))
    port.write(BLOCK_FRAME, 0, len(BLOCK_FRAME))
    read_all(port)
    found = [each["rx"] for each in read(tmp_path, recorder).records if "rx" in each]
    assert (found[0], "".join(found[1:])) == (answer.decode("latin-1"), "xxxx#")


def test_what_the_mask_held_comes_at_the_end(tmp_path: Path) -> None:
    """Digits at the end of the last read are not lost."""
    port, recorder = captured(tmp_path, Port(b"41065"))
    read_all(port)
    assert bytes_of(read(tmp_path, recorder), "rx") == b"#####"


def test_full_disk_is_told_once_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A capture that cannot be written any more is given up; the port goes on."""
    told: list[str] = []
    inner = Port(b"OK\r\n")
    recorder = Recorder(CaptureFile(tmp_path / "c.jsonl", {}, told.append))
    port = CapturingPort(inner, inner, recorder)

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        port.write(b"AT\r\n", 0, 4)
        port.write(b"AT\r\n", 0, 4)
    read_all(port)
    recorder.report({"event": "note", "text": "x"}, 0.0)
    recorder.close()
    assert inner.written == b"AT\r\nAT\r\n"
    assert len(told) == 1
    assert "No space left on device" in told[0]


def test_half_written_record_ends_the_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes half a line is full: nothing is written behind it."""
    told: list[str] = []
    file = CaptureFile(tmp_path / "c.jsonl", {}, told.append)
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:5]))
        file.write({"at_ms": 1})
    file.write({"at_ms": 2})
    file.close()
    assert len(told) == 1
    assert read_capture(tmp_path / "c.jsonl") == Capture({"capture": 1}, (), torn=True)


def test_unwritable_place_is_told_once(tmp_path: Path) -> None:
    """A folder that is not there."""
    told: list[str] = []
    file = CaptureFile(tmp_path / "no" / "c.jsonl", {}, told.append)
    file.write({"at_ms": 1})
    file.close()
    assert len(told) == 1


def test_no_file_is_overwritten_but_captures(tmp_path: Path) -> None:
    """`--capture CATM1-41065.dup` must not eat the firmware."""
    firmware = tmp_path / "CATM1-41065.dup"
    firmware.write_bytes(b"UPGR")
    with pytest.raises(Refusal, match="capture-over-file"):
        CaptureFile(firmware, {}, trouble_is_a_failure)
    assert firmware.read_bytes() == b"UPGR"
    CaptureFile(tmp_path / "c", {}, trouble_is_a_failure).close()
    CaptureFile(tmp_path / "c", {}, trouble_is_a_failure).close()
    CaptureFile(Path(os.devnull), {}, trouble_is_a_failure).close()


def test_torn_last_line_is_read_past(tmp_path: Path) -> None:
    """Wherever a capture is cut, it opens, with every record that is whole."""
    port, recorder = captured(tmp_path, Port(b"OK\r\n"))
    port.write(b"AT\r\n", 0, 4)
    read_all(port)
    recorder.report({"event": "result"}, 0.0)
    whole = read(tmp_path, recorder)
    data = (tmp_path / "c.jsonl").read_bytes()
    head = data.index(b"\n") + 1
    for cut in range(head, len(data)):
        (tmp_path / "t.jsonl").write_bytes(data[:cut])
        part = read_capture(tmp_path / "t.jsonl")
        assert part.records == whole.records[: len(part.records)]
        assert part.torn == (data[cut - 1 : cut] != b"\n")
    assert list(whole.events()) == [{"event": "result"}]


@pytest.mark.parametrize("content", [b"", b"{}\n", b"UPGR", b"[1]\n", b'{"capture": 99}\n'])
def test_other_files_are_no_captures(tmp_path: Path, content: bytes) -> None:
    """Something else than a capture is refused."""
    (tmp_path / "c.jsonl").write_bytes(content)
    with pytest.raises(Refusal, match="not-a-capture"):
        read_capture(tmp_path / "c.jsonl")
    with pytest.raises(Refusal, match="no-such-file"):
        read_capture(tmp_path / "nothing")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def carry_out(*events: dict[str, Any], **options: Any) -> Path:
    recorder, path = begin_run(["update", "a.dup"], "/dev/ttyUSB0", trouble_is_a_failure, **options)
    for event in events:
        recorder.report(event, 0.0)
    recorder.close()
    return path


def test_runs_are_listed_newest_first_and_bounded(home: Path) -> None:
    """The last 20 runs are kept; other files in the folder are left alone."""
    for _ in range(3):
        carry_out()
    (home / "runs" / "notes.jsonl").write_text("mine")
    (home / "runs" / "2-torn.jsonl").write_text("{")
    last = carry_out({"event": "identity", "build": 38638}, {"event": "result", "to_version": "41065"})
    newest = runs()[0]
    assert newest.path == last
    assert (newest.identity["build"], newest.result["to_version"]) == (38638, "41065")
    assert newest.header["command"] == ["update", "a.dup"]
    for _ in range(KEPT + 5):
        carry_out()
    assert len(runs()) == KEPT
    assert (home / "runs" / "notes.jsonl").read_text() == "mine"


def test_run_by_name(home: Path) -> None:
    """A run is found by its name or the beginning of it, the last one without."""
    with pytest.raises(Refusal, match="no-such-run"):
        find_run()
    first = carry_out()
    second = carry_out()
    assert find_run(first.stem).path in (first, second)
    assert find_run().path == find_run("1").path == find_run(second.stem).path == second
    assert find_run("2").path == first
    for wrong in ("0", "3"):
        with pytest.raises(Refusal, match="no-such-run"):
            find_run(wrong)
    with pytest.raises(Refusal, match="no-such-run"):
        find_run("1999")


def test_capture_elsewhere_leaves_the_story_at_home(home: Path, tmp_path: Path) -> None:
    """With --capture FILE the bytes go there; the history still knows the run, and nothing raw."""
    elsewhere = tmp_path / "mine.jsonl"
    path = carry_out({"event": "note", "text": "123456789012345"}, to=elsewhere, raw=True)
    assert "123456789012345" in elsewhere.read_text()
    assert "123456789012345" not in path.read_text()
    assert runs()[0].header["capture_at"] == str(elsewhere)


def test_no_home_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a state folder the run is not remembered, which is told, and goes on."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "file"))
    told: list[str] = []
    recorder, _ = begin_run(["info"], "COM5", told.append)
    recorder.report({"event": "note"}, 0.0)
    recorder.close()
    assert len(told) == 1
    assert runs() == []


def test_forgetting_all(home: Path) -> None:
    """Keeping none removes all."""
    carry_out()
    forget_old(home / "runs", 0)
    assert runs() == []


WRITER = """
import sys
from pathlib import Path
from modemflash_host.capture.runs import begin_run
recorder, path = begin_run(["update"], "port", print)
print(path, flush=True)
number = 0
while True:
    recorder.sent(b"AT+NUMBER=%d\\r\\n" % number)
    recorder.report({"event": "progress", "done": number}, 0.0)
    number += 1
"""


@pytest.mark.parametrize("after_ms", [1, 7, 20, 45])
@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_killed_program_leaves_a_capture_that_opens(home: Path, after_ms: int) -> None:
    """Killed in the middle of writing: the capture opens, and no number is missing."""
    with subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        path = Path(child.stdout.readline().strip())
        time.sleep(after_ms / 1000)
        child.send_signal(signal.SIGKILL)
    capture = read_capture(path)
    assert [event["done"] for event in capture.events()] == list(range(len(list(capture.events()))))
    assert json.loads(path.read_text().splitlines()[0])["capture"] == 1
