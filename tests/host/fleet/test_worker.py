"""The process of a board: a flood waits until it is heard, and its end is heard in every case."""

from __future__ import annotations

import os
import signal
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
