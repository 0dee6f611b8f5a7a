"""Real time over usb2tcp and over a pty: the images of a Quectel update, next to what the pipe carries bare.

    python tests/bench/bench_edl.py [--size BYTES] [--rate BYTES_A_SECOND] [--rounds NUMBER]

Rules: the modem is simulated in a process of its own, where it is looked when the first byte
of an image came and when the last one did, with all commands between; bare is a plain program that
writes as much to the same modem, in pieces of 64 kB and with no look at any file; the update is
the ordinary command, in a process of its own. Both take turns, and the best of each counts,
in as many rounds as it takes to reach the gate, at most `--rounds`: others use the machine, too.
The modem takes no more than USB 2.0 at high speed carries, 40 MB/s, several times what a flash
was seen to take; with `--rate 0` loopback itself is measured, 120 MB/s and more, which no module
has. The exit code is 1 below 0.9 of bare, or when that process took more than 60 MB.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_sim.endpoints.usb2tcp import TAG, Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import PtyEndpoints, Usb2tcpEndpoints, UsbEndpoints, serve_usb
from modemflash_sim.quectel_edl import assumptions
from modemflash_sim.quectel_edl.module import SimPort, SimQuectel
from modemflash_sim.quectel_edl.packages import PackageMaker, program
from modemflash_sim.quectel_edl.partition_tables import LAYOUT
from modemflash_sim.quectel_edl.profiles import APPLICATION, PROFILES, PROGRAMMER
from modemflash_sim.quectel_edl.spoken import Answer

GATE, MOST_MB = 0.9, 60
BELIEVED = 1.05  # more than that, and something else had the machine while the bare program ran
KINDS = ("usb2tcp", "pty")
REVISION = "RM502QAEAAR11A04M4G_01.001.01.001"
PIECE_BYTES = 1 << 16
LOOK_S = 0.02
HIGH_SPEED_BYTES_A_S = 40e6
BUFFER_BYTES = 1 << 20
LEAST_SLEEP_S = 0.002
BIG = (*LAYOUT[:-1], ("system", 40, 470, "sysfs.ubi"))
PROFILE = dataclasses.replace(
    PROFILES["rm502q"],
    layout=BIG,
    blocks=510,
    reenumerate_us=100_000,
    boot_us=300_000,
    erase_us=10,
    program_us=10,
)


# -- in the process of the device ------------------------------------------------------


class Pace:
    """What a modem takes: so much a second into its flash, and some more at once into its memory."""

    def __init__(self, bytes_a_s: float) -> None:
        self._bytes_a_s = bytes_a_s
        self._over_s = 0.0

    def wait(self, size: int) -> None:
        """After so many bytes."""
        if not self._bytes_a_s or not size:
            return
        now_s = time.monotonic()
        self._over_s = max(now_s - BUFFER_BYTES / self._bytes_a_s, self._over_s) + size / self._bytes_a_s
        if self._over_s > now_s + LEAST_SLEEP_S:
            time.sleep(self._over_s - now_s)


class PacedModem(SimQuectel):
    """A modem that takes no more than its USB carries, and looks at the clock.

    Attributes:
        first, last: when bytes of images came, and how many there were by then.
    """

    pace = Pace(0)
    first = last = (0.0, 0)

    def answer(self, port: SimPort, answer: Answer) -> None:
        done = self.memory.counts.image_bytes
        if done != self.last[1]:
            self.pace.wait(done - self.last[1])
            self.last = (time.monotonic(), done)
            self.first = self.first if self.first[1] else self.last
        super().answer(port, answer)

    @property
    def rate(self) -> float:
        """Bytes of images a second, from the first to the last."""
        return (self.last[1] - self.first[1]) / (self.last[0] - self.first[0])


def serve(kind: str, folder: Path, mode: str, bytes_a_s: float) -> None:
    """Until standard input ends; the verdict as JSON, once it was reset."""
    device = PacedModem(dataclasses.replace(PROFILE, start=mode), assumptions.parse(""))
    device.pace = Pace(bytes_a_s)
    endpoints: UsbEndpoints = PtyEndpoints(folder)
    if kind == "usb2tcp":
        endpoint = Usb2tcpEndpoint()
        endpoints = Usb2tcpEndpoints(endpoint)
        print(endpoint.url, flush=True)
    else:
        print(folder, flush=True)
    with serve_usb(device, endpoints):
        counts = device.memory.counts
        while not counts.resets:
            if select.select([sys.stdin], [], [], LOOK_S)[0]:
                return
        verdict = {**dataclasses.asdict(device.verdict), "rate": device.rate}
        print(json.dumps(verdict), flush=True)
        sys.stdin.read()


# -- in the process of the update ------------------------------------------------------


def update(package: str, port: str, folder: str) -> int:
    """The ordinary command, on a system whose serial ports are those in the folder."""
    from serial.tools import list_ports

    from modemflash_host.cli import app

    def listed() -> list[Any]:
        found = []
        for link in Path(folder).iterdir():
            vendor, product, interface, _ = link.name.split("-")
            ids = {"vid": int(vendor, 16), "pid": int(product, 16), "serial_number": ""}
            place = {"device": str(link.readlink()), "location": f"1-1:1.{interface}"}
            found.append(SimpleNamespace(**place, **ids, description="", manufacturer=None, product=None))
        return found

    list_ports.comports = listed
    if not port.startswith("usb2tcp://"):
        port = next(each.device for each in listed() if each.location.endswith(".0"))
    return app.run(["update", package, "--port", port, "--yes", "--json"])


# -- here ------------------------------------------------------------------------------


@contextmanager
def served(kind: str, folder: Path, mode: str, bytes_a_s: float) -> Iterator[tuple[str, IO[str]]]:
    """A modem in a process of its own: its port, and where it says what was done to it."""
    command = [sys.executable, __file__, "--serve", kind, "--folder", str(folder), "--mode", mode]
    command += ["--rate", str(bytes_a_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.stdout
        process.communicate()


class Usb2tcpPipe:
    """The plain end of usb2tcp."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("usb2tcp://").split(":")
        self._client = socket.create_connection((host, int(port)))
        self._client.recv(20)

    def write(self, data: bytes) -> None:
        self._client.sendall(struct.pack("<II", TAG, len(data)) + data)

    def read(self) -> bytes:
        return self._client.recv(4096)


class PtyPipe:
    """The plain end of a terminal."""

    def __init__(self, folder: str) -> None:
        while not (links := list(Path(folder).iterdir())):
            time.sleep(LOOK_S)
        self._terminal = os.open(links[0], os.O_RDWR | os.O_NOCTTY)

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._terminal, left) :]

    def read(self) -> bytes:
        return os.read(self._terminal, 4096)


def bare_rate(kind: str, folder: Path, size: int, bytes_a_s: float) -> float:
    """Bytes a second that the pipe carries into the same modem."""
    with served(kind, folder, PROGRAMMER, bytes_a_s) as (url, verdicts):
        pipe = Usb2tcpPipe(url) if kind == "usb2tcp" else PtyPipe(url)

        def command(text: str) -> None:
            pipe.write(f"<?xml version='1.0'?><data><{text}/></data>".encode())
            heard = b""
            while b"ACK" not in heard or not heard.endswith(b"</data>"):
                heard += pipe.read()

        sectors = -(-size // PROFILE.page)
        command('configure MemoryName="nand" MaxPayloadSizeToTargetInBytes="8192"')
        command(program(40, 1, "x")[1:-2].replace('sectors="64"', f'sectors="{sectors}"'))
        piece = bytes(PIECE_BYTES)
        for at in range(0, sectors * PROFILE.page, PIECE_BYTES):
            pipe.write(piece[: sectors * PROFILE.page - at])
        pipe.read()
        command('power value="reset"')
        return float(json.loads(verdicts.readline())["rate"])


def update_rate(kind: str, folder: Path, package: Path, home: Path, bytes_a_s: float) -> tuple[float, int]:
    """Bytes of images a second, and the memory that the command took in MB.

    It is over when the modem is reset; what the command asks it afterwards is not waited for.
    """
    with (
        served(kind, folder, APPLICATION, bytes_a_s) as (port, verdicts),
        (home.parent / "out.txt").open("w+") as out,
    ):
        while kind == "pty" and len(list(folder.iterdir())) < 4:
            time.sleep(LOOK_S)
        command = [sys.executable, __file__, "--update", str(package), "--port", port]
        command += ["--folder", str(folder)]
        environment = {**os.environ, "MODEMFLASH_HOME": str(home)}
        with subprocess.Popen(command, stdout=out, stderr=out, env=environment) as process:
            while not select.select([verdicts], [], [], LOOK_S)[0]:
                assert process.poll() is None, (home.parent / "out.txt").read_text()[-3000:]
            status = Path(f"/proc/{process.pid}/status").read_text()
            process.kill()  # what it asks the modem afterwards is not measured
        verdict = json.loads(verdicts.readline())
    assert verdict["revision"] == REVISION and not verdict["violations"] and not verdict["torn"], verdict
    return float(verdict["rate"]), int(status.partition("VmHWM:")[2].split()[0]) // 1000


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=100_000_000, help="bytes of the largest image")
    parser.add_argument(
        "--rate", type=float, default=HIGH_SPEED_BYTES_A_S, help="of the modem; 0 for no limit"
    )
    parser.add_argument("--rounds", type=int, default=5, help="at most; the best of each counts")
    for name in ("--serve", "--mode", "--update", "--port", "--folder"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, Path(options.folder), options.mode, options.rate)
        return 0
    if options.update:
        return update(options.update, options.port, options.folder)
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        maker = PackageMaker(REVISION, PROFILE.chip, layout=BIG)
        image = maker.files["update/sysfs.ubi"]
        maker.files["update/sysfs.ubi"] = image + os.urandom(options.size - len(image))
        package = maker.write(Path(temporary) / maker.name)
        folder = Path(temporary) / "ports"
        folder.mkdir()
        for kind in KINDS:
            bare = rate = share = 0.0
            memory_mb = 0
            for number in range(options.rounds):
                bare = max(bare, bare_rate(kind, folder, options.size, options.rate))
                home = Path(temporary) / f"home-{kind}-{number}"
                once, took_mb = update_rate(kind, folder, package, home, options.rate)
                rate, memory_mb = max(rate, once), max(memory_mb, took_mb)
                share = rate / bare
                if GATE <= share <= BELIEVED:
                    break
            good = good and share >= GATE and memory_mb <= MOST_MB
            print(
                f"{kind:8} {rate / 1e6:6.1f} MB/s, bare {bare / 1e6:6.1f} MB/s, {share:.3f} of it; "
                f"{memory_mb} MB of memory"
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
