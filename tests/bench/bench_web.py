"""The page against the program: relay in the browser, time until it is ready, and what it downloads.

    python tests/bench/bench_web.py [--size BYTES] [--rounds N]

Rules: one simulated board after the other, on the same pty, in the same run; the
rate is that of the transfer, from the modem's session to the last byte taken; the
modem's verdict must name the new build; of several rounds the best of each counts,
because the rest is what else this computer does. Gates: 0.95 of the program's rate, ready
in 4 s from loopback, 7 MB packed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_sim.sequans import images
from modemflash_web.build import download_bytes
from support.browser.built_page import built_page
from support.browser.chromium import chromium
from support.browser.page import Page
from support.browser.site import site
from support.browser.table import BoardOnTable, board_on_table
from support.browser.usb_ports import UsbPorts
from tools import fetch

LEAST_SHARE = 0.95
MOST_READY_S = 4.0
MOST_BYTES = 7_000_000
# Each message of the worker about the running phase, with the time at which it came.
_LISTEN = """
window.seen = [];
const plain = Worker;
window.Worker = class extends plain {
  constructor(...words) {
    super(...words);
    this.addEventListener('message', ({ data }) => {
      const isSent = data.kind === 'progress' && data.phase === 'transfer';
      if (isSent) window.seen.push([performance.now(), data.done]);
    });
  }
};
"""


def rate_of(points: list[tuple[float, int]]) -> float:
    """Bytes a second between the first and the last (seconds, bytes) of a transfer.

    The page tells the same number again while nothing moves: each counts when it is told first.
    """
    told_s: dict[int, float] = {}
    for at_s, done in points:
        told_s.setdefault(done, at_s)
    start, end = min(filter(None, told_s)), max(told_s)
    return (end - start) / (told_s[end] - told_s[start])


def by_program(tty: str, firmware: Path, home: Path) -> float:
    """Bytes a second of `modemflash update --via relay`."""
    words = ["update", str(firmware), "-p", tty, "--via", "relay", "-y", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "modemflash", *words],
        env={**os.environ, "MODEMFLASH_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    sent = [event for event in events if event["event"] == "progress" and event["phase"] == "transfer"]
    return rate_of([(event["at_s"], event["done"]) for event in sent])


def by_page(page: Page, *files: Path) -> tuple[float, float]:
    """Seconds until the page was ready, and bytes a second."""
    page.open()
    ready_ms = page.tab.run("return Number(document.body.dataset.readyMs)")
    page.choose(*files)
    page.connect("board-a")
    page.agree()
    outcome = page.outcome(120)
    if outcome != "updated":
        raise SystemExit(f"by the page: {outcome}, {page.error()}")
    seen = page.tab.run("return window.seen")
    assert isinstance(seen, list) and isinstance(ready_ms, int | float)
    return ready_ms / 1000, rate_of([(at_ms / 1000, done) for at_ms, done in seen])


def need_updated(board: BoardOnTable) -> None:
    """A rate counts when the modem has what was sent."""
    if board.build() != 41065:
        raise SystemExit(f"the modem has build {board.build()}")


def measure(room: Path, size: int) -> tuple[float, float, float]:
    """Bytes a second by the program and by the page, and seconds until that was ready."""
    for name in ("ports", "profile", "program", "page"):
        (room / name).mkdir()
    firmware, updater = room / "CATM1-41065.dup", room / "updater.elf"
    firmware.write_bytes(images.make_full_image(41065, size_bytes=size))
    updater.write_bytes(images.make_updater_elf(66_000))
    interpreter, ports = fetch.get("micropython"), UsbPorts(room / "ports")
    with board_on_table(interpreter, room / "program", ports, "board-a") as board:
        program = by_program(board.cable.tty, firmware, room / "home")
        need_updated(board)
    with (
        site(built_page()) as origin,
        board_on_table(interpreter, room / "page", ports, "board-a") as board,
        chromium(fetch.get("chromium"), room / "profile", ports, origin, ["board-a"]) as tab,
        tab.before_pages(_LISTEN),
    ):
        ready_s, page = by_page(Page(tab, origin), firmware, updater)
        need_updated(board)
    return program, page, ready_s


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=600_000, help="bytes of the image")
    parser.add_argument("--rounds", type=int, default=2)
    words = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", flush=True)
    rounds = []
    for _ in range(words.rounds):
        with tempfile.TemporaryDirectory() as room:
            rounds.append(measure(Path(room), words.size))
            print("        %6.1f and %.1f kB/s" % (rounds[-1][0] / 1000, rounds[-1][1] / 1000), flush=True)
    program, page = (max(each[column] for each in rounds) for column in (0, 1))
    ready_s = min(each[2] for each in rounds)
    download = download_bytes(built_page())
    print(f"program  {program / 1000:6.1f} kB/s")
    print(f"page     {page / 1000:6.1f} kB/s, {page / program:.3f} of the program's (gate {LEAST_SHARE})")
    print(f"ready    {ready_s:6.2f} s (gate {MOST_READY_S})")
    print(f"download {download / 1e6:6.2f} MB, packed (gate {MOST_BYTES / 1e6})")
    return 0 if page >= LEAST_SHARE * program and ready_s <= MOST_READY_S and download <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
