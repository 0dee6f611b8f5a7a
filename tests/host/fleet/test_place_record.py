"""What is remembered of a place: who is at work there is waited for, and what is over is given back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash.errors import Stopped
from modemflash_host.errors import LinkProblem, Refusal
from modemflash_host.fleet import labgrid, place_record, places
from modemflash_host.fleet.place_record import PlaceRecord, Waiting, alone, held, read, records
from modemflash_host.links import ports
from support.processes import another_at_work

QUIET = Waiting(lambda: 0, lambda text: None)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    with another_at_work() as child:
        yield child


def leave(place: str, pid: int, **more: str) -> None:
    """As a killed run does."""
    with held(place, QUIET) as mine:
        mine.note(pid=pid, **more)
        mine.stays = True


def test_a_place_is_waited_for_as_long_as_another_is_at_work_there(other: subprocess.Popen[str]) -> None:
    leave("/dev/a", other.pid)
    said: list[str] = []

    def tick(text: str) -> None:
        said.append(text)
        if len(said) == 3:
            other.communicate("")

    with held("/dev/a", Waiting(lambda: 0, tick)) as mine:
        assert mine.record.pid == os.getpid()
    assert str(other.pid) in said[0] and not list(records())


def test_of_two_that_take_a_place_at_once_one_has_it() -> None:
    """Whoever comes second finds it taken, however close behind: there is no moment between look and note."""
    inside, seen = [0], list[int]()

    def take() -> None:
        with held("/dev/a", QUIET) as mine:
            mine.note(pid=os.getpid())

    real = PlaceRecord.is_at_work.fget
    assert real is not None

    def slow(record: PlaceRecord) -> bool:
        inside[0] += 1
        seen.append(inside[0])
        time.sleep(0.02)
        inside[0] -= 1
        return real(record)

    leave("/dev/a", 1 << 22)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlaceRecord, "is_at_work", property(slow))
        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(seen) == {1} and not list(records())


def test_a_stop_request_ends_the_wait_for_the_others() -> None:
    asked = iter([0, 0, 1])
    with alone(QUIET), pytest.raises(Stopped), alone(Waiting(lambda: next(asked), lambda text: None)):
        pass


def test_a_stop_request_ends_the_wait_and_takes_nothing_away(other: subprocess.Popen[str]) -> None:
    leave("/dev/a", other.pid)
    asked = iter([0, 0, 1, 1])
    with pytest.raises(Stopped), held("/dev/a", Waiting(lambda: next(asked), lambda text: None)):
        pass
    [(_, record)] = records()
    assert record.pid == other.pid


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_that_was_stopped_is_not_waited_for(other: subprocess.Popen[str]) -> None:
    leave("/dev/a", other.pid)
    os.kill(other.pid, 19)
    os.waitpid(other.pid, os.WUNTRACED)
    with held("/dev/a", QUIET) as mine:
        assert mine.left is not None and mine.left.pid == other.pid
    os.kill(other.pid, 18)


def test_only_what_is_over_is_given_back(
    other: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places of the dead are released and reservations cancelled; those where somebody works stay."""
    client = tmp_path / "labgrid-client"
    client.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\n')
    client.chmod(0o755)
    monkeypatch.setattr(labgrid, "find_program", lambda name: str(client))
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait()
    leave("labgrid:pump-1", other.pid, labgrid_place="pump-1")
    leave("labgrid:tags(a=b)", over.pid, labgrid_place="pump-2", token="ABC")
    leave("/dev/a", over.pid)
    assert labgrid.release_leftovers(QUIET) == []
    assert (tmp_path / "said").read_text().splitlines() == ["-p pump-2 release", "cancel-reservation ABC"]
    assert [record.place for _, record in records()] == ["labgrid:pump-1"]


@pytest.mark.parametrize(("says", "stays"), [("place p is not acquired", False), ("no connection", True)])
def test_what_could_not_be_given_back_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, stays: bool
) -> None:
    client = tmp_path / "labgrid-client"
    client.write_text(f'#!/bin/sh\necho "{says}"; exit 1\n')
    client.chmod(0o755)
    monkeypatch.setattr(labgrid, "find_program", lambda name: str(client))
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait()
    leave("labgrid:p", over.pid, labgrid_place="p")
    assert labgrid.release_leftovers(QUIET) == (["p"] if stays else [])
    assert bool(list(records())) == stays


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"place": 1, "pid": "2"}', '{"place": "a", "pid": "x"}', '{"x": 1}']
)
def test_what_is_no_record_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    assert read(tmp_path / "a.json") is None
    (tmp_path / "a.json").write_text(json.dumps({"place": "a", "pid": "2"}))
    assert read(tmp_path / "a.json") == PlaceRecord("a", 2)


CLIENT = """#!/bin/sh
sleep 0.25
case "$*" in
reserve*) echo LG_TOKEN=ABC ;;
*show) echo "Place 'pump-1':" ;;
*env) printf '  host: lab\\n  port: 4000\\n' ;;
esac
"""


def test_each_step_of_the_client_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits reads what for, and no word of labgrid's command line."""
    client = tmp_path / "labgrid-client"
    client.write_text(CLIENT)
    client.chmod(0o755)
    monkeypatch.setattr(labgrid, "find_program", lambda name: str(client))
    said: list[str] = []
    waiting = Waiting(lambda: 0, said.append)
    with held("labgrid:tags(a=b)", waiting) as mine, labgrid.place("tags(a=b)", mine, waiting) as port:
        assert port.startswith("rfc2217://lab:4000")
    assert list(dict.fromkeys(said)) == list(labgrid._STEPS.values())


def test_a_port_is_found_by_its_serial_number_wherever_it_is_plugged_in() -> None:
    board = ports.Device("a board", ports.BOARD)
    here = [ports.Port("/dev/a", board, serial="1"), ports.Port("/dev/b", board, serial="2")]
    assert places.port_of("serial:2", lambda: here) == "/dev/b"
    assert places.port_of("/dev/a", list) == "/dev/a"
    with pytest.raises(LinkProblem) as absent:
        places.port_of("serial:3", lambda: here)
    assert absent.value.code == "port-absent" and "serial number 3" in absent.value.happened
    with pytest.raises(Refusal) as several:
        places.port_of("serial:2", lambda: [*here, ports.Port("/dev/c", board, serial="2")])
    assert several.value.code == "port-ambiguous" and "/dev/b, /dev/c" in several.value.happened


def test_a_device_that_is_away_needs_no_process_to_find_that_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody is at work at a port, that one's end is waited for, with words, before it is reached."""
    with (
        pytest.raises(LinkProblem) as absent,
        places.reached("/dev/none", lambda: 0, str, must_be_there=True),
    ):
        pass
    assert absent.value.code == "port-absent"
    with places.reached("/dev/none", lambda: 0, str) as at:  # the first time its process says it, in full
        assert at.port == "/dev/none"
    holders = [4711, 4711, 0]
    monkeypatch.setattr(places, "holder_pid", lambda port: 4711)
    monkeypatch.setattr(place_record, "is_at_work", lambda pid: bool(pid and holders.pop(0)))
    said: list[str] = []
    with places.reached("/dev/none", lambda: 0, said.append):
        pass
    assert not holders and len(said) == 2 and "4711" in said[0]
