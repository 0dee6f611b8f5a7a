"""The update of one board: the ordinary `modemflash update FILE --json` in a process of its own.

Rules: it shares nothing with the others but this program: journal, capture and
lock are its own; it leads a process group, so a Ctrl-C at the terminal reaches
it through the fleet only, by its phase; it is asked to stop, never killed; when
the fleet ends, it goes on by itself (its output then leads nowhere, which ends
no update).
"""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import NamedTuple

from modemflash.errors import UNTOUCHED, Problem
from modemflash_host.errors import LinkProblem
from modemflash_host.families.vocabulary import EventFields
from modemflash_host.fleet.worker_events import LONGEST_LINE, decoded
from modemflash_host.run import exit_codes
from modemflash_host.run.result import Result

_NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
_MOST_WAITING = 256  # then processes wait until they are heard: they never fill the memory
_TELL_S = 1.0
# The current folder is left out of the path before anything is imported: firmware is unpacked there.
START = "import sys; sys.path.pop(0); from modemflash_host.cli import main; sys.exit(main())"


class Heard(NamedTuple):
    """What came of a worker: an event of its, or, with an exit code, its end."""

    name: str
    event: EventFields | None
    exit_code: int | None = None


Events = queue.Queue[Heard]


class Reached(NamedTuple):
    """A port, and who is told which process works at it."""

    port: str
    works: Callable[[int], object]


Reach = Callable[[Callable[[], int], Callable[[str], object]], AbstractContextManager[Reached]]
"""(stop requests, told what is waited for) -> the port."""


def events() -> Events:
    """Where workers put what they say."""
    return queue.Queue(_MOST_WAITING)


class Worker:
    """A running process.

    Args:
        name: of its board.
        reach: the port to work at, held as long as the process runs.
        line: the command line after `modemflash`, for that port.
        events: gets each of its events, and its end as the last.
        module: what is known of it before, as a modem state: what fails before the process leaves that.
    """

    def __init__(
        self,
        name: str,
        reach: Reach,
        line: Callable[[str], Sequence[str]],
        events: Events,
        module: str = UNTOUCHED,
    ) -> None:
        self._name = name
        self._reach = reach
        self._line = line
        self._events = events
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._stops = 0
        self._told = 0.0
        self._lock = threading.Lock()
        threading.Thread(target=self._work, daemon=True).start()

    def ask_to_stop(self) -> None:
        """One stop request, as Ctrl-C is one."""
        with self._lock:
            self._stops += 1
            self._pass_on(1)

    def _pass_on(self, count: int) -> None:
        if self._process is not None and self._process.poll() is None:
            for _ in range(count):
                self._process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def _work(self) -> None:
        exit_code = exit_codes.UNEXPECTED
        try:
            with self._reach(lambda: self._stops, self._tick) as at:
                exit_code = self._run(at)
        except Problem as problem:
            exit_code = self._failed(problem, exit_code)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is this board's alone)
            text = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            exit_code = self._failed(LinkProblem("fleet-worker-not-begun", text), exit_code)
        finally:  # its end is heard whatever this thread ends with
            self._events.put(Heard(self._name, None, exit_code))

    def _failed(self, problem: Problem, exit_code: int) -> int:
        """Something broke around the process; what that said of its board itself stays."""
        if self._process is not None:
            return exit_code
        self._tell_problem(problem.stamp(self._module))
        return exit_codes.of_problem(problem)

    def _run(self, at: Reached) -> int:
        is_windows = sys.platform == "win32"
        process = subprocess.Popen(
            [sys.executable, "-c", START, *self._line(at.port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_NEW_GROUP if is_windows else 0,
            start_new_session=not is_windows,
        )
        with self._lock:
            self._process = process
            self._pass_on(self._stops)  # asked while it was begun
        with suppress(OSError):  # a full disk: then it is found by its port
            at.works(process.pid)
        out = process.stdout
        assert out is not None
        with out:
            while line := out.readline(LONGEST_LINE):
                if (event := decoded(line)) is not None:
                    self._events.put(Heard(self._name, event))
        return process.wait()

    def _tick(self, text: str) -> None:
        """It is waited for a place."""
        if time.monotonic() - self._told >= _TELL_S:
            self._told = time.monotonic()
            self._events.put(Heard(self._name, {"event": "waits", "text": text}))

    def _tell_problem(self, problem: Problem) -> None:
        """As its process would."""
        told: EventFields = {"event": "problem", "code": problem.code, "modem_state": problem.modem_state}
        told |= {"happened": problem.happened, "hint": problem.hint, "heard": "", "evidence": ""}
        for event in (told, Result.of_problem(problem).event()):
            self._events.put(Heard(self._name, event))
