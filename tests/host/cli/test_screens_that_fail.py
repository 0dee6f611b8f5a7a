"""A screen never ends an update: whatever becomes of the words, the exit code says how it went.

Real processes, on pseudo terminals and pipes.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.run import exit_codes
from modemflash_sim.endpoints.serve import serve
from support.processes import Bench, bench_in, halfway, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo terminals and POSIX signals")

IN_TRANSFER = rb"send the firmware[^\n]*[1-9]%|of 200 kB"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


def on_terminal(bench: Bench, columns: int, port: str, *more: str) -> tuple[subprocess.Popen[Any], int]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    del bench.environment["COLUMNS"]
    child = bench.update(
        port, *more, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, text=False
    )
    os.close(slave)
    return child, master


def drain(master: int, into: bytearray) -> None:
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            return
        if not piece:
            return
        into += piece


@pytest.mark.parametrize("columns", [1, 7, 16])
def test_a_terminal_of_a_few_columns(bench: Bench, columns: int) -> None:
    """It wraps as it likes; the update is done, and the display has not failed."""
    modem = bench.modem()
    seen = bytearray()
    with serve(modem, "tcp", paced=False) as port:
        child, master = on_terminal(bench, columns, port)
        reader = threading.Thread(target=drain, args=(master, seen))
        reader.start()
        assert child.wait(60) == exit_codes.DONE, seen.decode(errors="replace")
        reader.join(10)
        os.close(master)
    assert modem.verdict.build == 41065
    assert b"The display failed" not in seen and b"Traceback" not in seen


def test_no_style_at_all_where_none_is_wanted(bench: Bench) -> None:
    """`--color never` sends no bold, no dim, no live line: not one escape, on a terminal."""
    seen = bytearray()
    with serve(bench.modem(), "tcp", paced=False) as port:
        child, master = on_terminal(bench, 80, port, "--color", "never")
        reader = threading.Thread(target=drain, args=(master, seen))
        reader.start()
        assert child.wait(60) == exit_codes.DONE
        reader.join(10)
        os.close(master)
    assert b"Updated" in seen
    assert b"\x1b" not in seen


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_goes_away_in_mid_transfer(bench: Bench, more: tuple[str, ...]) -> None:
    """`update … | tee log` whose tee dies, `| head`: the transfer goes on, and its end is the exit code."""
    modem = bench.modem()
    with serve(modem, "pty", paced=False) as port:
        child = bench.update(port, *more, text=False, stderr=subprocess.PIPE)
        assert child.stdout is not None and child.stderr is not None
        seen = b""
        while not re.search(rb'"phase": "transfer"' if more else IN_TRANSFER, seen):
            seen += os.read(child.stdout.fileno(), 4096)
        child.stdout.close()
        child.stderr.close()
        assert child.wait(60) == exit_codes.DONE
    assert (modem.verdict.build, modem.verdict.whole) == (41065, True)
    captures = sorted((bench.folder / "home").rglob("*.jsonl"))
    last = [json.loads(line) for line in captures[-1].read_text().splitlines()][-1]
    assert last["event"]["status"] == "updated"  # the capture was kept to its end


def test_a_terminal_that_is_gone_and_a_modem_that_fails(bench: Bench) -> None:
    """Nobody reads, and the exit code is that of the failure."""
    with serve(bench.modem(), "pty", paced=False) as port:
        child = bench.update(port, stderr=subprocess.PIPE, text=False)
        assert child.stdout is not None
        seen = b""
        while not re.search(IN_TRANSFER, seen):
            seen += os.read(child.stdout.fileno(), 4096)
        child.stdout.close()
        child.stderr.close()
    # By then it may have been in its transfer or at its install.
    assert child.wait(60) in (exit_codes.FAILED_RECOVERABLE, exit_codes.FAILED_UNKNOWN)


def test_ctrl_backslash_is_a_stop_request(bench: Bench) -> None:
    """The first one is told, and no core is dumped; the second one stops at a safe point."""
    with serve(bench.modem(), "pty", paced=False) as port:
        child = bench.update(port, "--json")
        until(child.stdout, halfway)
        child.send_signal(signal.SIGQUIT)
        until(child.stdout, lambda event: event["event"] == "interrupt")
        child.send_signal(signal.SIGQUIT)
        result = until(child.stdout, lambda event: event["event"] == "result")
        assert child.wait(60) == exit_codes.FAILED_RECOVERABLE
    assert result["status"] == "interrupted"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_the_third_stop_request_ends_at_once(bench: Bench, number: int) -> None:
    """In the middle of a transfer, with what is known: the module's state is not."""
    with serve(bench.modem(), "pty", paced=True) as port:
        child = bench.update(port, "--json")
        until(child.stdout, halfway)
        started = time.monotonic()
        for _ in range(3):
            child.send_signal(number)
            time.sleep(0.02)
        result = until(child.stdout, lambda event: event["event"] == "result")
        assert child.wait(20) == exit_codes.FAILED_UNKNOWN
    assert time.monotonic() - started < 15
    assert (result["code"], result["modem_state"]) == ("stopped-at-once", "unknown")
