"""Real time on a paced line: our sender against the vendor's client, in the same run.

    python tests/bench/bench_wire.py [--size BYTES] [--rounds 3] [--latency-ms 0]

Rules: both drive the same simulated modem, in a process of its own, through a
pty that moves bytes at 921600 baud; for both the clock runs from the AT command
to the end of the transfer, compression included, and the modem's verdict must
name the file's hash each time. The best round of each counts. The exit code is 1
when we are not 1.1 times as fast as the vendor's client, at version 2 and at
version 1.
"""

import argparse
import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash import transfer
from modemflash.line import Line
from modemflash_host.files.stable_file import open_stable
from modemflash_host.links.open import open_link
from modemflash_sim.plain_data import made
from modemflash_sim.sequans import images
from modemflash_sim.sequans.verdict import Verdict
from modemflash_sim.subprocess_server import serve_in_subprocess
from referees import vendor_client
from tools import fetch

GATE = 1.1
BAUD = 921_600
CASES = (("version 2, zlib", "gm02s", True), ("version 1", "pycom-catm1", False))


class Silent:
    """A reporter that tells nobody."""

    def report(self, event: "dict[str, object]") -> None:
        """Nothing to tell."""

    def tick(self, now: int) -> None:
        """Nothing to do."""

    def stop_wanted(self) -> int:
        """Nobody wants to stop."""
        return 0


def ours(port: str, file: Path, compressed: bool) -> float:
    """Seconds that our sender takes."""
    link, clock = open_link(port)
    source = open_stable(file)
    line = Line(link, clock, Silent())
    try:
        line.set_baud(BAUD)
        start = time.monotonic()
        line.write(b'AT+SMSTPU="ON_THE_FLY"\r\n')
        reply, piece = b"", bytearray(64)
        while not reply.endswith(b"OK\r\n"):
            got = line.read(piece, len(piece), 5_000)
            assert got, reply
            reply += piece[:got]
        sender = transfer.Sender(line)
        sender.open()
        if compressed:
            sender.send(source.packed(), transfer.CONTAINER_ZLIB)
        else:
            sender.send(source, transfer.CONTAINER)
        sender.close()
        return time.monotonic() - start
    finally:
        link.close()
        source.close()


def vendors(port: str, file: Path, compressed: bool) -> float:
    """Seconds that the vendor's client takes."""
    return vendor_client.transfer(fetch.get("vendor-client"), port, file, compressed, 600)


def measure(
    who: Callable[[str, Path, bool], float], file: Path, profile: str, compressed: bool, latency_ms: int
) -> float:
    """One transfer into a fresh modem, checked by the modem's own verdict."""
    options = (f"sim://{profile}?mode=recovery&quick=1", "--latency-ms", str(latency_ms))
    with serve_in_subprocess(*options) as modem:
        seconds = who(modem.url, file, compressed)
    verdict: Verdict = made(Verdict, modem.verdict, "verdict")
    assert not verdict.violations, verdict.violations
    (image,) = verdict.images
    assert image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    return seconds


def machine() -> str:
    """The processor's name and the number of cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (
        f"{(names or [platform.processor()])[0]}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description="our sender against the vendor's client")
    parser.add_argument("--size", type=int, default=0, help="bytes of a made image; 0: the vendor's file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency-ms", type=int, default=0, help="as a USB adapter's latency timer")
    given = parser.parse_args()
    print(machine())
    good = True
    with tempfile.TemporaryDirectory() as folder:
        file = vendor_client.firmware_file(fetch.get("vendor-client"))
        if given.size:
            file = Path(folder) / "made.dup"
            file.write_bytes(images.make_full_image(41065, size_bytes=given.size))
        print(f"{file.name}, {file.stat().st_size} bytes, best of {given.rounds}")
        for name, profile, compressed in CASES:
            best = {ours: float("inf"), vendors: float("inf")}
            for _ in range(given.rounds):
                for who in best:
                    best[who] = min(best[who], measure(who, file, profile, compressed, given.latency_ms))
            ratio = best[vendors] / best[ours]
            good &= ratio >= GATE
            print(
                f"{name:16} ours {best[ours]:6.2f} s   vendor's {best[vendors]:6.2f} s   "
                f"ratio {ratio:.3f}   {'good' if ratio >= GATE else f'below {GATE}'}",
                flush=True,
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
