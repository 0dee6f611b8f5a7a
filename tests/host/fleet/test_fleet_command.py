"""`modemflash fleet` as people run it: real processes, simulated modems, kills in the middle."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fleet_desk import workers_of
from support.processes import Bench, bench_in

NAMES = ("pump-1", "pump-2", "pump-3")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


def fleet_file(bench: Bench, ports: dict[str, str], **more: str) -> None:
    text = ""
    for name, port in ports.items():
        text += f'[[board]]\nname = "{name}"\nport = "{port}"\n' + (f"{more[name]}\n" if name in more else "")
    (bench.folder / "fleet.toml").write_text(text)


def simulated(bench: Bench, name: str, words: str = "") -> str:
    return f"sim://pycom-catm1?state={bench.folder / name}.state&quick=1&seed={name[-1]}{words}"


def update(bench: Bench, *words: str) -> tuple[int, list[dict[str, Any]]]:
    child = bench.start(
        "fleet", "update", bench.image.name, "--boards", "fleet.toml", "-y", "--json", "--wait", "5", *words
    )
    out, _ = child.communicate(timeout=120)
    return child.returncode, [json.loads(line) for line in out.splitlines()]


def boards_of(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    [last] = [event for event in events if event["event"] == "fleet"]
    return {row["name"]: row for row in last["boards"]}


def test_all_are_updated_and_the_same_command_passes_over_them(bench: Bench) -> None:
    fleet_file(bench, {name: simulated(bench, name) for name in NAMES[:2]})
    code, events = update(bench)
    assert (code, {row["code"] for row in boards_of(events).values()}) == (0, {"updated"})
    assert events[-1]["event"] == "result" and events[-1]["status"] == "updated"
    assert all(
        "board_name" in event for event in events if event["event"] == "phase" and event["phase"] == "find"
    )
    code, events = update(bench, "--csv", "out.csv", "--html", "out.html")
    assert (code, {row["status"] for row in boards_of(events).values()}) == (0, {"nothing-to-do"})
    with (bench.folder / "out.csv").open() as file:
        assert [row["name"] for row in csv.DictReader(file)] == list(NAMES[:2])
    assert "2 of 2 boards run what they should" in (bench.folder / "out.html").read_text()


def test_one_that_is_not_who_it_should_be_is_left_alone(bench: Bench) -> None:
    """Cables were swapped: noticed before anything is written; the others are updated."""
    fleet_file(bench, {name: simulated(bench, name) for name in NAMES[:2]}, **{"pump-2": 'imei = "9999"'})
    code, events = update(bench)
    rows = boards_of(events)
    assert (rows["pump-1"]["code"], rows["pump-2"]["code"]) == ("updated", "other-module")
    assert rows["pump-2"]["modem_state"] == "untouched"
    assert code == 5 and events[-1]["code"] == "fleet-not-all"


@pytest.mark.slow
def test_workers_and_supervisor_are_killed_and_the_same_command_ends_it(bench: Bench) -> None:
    fleet_file(bench, {name: simulated(bench, name, "&pace=real") for name in NAMES})
    child = bench.start("fleet", "update", bench.image.name, "--boards", "fleet.toml", "-y", "--json")
    assert child.stdout is not None
    killed = 0
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["phase"] == "transfer" and killed < 2:
            for pid in workers_of(child.pid)[:1]:
                os.kill(pid, signal.SIGKILL)
                killed += 1
        if killed == 2:
            break
    child.kill()
    child.wait(10)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        code, events = update(bench)
        if code == 0:
            break
    assert {row["status"] for row in boards_of(events).values()} <= {"updated", "nothing-to-do"}
