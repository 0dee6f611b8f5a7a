"""The process of a board: a flood waits until it is heard, and its end is heard in every case."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from modemflash.errors import RECOVERABLE, UNKNOWN, UNTOUCHED, Refusal, Stopped
from modemflash_host.errors import LinkProblem
from modemflash_host.fleet import worker
from modemflash_host.fleet.worker import Events, Heard, Reached, Worker, events
from modemflash_host.run.result import Result
from support.fleet_desk import wait_until

NOTES = """
import sys
while True:
    sys.stdout.write('{"event": "note", "text": "' + "x" * 1900 + '"}\\n')
"""
ONE_LINE = """
import sys
for _ in range(40):
    sys.stdout.write("x" * (1 << 20))
print('\\n{"event": "new"}')
"""
GROUP_EVENT = """'{"event": "new", "group": %d}' % os.getpgid(0)"""


class Begun:
    """A worker whose program is another; `pids` gets its process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
        monkeypatch.setattr(worker, "START", program)
        self.pids: list[int] = []
        self.events: Events = events()
        self.worker = Worker("a", self._reach, lambda port: [], self.events)

    @contextmanager
    def _reach(self, stops: Callable[[], int], tick: Callable[[str], object]) -> Iterator[Reached]:
        yield Reached("/dev/a", self.pids.append)

    def rest(self) -> list[Heard]:
        """Everything until its end."""
        found = [self.events.get(timeout=30)]
        while found[-1].event is not None:
            found.append(self.events.get(timeout=30))
        return found


def test_a_flood_waits_until_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet has a thousand boards at most; none of them fills its memory."""
    begun = Begun(monkeypatch, NOTES)
    wait_until(begun.events.full)
    assert begun.events.maxsize <= 256
    os.kill(begun.pids[0], signal.SIGKILL)
    assert begun.rest()[-1].exit_code == -signal.SIGKILL


def test_a_line_without_end_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Begun(monkeypatch, ONE_LINE).rest()
    assert [heard.event for heard in found] == [{"event": "new"}, None] and found[-1].exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_key_pressed_at_the_terminal_reaches_no_process_past_the_fleet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The terminal signals a whole group: a third Ctrl-C would else end an update whatever it writes."""
    [heard, _] = Begun(monkeypatch, f"import os; print({GROUP_EVENT})").rest()
    assert heard.event is not None and heard.event["group"] not in (os.getpgid(0), 0)


def test_who_was_asked_to_stop_while_it_was_begun_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "START", "import time; time.sleep(60)")
    asked = threading.Event()

    @contextmanager
    def reach(stops: Callable[[], int], tick: Callable[[str], object]) -> Iterator[Reached]:
        asked.wait(30)
        yield Reached("/dev/a", lambda pid: None)

    found = events()
    begun = Worker("a", reach, lambda port: [], found)
    begun.ask_to_stop()
    asked.set()
    assert found.get(timeout=30).exit_code not in (None, 0)


@pytest.mark.parametrize(
    ("failure", "code", "module", "exit_code"),
    [
        (Refusal("labgrid-missing"), "labgrid-missing", UNTOUCHED, 5),
        (Refusal("labgrid-missing"), "labgrid-missing", UNKNOWN, 9),
        (LinkProblem("port-absent"), "port-absent", RECOVERABLE, 7),
        (Stopped("stopped-before-write"), "stopped-before-write", RECOVERABLE, 7),
        (OSError(24, "Too many open files"), "fleet-worker-not-begun", UNTOUCHED, 6),
        (RuntimeError("x"), "fleet-worker-not-begun", RECOVERABLE, 7),
    ],
)
def test_what_breaks_before_its_process_is_a_result(
    failure: Exception, code: str, module: str, exit_code: int
) -> None:
    """It is this board's alone, in words, no traceback; and its module is what it was before."""

    @contextmanager
    def reach(stops: Callable[[], int], tick: Callable[[str], object]) -> Iterator[Reached]:
        raise failure
        yield Reached("", lambda pid: None)

    found = events()
    Worker("a", reach, lambda port: [], found, module)
    heard = [found.get(timeout=30) for _ in range(3)]
    assert [each.event and each.event["code"] for each in heard] == [code, code, None]
    assert heard[1].event is not None and heard[1].event["modem_state"] == module
    assert heard[1].event.keys() == Result("").event().keys()  # as of any other board
    assert heard[-1].exit_code == exit_code
