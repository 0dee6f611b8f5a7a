"""A desk full of boards and all that befalls them: no end changes another, and nothing stays locked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fleet_desk import (
    FleetDesk,
    ended,
    fleet_desk_in,
    gone,
    line_of,
    rows,
    wait_until,
    worker_at,
    workers_of,
)

GOOD = {"updated", "nothing-to-do"}
NEW_BUILD = 41065
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo terminals")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FleetDesk]:
    with fleet_desk_in(tmp_path) as made:
        yield made


def befall(desk: FleetDesk, child: subprocess.Popen[Any], hung: str, kills: int, most_pause_s: float) -> int:
    """Workers are killed, connections lost, cables pulled; the process that was stopped for good."""
    chance = random.Random(4711)
    stopped = 0
    while kills or not stopped:
        assert child.poll() is None
        time.sleep(chance.uniform(0.1, most_pause_s if stopped else 0.4))
        if not stopped and is_sending(desk.folder / "said", "hung") and (at := worker_at(child.pid, hung)):
            os.kill(at, signal.SIGSTOP)
            stopped = at
        if not stopped:
            continue  # the one that hangs has the port open; only then is anything else done
        others = [each for each in workers_of(child.pid) if each != stopped and line_of(each)]
        if kills and others:
            kills -= 1
            os.kill(chance.choice(others), signal.SIGKILL)
            desk.networks[chance.choice(sorted(desk.networks))].lose(0.5)
            desk.cables[chance.choice([each for each in sorted(desk.cables) if each != "hung"])].pull(0.5)
    return stopped


def is_sending(said: Path, name: str) -> bool:
    """Whether the last word of a board is that bytes of its firmware move."""
    words = [line for line in said.read_text().splitlines() if f'"board_name": "{name}"' in line]
    last = words[-1] if words else ""
    return '"progress"' in last and '"phase": "transfer"' in last and '"done": 200000' not in last


def prove(
    desk: FleetDesk,
    micropython: Path,
    boards: int,
    far: int,
    modems: int,
    kills: int,
    most_pause_s: float = 0.4,
    is_whole: bool = True,
) -> None:
    """All but those that cannot be are updated, and each of those that cannot is told by its own name."""
    desk.noise = 0.01
    for number in range(boards):
        name = f"board-{number}"
        desk.put(name, desk.board(name, micropython), 'via = "relay"')
    for number in range(far):
        desk.put(f"far-{number}", desk.far(f"far-{number}"), 'via = "direct"')
    hung = desk.pty("hung", stall_s=6)
    desk.put("hung", hung, 'via = "direct"')
    for number in range(modems):
        desk.simulated(f"modem-{number}")
    for name in ("wrong-1", "wrong-2"):
        desk.simulated(name, "build=48829")  # for it, this firmware is a step back that nobody agreed to
    desk.simulated("dead", "fault=mute:99999:0")
    odd = {"wrong-1": "consent-missing", "wrong-2": "consent-missing", "dead": "modem-silent"}
    how = ("--json", "--jobs", "64", "--wait")

    with (desk.folder / "said").open("w") as said:
        first = desk.fleet("update", *how, "30", stdout=said)
        stopped = befall(desk, first, hung, kills, most_pause_s)
    first.kill()  # in the middle of whatever they all do
    first.wait()
    code, events = ended(desk.fleet("update", *how, "5"), 900)
    end = rows(events)
    assert end["hung"]["code"] == "port-busy", end["hung"]  # named, and nobody waits for it for ever
    told = {name: row["code"] for name, row in end.items() if row["status"] not in GOOD}
    assert told == {**odd, "hung": "port-busy"}
    assert end["wrong-1"]["modem_state"] == end["wrong-2"]["modem_state"] == "untouched"
    assert code == 9  # of the hung one, which may be half written: the worst of these

    os.kill(stopped, signal.SIGCONT)
    wait_until(lambda: gone(stopped))  # while it had not finished, the silent one might have been its module
    entries = dict(desk.entries)
    if not is_whole:  # only those that had not ended well
        desk.entries = {name: entries[name] for name in ("hung", *odd)}
    code, events = ended(desk.fleet("update", *how, "30"), 900)
    desk.entries = entries
    end = rows(events)
    assert code == 4  # of the silent one
    assert {end[name]["modem_state"] for name in odd} == {"untouched"}
    assert {name: row["code"] for name, row in end.items() if row["status"] not in GOOD} == odd
    desk.close()
    builds = {name: modem.verdict.build for name, modem in desk.modems.items()}
    builds |= {name: desk.build(name) for name in desk.entries if name not in desk.modems}
    wanted = {name: NEW_BUILD for name in desk.entries if name not in odd}
    assert {name: builds[name] for name in wanted} == wanted
    assert builds["wrong-1"] == builds["wrong-2"] == 48829
    assert not list((desk.folder / "home" / "places").iterdir())
    assert not list(desk.folder.glob("*.lock"))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_small_desk(desk: FleetDesk, tool: Callable[[str], Path]) -> None:
    prove(desk, tool("micropython"), boards=2, far=1, modems=1, kills=3, is_whole=False)


@pytest.mark.sweep
@pytest.mark.timeout(2400)
def test_eight_boards_and_thirty_two_modems(desk: FleetDesk, tool: Callable[[str], Path]) -> None:
    """Four of the modems hang, are dead or have wrong files."""
    prove(desk, tool("micropython"), boards=8, far=4, modems=24, kills=16, most_pause_s=6)
