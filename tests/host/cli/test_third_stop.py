"""Whatever a command waits for, by every way: a third stop request ends it at once, in words."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_host.run import exit_codes
from modemflash_sim.quectel_gnss import packages
from support.processes import Bench, bench_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")

GNSS_FILE = "LG290P03AANR02A01S.pkg"
WAYS = (
    ("board", "deploy"),
    ("board", "info"),
    ("board", "reset"),
    ("rescue",),
    ("update", "CATM1-41065.dup", "-y", "--via", "relay"),
    ("update", "CATM1-41065.dup", "-y", "--via", "mirror"),
    ("update", "CATM1-41065.dup", "-y", "--via", "direct"),
    ("update", GNSS_FILE, "-y"),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        (tmp_path / GNSS_FILE).write_bytes(packages.make_package(GNSS_FILE[:-4], "2025/12/12", size=30_000))
        yield made


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "words", [pytest.param(way, marks=[] if way == WAYS[0] else [pytest.mark.slow]) for way in WAYS]
)
def test_a_third_stop_request_ends_every_wait(bench: Bench, words: tuple[str, ...]) -> None:
    """The partner takes all and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        child = bench.start(*words, "-p", port, stderr=subprocess.STDOUT)
        partner, _ = server.accept()
        with partner:
            time.sleep(0.3)  # it waits for an answer then
            started = time.monotonic()
            for _ in range(3):
                child.send_signal(signal.SIGINT)
                time.sleep(0.05)
            out, _ = child.communicate(timeout=30)
    assert child.returncode in (exit_codes.INTERRUPTED, exit_codes.FAILED_UNKNOWN), out
    assert "stopped" in out.lower() and "Traceback" not in out
    assert time.monotonic() - started < 15
