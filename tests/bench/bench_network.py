"""Updates over a slow network, and over one whose connection is lost: a board by relay, and a modem directly.

    python tests/bench/bench_network.py [--latencies 1,16,80,200] [--ways relay,direct] [--size BYTES]

Rules: a latency is that of a round trip, half of it each way; the ports are RFC 2217
servers; the commands are `modemflash fleet update`, which waits for a port that is
away; the modem's own verdict must name the new build.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_sim.sequans import images
from support.fleet_desk import FleetDesk, fleet_desk_in
from support.processes import until
from tools import fetch

NEW_BUILD = 41065
_LOST_S = 3.0


def port_of(desk: FleetDesk, way: str, latency_ms: int) -> str:
    """A board or a modem at the far end of a network."""
    delay_s = latency_ms / 2000
    if way == "direct":
        return desk.far("x", delay_s)
    return desk.board("x", fetch.get("micropython"), far=True, delay_s=delay_s)


def measure(way: str, latency_ms: int, size: int, folder: Path, is_lost: bool) -> str:
    """One update, in words."""
    with fleet_desk_in(folder) as desk:
        desk.image.write_bytes(images.make_full_image(NEW_BUILD, size_bytes=size))
        desk.put("x", port_of(desk, way, latency_ms), f'via = "{way}"')
        child = desk.fleet("update", "--json")
        assert child.stdout is not None
        points: list[tuple[float, int]] = []

        def is_over(event: dict[str, object]) -> bool:
            nonlocal is_lost
            if event["event"] == "progress" and event["phase"] == "transfer":
                points.append((float(str(event["at_s"])), int(str(event["done"]))))
                if is_lost and points[-1][1] > size // 4:
                    is_lost = False
                    desk.networks["x"].lose(_LOST_S)
                    points.clear()
            return event["event"] == "fleet"

        end = until(child.stdout, is_over)["boards"][0]
        child.communicate()
        desk.close()
        if desk.modems["x"].verdict.build != NEW_BUILD:
            return f"not updated: {end['code']}, {end['modem_state']}"
    moved = [(s, done) for s, done in points if points and done >= points[0][1]]
    rate = (moved[-1][1] - moved[0][1]) / max(0.1, moved[-1][0] - moved[0][0]) if len(moved) > 1 else 0.0
    told = f"{rate / 1000:5.1f} kB/s, {end['seconds']:.0f} s in all"
    return told + (f", begun {end['starts']} times" if end["starts"] > 1 else "")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--latencies", default="1,16,80,200", help="milliseconds")
    parser.add_argument("--ways", default="relay,direct")
    parser.add_argument("--size", type=int, default=300_000, help="bytes of the image")
    said = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    rows = [(int(latency), False) for latency in said.latencies.split(",")] + [(16, True)]
    for way in said.ways.split(","):
        for latency_ms, is_lost in rows:
            with tempfile.TemporaryDirectory() as folder:
                told = measure(way, latency_ms, said.size, Path(folder), is_lost)
            lost = f", connection lost for {_LOST_S:.0f} s" if is_lost else ""
            print(f"{way:7}{latency_ms:4} ms{lost}: {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
