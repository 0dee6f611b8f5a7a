"""Real time from the yes to the first question of the board to its modem, on a blank simulated board.

    python tests/bench/bench_deploy.py [--tries N]

Rules: it is the whole command, at a pty whose bytes move at the line's rate at
most; the clock runs from the plan, which is agreed to beforehand, to the first
byte that the modem gets from the board's own engine. The best of the tries is
judged: this computer may have other work. The gates are those of `GATES_S`.
"""

import argparse
import io
import json
import os
import platform
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.board.install import file_sender
from modemflash_host.cli import app
from modemflash_sim.board.serve_board import ServedBoard, serve_board
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.pty import PtyEndpoint
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.card_board import QUICK
from support.desk import make_flash
from tools import fetch

GATES_S = {921_600: 10.0, 115_200: 15.0}
BOOT_MS = 1_500


class Stamped(io.StringIO):
    """Keeps when each line was written."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[tuple[float, str]] = []

    def write(self, text: str) -> int:
        self.moments.append((time.monotonic(), text))
        return super().write(text)


class Questioned(SimModem):
    """A modem that keeps when it was spoken to."""

    def __init__(self) -> None:
        super().__init__(replace(profiles.find("pycom-catm1"), timing=replace(QUICK, stalls=())))
        self.moments: list[float] = []

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        self.moments.append(time.monotonic())
        super().feed(now_us, data, baud)


def measure(most_baud: int, folder: Path) -> float:
    """Seconds from the yes to the first question."""
    modem = Questioned()
    for name, data in (
        ("CATM1-41065.dup", images.make_full_image(41065, size_bytes=60_000)),
        ("updater.elf", images.make_updater_elf(66_000)),
    ):
        (folder / name).write_bytes(data)
    interpreter = fetch.get("micropython")
    flash = make_flash(folder / "flash", interpreter, fresh=True)
    endpoint = PtyEndpoint()
    board = UsbBoard("gpy-1.20.0", modem, boot_ms=BOOT_MS, interpreter=interpreter, flash=flash, heap="5120k")
    rates = file_sender.RATES
    file_sender.RATES = tuple(rate for rate in rates if rate <= most_baud)
    said = Stamped()
    try:
        board.switch_on()
        board.pass_s(4)
        served = serve_board(ServedBoard(board, endpoint, step_ms=2))
        with served, redirect_stdout(said), redirect_stderr(io.StringIO()):
            words = ["update", str(folder / "CATM1-41065.dup"), "-p", endpoint.url, "--via", "relay"]
            app.run([*words, "-y", "--json"])
    finally:
        file_sender.RATES = rates
        board.close()
        endpoint.close()
    events = [
        (at, json.loads(line)) for at, text in said.moments for line in text.splitlines() if line.strip()
    ]
    if modem.verdict.build != 41065:
        raise SystemExit(str(events[-1]))
    yes = next(at for at, event in events if event["event"] == "plan")
    put = max(at for at, event in events if event["event"] == "progress" and event["phase"] == "deploy")
    return next(at for at in modem.moments if at > put) - yes


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tries", type=int, default=2)
    tries = parser.parse_args().tries
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}"
    )
    is_late = False
    for rate, gate_s in GATES_S.items():
        took = []
        for _ in range(tries):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["MODEMFLASH_HOME"] = folder
                took.append(measure(rate, Path(folder)))
            if min(took) <= gate_s:
                break
        is_late = is_late or min(took) > gate_s
        print(
            f"{rate:7} baud: {min(took):5.1f} s from the yes to the first question (at most {gate_s:.0f} s)"
        )
    return int(is_late)


if __name__ == "__main__":
    sys.exit(main())
