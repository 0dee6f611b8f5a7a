"""Many modems at once, paced in real time: what is left of the rate of one alone, and what a board costs.

    python tests/bench/bench_fleet.py [--counts 1,2,4,8,16] [--size BYTES] [--gate SHARE] [--short]

Rules: every modem is a process of its own at a pty whose bytes move at the line's
rate at most, and none of them counts as cost; the rate is that of the transfer, as
the update's own events have it; what one modem has is measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_sim.endpoints import pace
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US, Timing
from support.fleet_desk import workers_of

NEW_BUILD = 41065
TICK_US = 4_000  # so often a modem looks at its line: 16 of them would else take a whole processor


@dataclass
class Cost:
    """What a run took.

    Attributes:
        rates: bytes a second of each board.
        processor_s: of the fleet and all its processes.
        memory_kib: of one board's process, shared pages by their share; the most that was seen.
        supervisor_kib: of the fleet's own process.
    """

    rates: list[float]
    processor_s: float
    memory_kib: int
    supervisor_kib: int


def serve_one() -> int:
    """A modem at a pty, until standard input ends."""
    pace.TICK_US = TICK_US
    timing = Timing(boot_us=SECOND_US // 10, updater_start_us=SECOND_US // 10, stalls=(), install_us=0)
    modem = SimModem(
        replace(profiles.find("pycom-catm1", timing=timing), start_mode="recovery", start_half_written=True)
    )
    with serve(modem) as port:
        print(port, flush=True)
        sys.stdin.read()
    print(modem.verdict.build)
    return 0


def measure(count: int, size: int, folder: Path, is_short: bool) -> Cost:
    """One fleet of so many modems."""
    (folder / "CATM1-41065.dup").write_bytes(images.make_full_image(NEW_BUILD, size_bytes=size))
    (folder / "updater.elf").write_bytes(images.make_updater_elf())
    with ExitStack() as opened:
        modems = [
            opened.enter_context(
                subprocess.Popen(
                    [sys.executable, __file__, "--serve"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(count)
        ]
        ports = [str(modem.stdout and modem.stdout.readline().strip()) for modem in modems]
        boards = "".join(
            f'[[board]]\nname = "b{number}"\nport = "{port}"\nvia = "direct"\n'
            for number, port in enumerate(ports)
        )
        (folder / "fleet.toml").write_text(boards)
        cost = run_fleet(count, folder, is_short)
        builds = [modem.communicate("")[0].strip() for modem in modems]
    if not is_short and builds != [str(NEW_BUILD)] * count:
        raise SystemExit(f"not all were updated: {builds}")
    return cost


def run_fleet(count: int, folder: Path, is_short: bool) -> Cost:
    """`modemflash fleet update`, and what it says; a short one is over with the transfers."""
    words = ["fleet", "update", "CATM1-41065.dup", "--boards", "fleet.toml", "-y", "--json"]
    environment = {**os.environ, "MODEMFLASH_HOME": str(folder / "home")}
    child = subprocess.Popen(
        [sys.executable, "-m", "modemflash", *words, "--jobs", str(count)],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=folder,
        text=True,
    )
    most = [0, 0]

    def watch() -> None:
        while child.returncode is None:
            for at, pids in ((0, workers_of_running(child.pid)), (1, [child.pid])):
                most[at] = max([most[at], *map(memory_kib, pids)])
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert child.stdout is not None
    sent: set[str] = set()
    killed_s = 0.0
    points: dict[str, list[tuple[float, int]]] = {}
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["phase"] == "transfer":
            points.setdefault(event["board_name"], []).append((event["at_s"], event["done"]))
        if event["event"] == "phase" and event["phase"] == "install":
            sent.add(event["board_name"])
        if is_short and len(sent) == count:
            workers = workers_of_running(child.pid)
            killed_s = sum(map(processor_s, workers))  # nobody waits for them, so no one else adds it up
            for pid in (child.pid, *workers):
                os.kill(pid, signal.SIGKILL)
            break
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    watcher.join()
    rates = [(all_[-1][1] - all_[0][1]) / (all_[-1][0] - all_[0][0]) for all_ in points.values()]
    return Cost(rates, used.ru_utime + used.ru_stime + killed_s, most[0], most[1])


def workers_of_running(pid: int) -> list[int]:
    """The processes of a fleet; none where it has just ended."""
    try:
        return workers_of(pid)
    except OSError:
        return []


def processor_s(pid: int) -> float:
    """What a process has used of the processor; 0 where it has ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> int:
    """What a process has of the memory; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--counts", default="1,2,4,8,16", help="modems at once, the first alone")
    parser.add_argument("--size", type=int, default=600_000, help="bytes of the image")
    parser.add_argument("--gate", type=float, default=0.0, help="the share that the slowest must keep")
    parser.add_argument("--short", action="store_true", help="end with the transfers: rates alone")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.serve:
        return serve_one()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load before: {os.getloadavg()[0]:.1f}")
    alone, worst = 0.0, 1.0
    for count in map(int, said.counts.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            cost = measure(count, said.size, Path(folder), said.short)
        alone = alone or min(cost.rates)
        share = min(cost.rates) / alone
        worst = min(worst, share)
        print(
            f"{count:3} at once: slowest {min(cost.rates) / 1000:5.1f} kB/s, {share:.2f} of one alone; "
            f"{cost.processor_s / count:.2f} s of processor and {cost.memory_kib / 1024:.0f} MiB a board, "
            f"{cost.supervisor_kib / 1024:.0f} MiB for the fleet",
            flush=True,
        )
    return 0 if worst >= said.gate else 1


if __name__ == "__main__":
    sys.exit(main())
