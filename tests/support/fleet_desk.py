"""A desk full of simulated boards and modems for `modemflash fleet`, and what befalls them.

Rule: the fleet is the ordinary program in its own processes; what stands on the desk is served by the test.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modemflash_sim.board.serve_board import ServedBoard, serve_board
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.serve import open_endpoint, serve
from modemflash_sim.sequans import faults
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US, Timing, find
from support.desk import make_flash
from support.processes import Bench, bench_in
from support.slow_network import SlowNetwork
from support.unplugged import PulledPty

PATIENCE_S = 60.0


class FleetDesk(Bench):
    """See above.

    Attributes:
        entries: of `fleet.toml`: name -> further lines; the port is in them.
        modems: name -> modem of what is at a port of its own.
        networks: name -> the network to a modem at another computer.
        cables: name -> what can be pulled of a modem or board at this one.
        noise: share of the messages between each modem and who updates it that are damaged.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.entries: dict[str, str] = {}
        self.modems: dict[str, SimModem] = {}
        self.networks: dict[str, SlowNetwork] = {}
        self.cables: dict[str, PulledPty] = {}
        self.noise = 0.0
        self._open = ExitStack()

    def close(self) -> None:
        """All devices are taken away; now their verdicts may be read."""
        self._open.close()

    def simulated(self, name: str, words: str = "", more: str = "") -> None:
        """A modem that lives in its state file and needs no process; `words` are those of its address."""
        seed = sum(map(ord, name)) * 7919 % 9973
        address = f"sim://pycom-catm1?state={self.state(name)}&quick=1&seed={seed}"
        if self.noise and "fault=" not in words:
            words = "&".join(filter(None, (words, f"fault={self._noise()}")))
        self.put(name, f"{address}&{words}" if words else address, more)

    def put(self, name: str, port: str, more: str = "") -> None:
        """One board of the list."""
        self.entries[name] = f"port = {json.dumps(port)}\n{more}\n"

    def pty(self, name: str, stall_s: int = 0) -> str:
        """A modem at a pseudo terminal, which writes for so long after the first blocks; its port."""
        self.modems[name] = self._modem(stall_s)
        return self._open.enter_context(serve(self.modems[name], self._cable(name)))

    def far(self, name: str, delay_s: float = 0.0) -> str:
        """A modem at another computer, whose connection may be lost; its port."""
        self.modems[name] = self._modem()
        url = self._open.enter_context(serve(self.modems[name], "rfc2217"))
        return self._network(name, url, delay_s)

    def board(self, name: str, micropython: Path, far: bool = False, delay_s: float = 0.0) -> str:
        """A board that has the updater, its modem at its pins; its port."""
        modem = self.modems[name] = self._modem()
        flash = make_flash(self.folder / f"{name}.flash", micropython)
        endpoint = open_endpoint("rfc2217") if far else self._cable(name)
        self._open.callback(endpoint.close)
        board = UsbBoard(
            "gpy-1.20.0", modem, boot_ms=1_500, interpreter=micropython, flash=flash, heap="5120k"
        )
        self._open.callback(board.close)
        board.switch_on()
        board.pass_s(4)
        self._open.enter_context(serve_board(ServedBoard(board, endpoint)))
        return self._network(name, endpoint.url, delay_s) if far else endpoint.url

    def _cable(self, name: str) -> PulledPty:
        cable = self.cables[name] = PulledPty(self.folder / f"port-{name}")
        return cable

    def _noise(self) -> str:
        return f"flip:{self.noise}"

    def _modem(self, stall_s: int = 0) -> SimModem:
        """It waits in recovery for an image, as that of a `Bench`; only the bytes take their time."""
        stalls = ((9, stall_s * SECOND_US),) if stall_s else ()
        timing = Timing(
            boot_us=SECOND_US // 10, updater_start_us=SECOND_US // 10, stalls=stalls, install_us=0
        )
        profile = find("pycom-catm1", timing=timing, start_mode="recovery", start_half_written=True)
        seed = len(self.modems)
        return SimModem(profile, faults=faults.parse(self._noise()) if self.noise else None, seed=seed)

    def _network(self, name: str, url: str, delay_s: float) -> str:
        port = urlsplit(url).port
        assert port
        network = self.networks[name] = SlowNetwork(port, delay_s)
        self._open.callback(network.close)
        return f"rfc2217://127.0.0.1:{network.port}?ign_set_control"

    def state(self, name: str) -> Path:
        """Where a modem lives."""
        return self.folder / f"{name}.state"

    def build(self, name: str) -> int:
        """What a modem really runs."""
        build: int = json.loads(self.state(name).read_text())["memory"]["build"]
        return build

    def write_list(self) -> None:
        """`fleet.toml`."""
        text = "".join(f'[[board]]\nname = "{name}"\n{more}' for name, more in self.entries.items())
        (self.folder / "fleet.toml").write_text(text)

    def fleet(self, verb: str = "update", *words: str, **how: Any) -> subprocess.Popen[Any]:
        """`modemflash fleet VERB` on the list, as a process."""
        self.write_list()
        if verb == "update":
            words = (self.image.name, "-y", *words)
        elif verb == "plan":
            words = (self.image.name, *words)
        return self.start("fleet", verb, "--boards", "fleet.toml", *words, **how)


@contextmanager
def fleet_desk_in(folder: Path) -> Iterator[FleetDesk]:
    """A desk whose processes are ended at the end."""
    with bench_in(folder, FleetDesk) as made:
        try:
            yield made
        finally:
            made.close()


def ended(child: subprocess.Popen[Any], timeout_s: float = 240) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and events of a `--json` command."""
    out, _ = child.communicate(timeout=timeout_s)
    return child.returncode, [json.loads(line) for line in out.splitlines()]


def rows(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Name -> what became of it."""
    [last] = [event for event in events if event["event"] == "fleet"]
    return {row["name"]: row for row in last["boards"]}


def workers_of(pid: int) -> list[int]:
    """The processes that a fleet has begun; each thread has its own."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it has ended meanwhile
    return found


def line_of(pid: int) -> str:
    """The command line of a process; "" when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def worker_at(pid: int, port: str) -> int | None:
    """The process of a fleet that works at a port."""
    return next((each for each in workers_of(pid) if f"--port={port} " in line_of(each)), None)


def gone(pid: int) -> bool:
    """Whether a process, of whoever, has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return True


def wait_until(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Look again and again."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
