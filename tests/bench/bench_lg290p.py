"""Real time on a paced line: the packets of a GNSS update, next to what the line could carry at most.

    python tests/bench/bench_lg290p.py [--size BYTES]

Rules: the module is simulated in a process of its own, at a pty that moves bytes at
460800 baud and hands on what came after 1 or 16 ms, as USB adapters do; the limit is
arithmetic: 4110 bytes for 4096, and one answer of 14, and that latency, for each
packet; the clock runs from the first packet's answer to the last but one's. The exit
code is 1 below 0.97 of the limit, or when this process took more than 60 MB.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host import api
from modemflash_host.consents import YES
from modemflash_host.families.plan import Request
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.quectel_gnss import packages
from modemflash_sim.subprocess_server import serve_in_subprocess
from support.answers import Answers

GATE, MOST_MB = 0.97, 60
BAUD, BLOCK, FRAME, ANSWER, ANSWER_S = 460_800, 4096, 4110, 14, 0.0003


class Moments(Sink):
    """When each packet was answered."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def report(self, event: Event, at_s: float) -> None:
        """See `Sink`."""
        if event["event"] == "progress" and event["phase"] == "transfer":
            self.moments.append(time.monotonic())


def measured(file: Path, latency_ms: int) -> tuple[float, float]:
    """Bytes a second, and the most that the line could carry."""
    sink = Moments()
    with serve_in_subprocess("sim://lg290p", "--latency-ms", str(latency_ms)) as server:
        reporter = Reporter([sink], StopRequests())
        with api.identify(file, reporter) as firmware:
            request = Request(server.url, files=(firmware,), consents=frozenset({YES}))
            result = api.update(request, reporter, Answers())
    assert result.status == "updated", result
    moments = sink.moments[-(firmware.source.size // BLOCK + 1) :][:-1]
    a_packet_s = (FRAME + ANSWER) * 10 / BAUD + latency_ms / 1000 + ANSWER_S
    return (len(moments) - 1) * BLOCK / (moments[-1] - moments[0]), BLOCK / a_packet_s


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=800_000)
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "LG290P03AANR02A01S.pkg"
        file.write_bytes(packages.make_package(size=options.size))
        for latency_ms in (1, 16):
            rate, limit = measured(file, latency_ms)
            share = rate / limit
            good = good and share >= GATE
            print(
                f"{latency_ms:3} ms: {rate:8.0f} bytes/s, limit {limit:8.0f}, "
                f"{share:.3f} of it, {rate * 10 / BAUD:.3f} of the line"
            )
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {most_mb:.0f} MB")
    return 0 if good and most_mb <= MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
