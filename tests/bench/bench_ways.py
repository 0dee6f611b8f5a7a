"""Real time through a simulated board: relay, mirror, and the modem's own line, in the same run.

    python tests/bench/bench_ways.py [--size BYTES]

Rules: every way is the whole command, at a pty whose bytes move at the line's
rate at most; the clock runs from the modem's session to the last byte taken, and
the modem's verdict must name the new build. What is judged is the end alone: the
gates are in virtual time, in `tests/host/board/relay/test_figures.py`.
"""

import argparse
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.cli import app
from modemflash_sim.board.serve_board import ServedBoard, serve_board
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.card_board import QUICK
from support.desk import make_flash
from tools import fetch

BOOT_MS = 1_500
LINE_BYTES_A_SECOND = 92_160


def modem() -> SimModem:
    """One that never stalls: what is left is the way."""
    return SimModem(replace(profiles.find("pycom-catm1"), timing=replace(QUICK, stalls=())))


@contextmanager
def at_board(folder: Path, there: SimModem) -> Iterator[str]:
    """A board that has the updater, at a pty."""
    interpreter = fetch.get("micropython")
    flash = make_flash(folder / "flash", interpreter)
    endpoint = PtyEndpoint()
    board = UsbBoard("gpy-1.20.0", there, boot_ms=BOOT_MS, interpreter=interpreter, flash=flash, heap="5120k")
    try:
        board.switch_on()
        board.pass_s(4)
        with serve_board(ServedBoard(board, endpoint, step_ms=2)):
            yield endpoint.url
    finally:
        board.close()
        endpoint.close()


def measure(way: str, folder: Path, size: int) -> float:
    """Bytes a second of a whole update by this way."""
    there = modem()
    files = {
        "CATM1-41065.dup": images.make_full_image(41065, size_bytes=size),
        "updater.elf": images.make_updater_elf(66_000),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    place = serve(there) if way == "direct" else at_board(folder, there)
    said = io.StringIO()
    with place as port, redirect_stdout(said), redirect_stderr(io.StringIO()):
        app.run(["update", str(folder / "CATM1-41065.dup"), "-p", port, "--via", way, "-y", "--json"])
    events = [json.loads(line) for line in said.getvalue().splitlines()]
    if there.verdict.build != 41065:
        raise SystemExit(f"{way}: {events[-1]}")
    begun = next(event["at_s"] for event in events if event["event"] == "session")
    last = [event for event in events if event["event"] == "progress"][-1]
    return float(last["done"] / (last["at_s"] - begun))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=300_000, help="bytes of the image")
    size = parser.parse_args().size
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for way in ("direct", "relay", "mirror"):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["MODEMFLASH_HOME"] = folder
            speed = measure(way, Path(folder), size)
        print(f"{way:8}{speed / 1000:7.1f} kB/s, {speed / LINE_BYTES_A_SECOND:.2f} of the line", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
