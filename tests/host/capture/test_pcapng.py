"""pcapng: blocks are whole and padded, times and directions are those of the capture, masks stay."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.capture.export import BYTES, FILLING, FIRMWARE, NOTE, RELAY, export, packets
from modemflash_host.capture.file import CaptureFile
from modemflash_host.capture.pcapng import FROM_DEVICE, TO_DEVICE, PcapngWriter
from modemflash_host.errors import Refusal
from support.recorded_runs import FAILED_UPDATE, record


def blocks_of(data: bytes) -> list[tuple[int, bytes]]:
    """(kind, body) of each block; both lengths of a block must agree."""
    found = []
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert length % 4 == 0 and struct.unpack_from("<I", data, length - 4)[0] == length
        found.append((kind, data[8 : length - 4]))
        data = data[length:]
    return found


def test_every_block_is_whole() -> None:
    """Bodies of every length are padded to four bytes."""
    out = io.BytesIO()
    writer = PcapngWriter(out, "modemflash", "update a.dup")
    line = writer.interface("modem", "the line")
    for size in range(6):
        writer.packet(line, 1_700_000_000_000_000 + size, bytes(size), TO_DEVICE, "x" * size)
    kinds = [kind for kind, _ in blocks_of(out.getvalue())]
    assert kinds == [0x0A0D0D0A, 1, *[6] * 6]


@pytest.mark.parametrize(
    ("record", "kind", "flags"),
    [
        ({"tx": "AT\r\n"}, BYTES, TO_DEVICE),
        ({"rx": "\r\nOK\r\n"}, BYTES, FROM_DEVICE),
        ({"tx_block": 8176, "crc32": "0badcafe"}, FIRMWARE, TO_DEVICE),
        ({"tx_same": [255, 64]}, FILLING, TO_DEVICE),
        ({"baud": 115200}, NOTE, 0),
        ({"relay_rx": "G", "start": 0}, RELAY, FROM_DEVICE),
    ],
)
def test_each_kind_of_record(record: dict[str, object], kind: int, flags: int) -> None:
    """One packet for a record, its kind and direction in the four bytes before it."""
    [(channel, given, data)] = packets(record)
    assert (given, data[0], data[1], data[2], data[3]) == (flags, 1, channel, flags, kind)


def test_a_capture_that_grows_is_followed(tmp_path: Path) -> None:
    """What is written while it is exported comes along, up to the end of the run."""
    path = tmp_path / "c.jsonl"
    capture = CaptureFile(path, {"started": "2026-11-20T08:53:00+0100"}, pytest.fail)
    capture.write({"at_ms": 0, "phase": "find", "tx": "AT\r"})
    running = threading.Event()
    running.set()

    def go_on() -> None:
        capture.write({"at_ms": 5, "phase": "find", "rx": "OK\r"})
        running.clear()

    out = io.BytesIO()
    timer = threading.Timer(0.3, go_on)
    timer.start()
    began = time.monotonic()
    assert export(path, out, running.is_set) is False
    timer.join()
    capture.close()
    assert time.monotonic() - began < 5
    assert [kind for kind, _ in blocks_of(out.getvalue())].count(6) == 2


def test_what_stood_in_the_way_is_in_the_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phases, retries, stalls, stop requests, sleep, problem and result: in words, with their units."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    out = io.BytesIO()
    export(record(FAILED_UPDATE).path, out)
    for words in (
        b"phase: transfer",
        b"retry: block, attempt 2, damaged",
        b"stall: transfer, 13 s",
        b"stop request: transfer, This goes on.",
        b"warning: computer-slept, 30 s, this computer slept",
        b"problem: install-failed",
        b"result: install-failed, failed",
    ):
        assert words in out.getvalue(), words


def test_a_run_that_was_killed_is_not_waited_for(tmp_path: Path) -> None:
    """It has no result and never will: `--pcapng -` ends with what there is."""
    script = (
        "import os; from modemflash_host.capture.runs import begin_run;"
        "recorder, _ = begin_run(['update'], 'COM5', print); recorder.heard(b'\\r\\nOK\\r\\n'); os._exit(9)"
    )
    environment = {**os.environ, "MODEMFLASH_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, timeout=30, check=False)
    exported = "import sys; from modemflash_host.cli.app import run; sys.exit(run(sys.argv[1:]))"
    words = [sys.executable, "-c", exported, "capture", "export", "--pcapng", "-"]
    done = subprocess.run(words, env=environment, capture_output=True, timeout=30)
    assert done.returncode == 0
    assert [kind for kind, _ in blocks_of(done.stdout)].count(6) == 1


def test_a_torn_capture_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    """A killed program leaves half a line: the rest is exported, and that is said."""
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"capture":1}\n{"at_ms":1,"phase":"","tx":"AT"}\n{"at_ms":2,"ph')
    out = io.BytesIO()
    assert export(path, out) is True
    assert [kind for kind, _ in blocks_of(out.getvalue())].count(6) == 1


@pytest.mark.parametrize(
    "words",
    [
        {"started": "1900-01-01T00:00:00+0000"},
        {"started": "9999-12-31T23:59:59+0000"},
        {"command": ["x" * 70_000], "modemflash": "y" * 70_000, "port": "\N{SNOWMAN}" * 70_000},
        {"at_ms": 2**70, "tx": "AT"},
        {"tx_block": 2**40, "crc32": "00000000"},
        {"tx_block": 5, "crc32": "no number"},
        {"relay_tx": "?" * 70_000},
        {"event": {"event": "warning", "text": "\N{SNOWMAN}" * 70_000}},
    ],
)
def test_a_capture_that_somebody_changed_is_exported(tmp_path: Path, words: dict[str, Any]) -> None:
    """As far as it is one; whatever a number or a text is, no error of ours comes of it."""
    path, out = tmp_path / "c.jsonl", io.BytesIO()
    of_header = {name: words[name] for name in words if name in ("started", "command", "modemflash", "port")}
    records = [
        {"capture": 1, **of_header},
        {"at_ms": 1, "phase": "", **words},
        {"at_ms": 2, "phase": "", "tx": "AT"},
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    export(path, out)
    assert blocks_of(out.getvalue())[0][0] == 0x0A0D0D0A


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"hello\n")
    with pytest.raises(Refusal, match="not-a-capture"):
        export(path, io.BytesIO())
