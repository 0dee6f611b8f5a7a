"""Whatever comes over the wire: memory and state folder stay small, and what is left out is said."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from modemflash_host.capture.file import MOST_BYTES, CaptureFile
from modemflash_host.capture.runs import KEPT_BYTES, forget_old, runs

PROGRAM = Path(__file__).parents[2] / "support" / "programs" / "peak_memory.py"
MOST_MEMORY_KB = 60_000
PIECE = 1 << 16
FLOODS = {
    "nuls": bytes(PIECE),
    "noise": bytes((7 * n * n + 3 * n) % 251 for n in range(PIECE)),
    "carriage returns": b"\r" * PIECE,
    "lines": b"+CEREG: 1\r\n" * (PIECE // 11),
    "answers": b"tsaf" + bytes([0x93, 0, 0xFF, 0xFF]) * 2 + bytes(PIECE - 12),
    "signatures": b"tsaf" * (PIECE // 4),
}

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells the peak of memory")


@contextmanager
def flood(data: bytes) -> Iterator[tuple[str, list[int]]]:
    """A partner that sends the same for ever, as fast as it is taken: its address, and the bytes taken."""
    server = socket.create_server(("127.0.0.1", 0))
    taken = [0]

    def serve() -> None:
        with suppress(OSError):
            partner, _ = server.accept()
            with partner:
                while True:
                    taken[0] += partner.send(data)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}", taken
    finally:
        server.close()
        thread.join(30)


def peak_kb(folder: Path, *words: str) -> int:
    environment = {**os.environ, "MODEMFLASH_HOME": str(folder / "home")}
    peak = folder / "peak"
    subprocess.run(
        [sys.executable, str(PROGRAM), str(peak), *words],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        timeout=600, check=False,
    )  # fmt: skip
    return int(peak.read_text())


@pytest.mark.slow  # the whole search for a modem, in real time
@pytest.mark.timeout(700)
@pytest.mark.parametrize("kind", FLOODS)
def test_a_partner_that_floods(tmp_path: Path, kind: str) -> None:
    """While a modem is looked for: memory, this run's capture, its report, and the list of runs."""
    with flood(FLOODS[kind]) as (port, taken):
        peak = peak_kb(tmp_path, "info", "-p", port, "--answer-timeout", "1")
    assert taken[0] > 1_000_000
    assert peak < MOST_MEMORY_KB, f"{peak} kB, {taken[0]} bytes came"
    sizes = [path.stat().st_size for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert sum(sizes) <= 2 * MOST_BYTES
    assert peak_kb(tmp_path, "history") < MOST_MEMORY_KB


@pytest.mark.slow  # in real time
@pytest.mark.timeout(120)
@pytest.mark.parametrize("data", [b"raw REPL; CTRL-B to exit\r\n>OK\x04\x04>", b"A"])
def test_a_console_that_floods(tmp_path: Path, data: bytes) -> None:
    """Prompts, answers, a line without end: no board is reached, and no memory taken."""
    with flood(data * (PIECE // len(data))) as (port, taken):
        peak = peak_kb(tmp_path, "board", "deploy", "-p", port)
    assert taken[0] > 100_000
    assert peak < MOST_MEMORY_KB, f"{peak} kB, {taken[0]} bytes came"


def test_a_capture_has_a_largest_size_and_an_end(tmp_path: Path) -> None:
    """The wire fills its part, the story goes on, the result is there, and what is left out is counted."""
    told: list[str] = []
    capture = CaptureFile(tmp_path / "c.jsonl", {}, told.append)
    for _ in range(9_000):
        capture.write({"rx": "x" * 2_000})
    for _ in range(9_000):
        capture.write({"event": {"event": "note", "text": "x" * 1_000}})
    capture.write({"event": {"event": "result", "status": "failed"}})
    capture.close()
    assert (tmp_path / "c.jsonl").stat().st_size <= MOST_BYTES
    *_, result, left_out = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    assert result["event"]["event"] == "result"
    assert left_out["left_out"] > 2_000
    assert left_out["left_out_bytes"] > 2_000_000
    assert len(told) == 1


def test_all_runs_together_stay_below_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first; the list reads both ends alone, however long they are."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    folder = tmp_path / "runs"
    folder.mkdir()
    for number in range(10):
        with (folder / f"{number + 1:06}-20260101-000000-1.jsonl").open("w") as file:
            file.write('{"capture":1,"command":["info"]}\n{"event":{"event":"identity","product":"GPy"}}\n')
            file.seek(16_000_000)
            file.write(
                '\n{"event":{"event":"result","status":"failed"}}\n{"left_out":1,"left_out_bytes":9}\n'
            )
    forget_old(folder, 19, KEPT_BYTES)
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 6
    assert left[-1].startswith("000010-")
    assert [(run.identity["product"], run.result["status"]) for run in runs()] == [("GPy", "failed")] * 6
