"""A fleet on another computer: a real labgrid coordinator, exporter and ser2net, on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modemflash_sim.endpoints.serve import serve
from referees.test_ser2net import free_port
from support.fleet_desk import gone, wait_until, workers_of
from support.processes import Bench, bench_in

pytestmark = [pytest.mark.referee, pytest.mark.slow]
ANSWER_S = 8.0


@dataclass
class Lab:
    """A coordinator with an exporter; `say` is its client."""

    client: Path
    environment: Mapping[str, str]
    folder: Path

    def say(self, *words: str) -> str:
        try:
            done = subprocess.run(
                [self.client, *words],
                env=self.environment,
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=ANSWER_S,
            )
        except subprocess.TimeoutExpired:  # a client that asks while the coordinator starts may hang
            return "Error"
        return done.stdout + done.stderr

    def holders(self) -> str:
        return self.say("who")


@contextmanager
def lab(client: Path, ser2net: Path, folder: Path, ports: Mapping[str, str]) -> Iterator[Lab]:
    """Places named like the keys, each with one serial port of this computer, and the tag modem=gm02s."""
    folder.mkdir()
    (plugins,) = ser2net.glob("root/usr/libexec/*/gensio/*")
    address = f"127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {
        "LG_COORDINATOR": address,
        "GENSIO_LIBRARY_PATH": str(plugins),
        "PATH": f"{ser2net / 'bin'}:{client.parent}:{environment['PATH']}",
    }
    groups = "".join(
        f"{name}:\n  RawSerialPort:\n    port: {port}\n    speed: 921600\n" for name, port in ports.items()
    )
    (folder / "exporter.yaml").write_text(groups)
    exporter = ("labgrid-exporter", "-n", "pc", "-c", address, "--hostname", "127.0.0.1", "exporter.yaml")
    with ExitStack() as running, (folder / "log").open("w") as log:
        for words in (("labgrid-coordinator", "-l", address), exporter):
            program = client.with_name(words[0])
            child = subprocess.Popen(
                [program, *words[1:]], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
            )
            running.callback(child.wait, 20)
            running.callback(child.terminate)
            made = Lab(client, environment, folder)
            wait_until(lambda made=made: "Error" not in made.say("places"))
        for name in ports:
            wait_until(lambda made=made, name=name: f"pc/{name}/" in made.say("-v", "resources"))
            made.say("-p", name, "create")
            made.say("-p", name, "add-match", f"pc/{name}/NetworkSerialPort")
            made.say("-p", name, "set-tags", "modem=gm02s")
        yield made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


@pytest.mark.timeout(300)
def test_boards_at_places_of_labgrid(tool: Callable[[str], Path], bench: Bench, tmp_path: Path) -> None:
    """Reserved, acquired, updated through ser2net, released; what a killed run left is taken up again."""
    modems = [bench.modem(), bench.modem()]
    with serve(modems[0], "pty") as first, serve(modems[1], "pty") as second:
        ports = {"pump-1": first, "pump-2": second}
        with lab(tool("labgrid"), tool("ser2net"), tmp_path / "lab", ports) as made:
            bench.environment |= {name: made.environment[name] for name in ("LG_COORDINATOR", "PATH")}
            (bench.folder / "fleet.toml").write_text(
                '[[board]]\nname = "a"\nport = "labgrid:pump-1"\nvia = "direct"\n'
            )
            child = begin(bench)
            assert child.stdout is not None
            for line in child.stdout:
                if json.loads(line)["event"] == "progress" and json.loads(line)["phase"] == "transfer":
                    break
            assert "pump-1" in made.holders()
            child.kill()
            child.wait(10)
            assert "pump-1" in made.holders()  # its update goes on
            (bench.folder / "fleet.toml").write_text(
                f'{list_of_the_page()}[[board]]\nname = "c"\nport = "labgrid:no-such-place"\n'
            )
            rows = ended(begin(bench, "--wait", "60"))
            assert rows["pump-1"]["status"] in ("updated", "nothing-to-do"), rows["pump-1"]
            assert rows["any-gm02s"]["status"] in ("updated", "nothing-to-do"), rows["any-gm02s"]
            assert (rows["c"]["code"], rows["c"]["modem_state"]) == ("labgrid-failed", "untouched")
            assert "pump" not in made.holders()
            left_over(bench, made)
    assert all(modem.verdict.build == 41065 for modem in modems)


def list_of_the_page() -> str:
    """The boards at places of labgrid in docs/fleet.md."""
    page = Path(__file__).resolve().parents[2] / "docs/fleet.md"
    [listed] = re.findall(r"```toml\n([^`]*labgrid:[^`]*)```", page.read_text(encoding="utf-8"))
    return str(listed)


def left_over(bench: Bench, made: Lab) -> None:
    """Supervisor and update killed: any fleet command gives back what they had."""
    (bench.folder / "fleet.toml").write_text(
        '[[board]]\nname = "b"\nport = "labgrid:tags(modem=gm02s)"\nvia = "direct"\n'
    )
    child = begin(bench, "--repair")
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line)["event"] == "phase" and json.loads(line)["phase"] == "find":
            break
    assert "pump" in made.holders() and "Reservation" in made.say("reservations")
    workers = workers_of(child.pid)
    for pid in (child.pid, *workers):
        os.kill(pid, signal.SIGKILL)
    child.wait(10)
    wait_until(lambda: all(map(gone, workers)))
    (bench.folder / "fleet.toml").write_text('[[board]]\nname = "x"\nport = "/dev/no-such-port"\n')
    bench.start("fleet", "info", "--boards", "fleet.toml", "--wait", "0").communicate(timeout=60)
    assert "pump" not in made.holders() and "Reservation" not in made.say("reservations")
    assert not list((bench.folder / "home" / "places").iterdir())


def begin(bench: Bench, *words: str) -> subprocess.Popen[Any]:
    line = ("fleet", "update", bench.image.name, "--boards", "fleet.toml", "-y", "--json", *words)
    return bench.start(*line)


def ended(child: subprocess.Popen[Any]) -> dict[str, dict[str, Any]]:
    out, _ = child.communicate(timeout=240)
    [last] = [json.loads(line) for line in out.splitlines() if json.loads(line)["event"] == "fleet"]
    return {row["name"]: row for row in last["boards"]}
