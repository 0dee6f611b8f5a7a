"""Real time over a pty and over usb2tcp: the images of a Quectel update, next to what the pipe carries bare.

    python tests/bench/bench_edl.py [--size BYTES]

Rules: the modem is simulated in a process of its own and says how long its images
took to come; bare is one plain program that writes as much to the same endpoint in
pieces of 64 kB, where all is thrown away; the update is the ordinary command in a
process of its own. The exit code is 1 below 0.9 of bare, or when that process took
more than 60 MB.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_sim.endpoints.usb2tcp import TAG, Usb2tcpEndpoint
from modemflash_sim.endpoints.usb_ports import Doors, PtyDoors, Usb2tcpDoors, UsbPort, serve_usb
from modemflash_sim.quectel_edl import assumptions
from modemflash_sim.quectel_edl.module import SimQuectel
from modemflash_sim.quectel_edl.packages import PackageMaker
from modemflash_sim.quectel_edl.partition_tables import LAYOUT
from modemflash_sim.quectel_edl.profiles import PROFILES

GATE, MOST_MB = 0.9, 60
KINDS = ("usb2tcp", "pty")
REVISION = "RM502QAEAAR11A04M4G_01.001.01.001"
PIECE_BYTES = 1 << 16
BIG = (*LAYOUT[:-1], ("system", 40, 470, "sysfs.ubi"))
PROFILE = dataclasses.replace(
    PROFILES["rm502q"], layout=BIG, blocks=510, reenumerate_us=100_000, boot_us=300_000, erase_us=10
)


class Bare:
    """A device with one port, where all is thrown away; it says how long `size` bytes took."""

    vendor, product, interface, role, baud, now_us = 0x05C6, 0x9008, 0, "EDL", 0, 0

    def __init__(self, size: int) -> None:
        self._left = size
        self._since_us: int | None = None
        self._said: list[tuple[bytes, int]] = []
        self.ports: Sequence[UsbPort] = (self,)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        if self._since_us is None:
            self._since_us = now_us
        self._left -= len(data)
        if not self._left:
            self._said.append((b"%d\n" % (now_us - self._since_us), 0))

    def take(self, now_us: int) -> Sequence[tuple[bytes, int]]:
        said, self._said = self._said, []
        return said

    def advance(self, now_us: int) -> None:
        pass

    def due_us(self) -> int | None:
        return None

    def next_due(self) -> int | None:
        return 0 if self._said else None

    def set_rts(self, level: bool) -> None:
        pass


# -- in the process of the device ------------------------------------------------------


def serve(kind: str, folder: Path, bare_bytes: int) -> None:
    """Until standard input ends; then the counts as JSON."""
    device = Bare(bare_bytes) if bare_bytes else SimQuectel(PROFILE, assumptions.parse(""))
    doors: Doors = PtyDoors(folder)
    if kind == "usb2tcp":
        endpoint = Usb2tcpEndpoint()
        doors = Usb2tcpDoors(endpoint)
        print(endpoint.url, flush=True)
    else:
        print(folder, flush=True)
    with serve_usb(device, doors):
        sys.stdin.read()
    if isinstance(device, SimQuectel):
        print(json.dumps(dataclasses.asdict(device.verdict)), flush=True)


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
    code = app.run(["update", package, "--port", port, "--yes", "--json"])
    status = Path("/proc/self/status").read_text()
    print("KB", status.partition("VmHWM:")[2].split()[0])
    return code


# -- here ------------------------------------------------------------------------------


@contextmanager
def served(kind: str, folder: Path, bare_bytes: int = 0) -> Iterator[tuple[str, list[str]]]:
    """A device in a process of its own: its port, and what it says at its end."""
    command = [sys.executable, __file__, "--serve", kind, "--folder", str(folder), "--bare", str(bare_bytes)]
    said: list[str] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), said
        said += process.communicate()[0].splitlines()


def bare_rate(kind: str, folder: Path, size: int) -> float:
    """Bytes a second that the pipe carries."""
    piece = bytes(PIECE_BYTES)
    with served(kind, folder, size) as (url, _):
        if kind == "usb2tcp":
            host, port = url.removeprefix("usb2tcp://").split(":")
            with socket.create_connection((host, int(port))) as client:
                client.recv(20)
                for at in range(0, size, PIECE_BYTES):
                    count = min(PIECE_BYTES, size - at)
                    client.sendall(struct.pack("<II", TAG, count) + piece[:count])
                took_us = int(client.recv(100)[8:])
        else:
            while not (links := list(folder.iterdir())):
                time.sleep(0.01)
            terminal = os.open(links[0], os.O_RDWR | os.O_NOCTTY)
            left = size
            while left:
                left -= os.write(terminal, piece[:left])
            took_us = int(os.read(terminal, 100))
            os.close(terminal)
    return size / took_us * 1e6


def update_rate(kind: str, folder: Path, package: Path, home: Path) -> tuple[float, int]:
    """Bytes of images a second, and the memory that the command took in MB."""
    with served(kind, folder) as (port, said):
        while kind == "pty" and len(list(folder.iterdir())) < 4:
            time.sleep(0.01)
        command = [
            sys.executable,
            __file__,
            "--update",
            str(package),
            "--port",
            port,
            "--folder",
            str(folder),
        ]
        environment = {**os.environ, "MODEMFLASH_HOME": str(home)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    verdict = json.loads(said[-1])
    assert verdict["revision"] == REVISION and not verdict["violations"], verdict
    counts = verdict["counts"]
    return counts["image_bytes"] / counts["image_us"] * 1e6, int(done.stdout.rpartition("KB ")[2]) // 1000


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=100_000_000, help="bytes of the largest image")
    for name in ("--serve", "--update", "--port", "--folder"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, Path(options.folder), options.bare)
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
            bare = bare_rate(kind, folder, options.size)
            rate, memory_mb = update_rate(kind, folder, package, Path(temporary) / "home")
            share = rate / bare
            good = good and share >= GATE and memory_mb <= MOST_MB
            print(
                f"{kind:8} {rate / 1e6:6.1f} MB/s, bare {bare / 1e6:6.1f} MB/s, {share:.3f} of it; "
                f"{memory_mb} MB of memory"
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
