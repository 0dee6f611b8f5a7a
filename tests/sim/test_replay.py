"""The replay is as strict as it says, and a user's failure runs through every endpoint."""

import os
from pathlib import Path
from typing import Any

import pytest

from captures.scenarios import FOLDER, MaskedReporter, play
from modemflash.frames import BLOCK
from modemflash_host.capture.file import CaptureFile
from modemflash_host.capture.port import CapturingPort
from modemflash_host.capture.reading import Capture, read_capture
from modemflash_host.capture.recorder import Recorder
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.links.open import open_link
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.replay import CaptureMismatch, ReplayModem, replay_line
from modemflash_sim.sequans import faults
from modemflash_sim.sequans.modem import SimModem

FIRMWARE = b"firmware" * 8
BLOCK_FRAME = b"fast" + bytes([BLOCK, 1, 0, 64]) + bytes(8) + FIRMWARE


def capture_of(*records: dict[str, Any]) -> Capture:
    return Capture({"capture": 1}, records, torn=False)


def line_to(capture: Capture, **options: Any) -> tuple[VirtualLine, ReplayModem]:
    line, modem = replay_line(capture, **options)
    line.set_baud(921600)
    return line, modem


def heard(line: VirtualLine, timeout_ms: int = 10_000) -> bytes:
    buf = bytearray(4096)
    return bytes(buf[: line.readinto(buf, len(buf), timeout_ms)])


def say(line: VirtualLine, data: bytes) -> None:
    line.write(data, 0, len(data))
    line.drain(10_000)
    line.sleep_ms(1)


TALK = capture_of(
    {"at_ms": 100, "baud": 921600},
    {"at_ms": 100, "tx": "AT\r\n"},
    {"at_ms": 350, "rx": "OK\r\n"},
    {"at_ms": 360, "rx": "nobody read this", "dropped": True},
    {"at_ms": 1000, "tx": 'AT+CPIN="xxxx"\r\n'},
    {"at_ms": 9000, "rx": "OK\r\n"},
)


def test_words_come_as_late_as_they_did() -> None:
    """The captured delay between a request and its answer, to a few milliseconds."""
    line, modem = line_to(TALK)
    line.write(b"AT\r\n", 0, 4)
    assert heard(line) == b"OK\r\n"
    assert 245 <= line.ticks_ms() <= 251
    start = line.ticks_ms()
    line.write(b'AT+CPIN="1234"\r\n', 0, 16)
    assert heard(line) == b"OK\r\n"
    assert 7995 <= line.ticks_ms() - start <= 8001
    assert modem.finished


def test_words_that_were_there_before_a_request_are_no_answer_to_it() -> None:
    """What was read in the millisecond of a request had come before: it does so again."""
    late = {"at_ms": 1300, "rx": "+SHUTDOWN\r\n"}
    line, _ = line_to(capture_of({"at_ms": 300, "tx": "\r"}, {"at_ms": 1300, "tx": "\r"}, late))
    say(line, b"\r")
    line.sleep_ms(1000)
    line.write(b"\r", 0, 1)
    assert heard(line, timeout_ms=0) == b"+SHUTDOWN\r\n"


def test_other_request_is_a_mismatch() -> None:
    """The first byte that differs ends the replay, with both sides in words."""
    line, _ = line_to(TALK)
    with pytest.raises(CaptureMismatch, match=r"captured b'AT\\r\\n', now b'ATI\\r'"):
        say(line, b"ATI\r\n")


def test_other_rate_is_a_mismatch() -> None:
    """A request at another rate than the captured one."""
    line, _ = line_to(TALK)
    line.set_baud(115200)
    with pytest.raises(CaptureMismatch, match="at 115200 baud, captured at 921600"):
        say(line, b"AT\r\n")


def test_silence_behind_the_end() -> None:
    """When the capture is over nothing comes any more, and it is counted."""
    line, modem = line_to(capture_of({"at_ms": 0, "tx": "AT\r\n"}))
    say(line, b"AT\r\nAT\r\n")
    assert heard(line) == b""
    assert modem.beyond == 4
    assert not modem.finished


def sequans_recorder(path: Path) -> Recorder:
    """A recorder that knows frames, so that firmware is not in the capture."""
    recorder = Recorder(CaptureFile(path, {}, print))
    recorder.use_vocabulary(WORDS)
    recorder.use(StpFramer())
    return recorder


def block_capture(tmp_path: Path) -> Capture:
    recorder = sequans_recorder(tmp_path / "c.jsonl")
    recorder.sent(BLOCK_FRAME)
    recorder.close()
    return read_capture(tmp_path / "c.jsonl")


def test_firmware_is_compared_by_size_and_checksum(tmp_path: Path) -> None:
    """The same firmware matches without being in the capture; other firmware does not."""
    line, modem = line_to(block_capture(tmp_path))
    say(line, BLOCK_FRAME)
    assert modem.finished
    line, _ = line_to(block_capture(tmp_path))
    with pytest.raises(CaptureMismatch, match="64 bytes of firmware"):
        say(line, BLOCK_FRAME[:-1] + b"!")


def test_other_firmware_of_the_same_size_for_those_without_the_file(tmp_path: Path) -> None:
    """Not strict: checksums of the header and of the firmware are left out, operation and size are not."""
    line, modem = line_to(block_capture(tmp_path), strict=False)
    say(line, BLOCK_FRAME[:12] + b"sums" + b"?" * 64)
    assert modem.finished
    line, _ = line_to(block_capture(tmp_path), strict=False)
    with pytest.raises(CaptureMismatch):
        say(line, b"fast" + bytes([BLOCK, 1, 0, 63]) + bytes(8) + FIRMWARE)


def test_modem_that_speaks_first() -> None:
    """Words before the first request come by themselves."""
    line, _ = line_to(capture_of({"at_ms": 50, "baud": 921600}, {"at_ms": 500, "rx": "+SYSSTART\r\n"}))
    assert heard(line) == b"+SYSSTART\r\n"


def test_torn_capture_runs_as_far_as_it_goes(tmp_path: Path) -> None:
    """The capture of a killed program is replayed up to where it was killed."""
    data = (FOLDER / "info-catm1.jsonl").read_bytes()
    (tmp_path / "t.jsonl").write_bytes(data[:600])
    capture = read_capture(tmp_path / "t.jsonl")
    assert capture.torn
    line, _ = line_to(capture)
    say(line, b"\rAT\r\n")
    assert heard(line)


def test_capture_behind_a_endpoint() -> None:
    """The same modem answers behind TCP: `simulate modem --from-capture` is an endpoint around it."""
    import socket
    from urllib.parse import urlsplit

    with serve(ReplayModem(TALK), "tcp", paced=False) as url:
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port or 0), timeout=10) as client:
            client.sendall(b"AT\r\n")
            assert client.recv(10) == b"OK\r\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")
def test_capture_of_a_real_port_replays_in_virtual_time(tmp_path: Path) -> None:
    """Seconds at a real terminal, with its jitter, give the same events again in milliseconds."""
    recorder, first = sequans_recorder(tmp_path / "c.jsonl"), MaskedReporter()
    with serve(SimModem("pycom-catm1", None, faults.parse("leftover")), "pty") as url:
        link, clock = open_link(url)
        play(CapturingPort(link, clock, recorder), clock, first, None)
        link.close()
    recorder.close()
    line, modem = replay_line(read_capture(tmp_path / "c.jsonl"))
    again = MaskedReporter()
    play(line, line, again, None)
    assert again.events == first.events
    assert modem.finished


@pytest.mark.parametrize(
    "record",
    [
        '{"at_ms":NaN,"rx":"a"}',
        '{"at_ms":1e999,"rx":"a"}',
        '{"at_ms":-1,"rx":"a"}',
        '{"at_ms":' + "9" * 400 + ',"rx":"a"}',
        '{"at_ms":1,"rx":7}',
        '{"at_ms":1,"tx":null}',
        '{"at_ms":1,"tx":"\\u20ac"}',
        '{"at_ms":1,"rx":"\\ud800"}',
        '{"at_ms":1,"baud":"fast"}',
        '{"at_ms":1,"baud":-5}',
        '{"at_ms":1,"max_burst":[]}',
        '{"at_ms":1,"tx_same":[255]}',
        '{"at_ms":1,"tx_same":[256,1]}',
        '{"at_ms":1,"tx_same":[0,9007199254740000]}',
        '{"at_ms":1,"tx_same":[true,1]}',
        '{"at_ms":1,"tx_same":"ab"}',
        '{"at_ms":1,"tx_block":5}',
        '{"at_ms":1,"tx_block":5,"crc32":5}',
        '{"at_ms":1,"event":[]}',
        "[" * 100_000,
        '["rx"]',
        '"rx"',
        "{}x",
        "\0" * 50,
    ],
)
def test_what_was_never_captured_ends_the_capture(tmp_path: Path, record: str) -> None:
    """A line of another form, and all behind it, is dropped and noted; the modem plays what is before."""
    path = tmp_path / "x.jsonl"
    good = '{"at_ms":0,"phase":"","rx":"hello"}'
    path.write_text(f'{{"capture":1}}\n{good}\n{record}\n{good}\n', encoding="utf-8")
    capture = read_capture(path)
    assert capture.torn and len(capture.records) == 1
    assert ReplayModem(capture).take(10_000_000)
