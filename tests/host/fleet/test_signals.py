"""What befalls a fleet from outside, really: signals, and a hub that is unplugged."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fleet_desk import FleetDesk, ended, fleet_desk_in, gone, rows, workers_of
from support.processes import halfway, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals")]
GOOD = {"updated", "nothing-to-do"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FleetDesk]:
    with fleet_desk_in(tmp_path) as made:
        made.put("a", made.pty("a"), 'via = "direct"')
        made.put("b", made.pty("b"), 'via = "direct"')
        yield made


def begun(desk: FleetDesk, *words: str, **how: Any) -> subprocess.Popen[Any]:
    """A fleet whose first board is being sent its firmware."""
    child = desk.fleet("update", "--json", *words, **how)
    assert child.stdout is not None
    until(child.stdout, halfway)
    return child


def test_a_closed_terminal_is_one_stop_request_that_begins_no_other(desk: FleetDesk) -> None:
    """It is told of twice and counts once: a transfer goes on."""
    child = begun(desk, "--jobs", "1")
    child.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    child.send_signal(signal.SIGHUP)
    code, events = ended(child)
    end = rows(events)
    assert (end["a"]["status"], end["b"]["stage"]) == ("updated", "not begun")
    assert code == 130 and events[-1]["code"] == "fleet-not-all"  # nobody takes it for done


def test_two_stop_requests_stop_a_transfer_and_the_same_command_goes_on(desk: FleetDesk) -> None:
    child = begun(desk)
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    code, events = ended(child)
    end = rows(events)
    assert end["a"]["status"] in ("interrupted", "updated") and end["b"]["status"] in (
        "interrupted",
        "updated",
    )
    assert {row["modem_state"] for row in end.values()} <= {"recoverable", "updated", "untouched"}
    code, events = ended(desk.fleet("update", "--json"))
    assert code == 0 and {row["status"] for row in rows(events).values()} <= GOOD


def test_three_stop_requests_end_it_at_once_with_a_row_for_each(desk: FleetDesk) -> None:
    child = begun(desk)
    began = time.monotonic()
    for _ in range(5):
        child.send_signal(signal.SIGINT)
        time.sleep(0.1)
    code, events = ended(child)
    assert time.monotonic() - began < 30
    end = rows(events)
    assert set(end) == {"a", "b"} and all(row["code"] for row in end.values())
    assert code in (7, 9, 130) and events[-1]["event"] == "result"


def test_who_is_at_work_is_waited_for_by_the_same_command(desk: FleetDesk) -> None:
    """A killed fleet's updates end well, as one that a person began; `--wait` does not count them."""
    port = desk.pty("single")
    alone = desk.update(port, "--json", "--via", "direct")
    child = begun(desk)
    workers = workers_of(child.pid)
    child.kill()
    child.wait()
    desk.put("single", port, 'via = "direct"')
    assert alone.poll() is None
    code, events = ended(desk.fleet("update", "--json", "--wait", "0"))
    assert code == 0
    assert {row["status"] for row in rows(events).values()} <= GOOD
    waited = {event["board_name"] for event in events if event["event"] == "waits"}
    assert waited == {"a", "b", "single"}
    assert workers and all(map(gone, workers))


def test_a_hub_that_is_gone_for_a_moment_is_waited_for(desk: FleetDesk) -> None:
    """Each board is named as away, and the same fleet carries both on."""
    child = desk.fleet("update", "--json", "--wait", "60")
    assert child.stdout is not None
    under_way: set[str] = set()

    def all_are_sent(event: dict[str, Any]) -> bool:
        if halfway(event):
            under_way.add(event["board_name"])
        return under_way == {"a", "b"}

    until(child.stdout, all_are_sent)
    for cable in desk.cables.values():
        cable.pull(1.5)
    code, events = ended(child)
    end = rows(events)
    assert code == 0 and {row["status"] for row in end.values()} == {"updated"}
    assert all(row["starts"] > 1 for row in end.values())
    lost = {event["board_name"] for event in events if event.get("code") in ("port-lost", "port-absent")}
    assert lost == {"a", "b"}
