"""A module at a port, from `open` to `close`: one run, recorded like that of a command.

    with open("/dev/ttyUSB0", "CATM1-41065.dup") as module:
        module.info()                     who it is; writes nothing
        plan = module.plan()              what an update would do; writes nothing
        result = module.update(plan)      the update; to hand the plan over is the yes to it

Rules: a danger is accepted by its own name, never by the yes; the plan that runs is
the one that was shown, and it runs once; Ctrl-C asks the running step to stop at its next safe point,
and is raised when it has; every way out leads through `close`, which gives a board
back and writes the result down.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

from modemflash.errors import Problem
from modemflash_host.api import commands
from modemflash_host.api.connection import Connected, connected
from modemflash_host.api.events import Event
from modemflash_host.api.firmware import verified_files
from modemflash_host.api.listeners import Listener, Listeners
from modemflash_host.api.recorded_run import RecordedRun, Recording
from modemflash_host.api.requested import consents_of
from modemflash_host.api.stream import iterated
from modemflash_host.consents import YES
from modemflash_host.errors import StopNow
from modemflash_host.families.plan import Copied, ModuleInfo, Plan, Request
from modemflash_host.privacy import without_passwords
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.run.confirm import Refuse
from modemflash_host.run.expected import NOTHING, Expected
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests


class Module:
    """A module at a port; made by `modemflash_host.api.open`.

    Attributes:
        port: as it was asked for.
        result: how the last thing that was done ended; None before the first.
    """

    def __init__(
        self,
        request: Request,
        files: tuple[Path, ...],
        expected: Expected,
        recording: Recording | None,
        on_event: Listener | None,
    ) -> None:
        self.port = request.port
        self.result: Result | None = None
        self._stop_requests = StopRequests()
        self._listeners = Listeners(self._stop_requests)
        if on_event is not None:
            self._listeners.add(on_event)
        self._run = RecordedRun([MaskingSink(self._listeners)], self._stop_requests, recording)
        self._opened = ExitStack()
        self._request, self._files, self._expected = request, files, expected
        self._module: Connected | None = None
        self._found: ModuleInfo | None = None
        self._plan: Plan | None = None
        # Weak: a loop that is left has no other owner, and ends there and then.
        self._loops: WeakSet[Generator[Event, None, None]] = WeakSet()
        self._signals_raised = 0
        self._raised: BaseException | None = None
        self._is_open, self._is_busy, self._is_over = True, False, False

    def __enter__(self) -> Module:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._raised = self._raised or error
        self._close(is_raised=error is not None)

    def __del__(self) -> None:
        if getattr(self, "_is_open", False):
            warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        found, result = self._found, self.result
        who = f"{found.product or 'not named'} {found.version or found.state}" if found else "not asked yet"
        how = f", {result.status} {result.to_version}".rstrip() if result and result.bytes else ""
        return f"<Module {without_passwords(self.port)}: {who}{how}{'' if self._is_open else ', closed'}>"

    def info(self) -> ModuleInfo:
        """Find the module and ask who it is, once; a second call gives the same. Writes nothing to it.

        Raises:
            Problem: it does not answer; or it is not the one that is expected.
        """
        module = self._reached()
        if self._found is not None:
            return self._found
        with self._step(), self._at_module():
            self._found = module.look()
            if not self._request.files:
                module.reporter.say("details", **self._found.details)
        self.result = module.ended_without_firmware("modem-asked")
        return self._found

    def plan(self) -> Plan:
        """What an update with the files would do, and the consents that it needs. Writes nothing.

        Raises:
            ValueError: there are no files.
            QuestionOpen: something has to be known first, which is said as an option to `open`.
            Problem: a rule forbids it; or the module does not answer.
        """
        if not self._files:
            raise ValueError("an update needs the files of the firmware: open(port, file)")
        if self._found is None:
            self.info()
        module = self._reached()
        with self._step(), self._at_module():
            self._plan = module.plan(Refuse())
        self.result = module.ended_without_firmware("dry-run")
        return self._plan

    def update(self, plan: Plan, *, accept: Iterable[str] = (), on_event: Listener | None = None) -> Result:
        """Carry out a plan, in this thread.

        Args:
            plan: the last one that `plan` gave; to hand it over is the yes to a plain upgrade.
            accept: the dangers that are accepted, by their names, each with its subject where it has one.
            on_event: told of each event.

        Returns:
            How it ended: updated, nothing to do, or installed and not confirmed by the module.

        Raises:
            ConsentMissing: a danger was not accepted.
            Problem: with the state of the module in `modem_state`.
            BaseException: what `on_event` raised; the update went on to its end, see `result`. `sys.exit()`
                and `KeyboardInterrupt` are a stop request, too.
        """
        work = self._work(plan, accept)
        if on_event is not None:
            self._listeners.add(on_event)
        try:
            with self._step():
                return work()
        finally:
            if on_event is not None:
                self._listeners.remove(on_event)

    def iter_update(self, plan: Plan, *, accept: Iterable[str] = ()) -> Iterator[Event]:
        """Carry out a plan in a thread of its own, and give its events; `result` has the end.

        The update begins with the loop. Who leaves the loop early asks it to stop at its next safe
        point, and waits until it has.

        Args:
            plan: see `update`.
            accept: see `update`.

        Raises:
            ConsentMissing: a danger was not accepted.
            Problem: behind the last event.
        """
        loop = self._iterated(self._work(plan, accept))
        self._loops.add(loop)
        return loop

    def stop(self) -> None:
        """Ask what runs to stop at its next safe point, like Ctrl-C; from any thread."""
        self._stop_requests.count += 1

    def close(self) -> None:
        """Give the module back, and write down how it ended. A second call does nothing."""
        self._close(is_raised=False)

    # -- the inside

    def _back_up(self, path: Path) -> Copied:
        """Read a copy of its own files, in place of `_connect`.

        Raises:
            Problem: it cannot be read.
        """
        with self, self._step():
            copied = commands.backup(self._request, self._run.reporter, path)
            self.result = commands.result_of_copy(copied, self._run.reporter)
        return copied

    def _connect(self) -> None:
        """Check the files and reach the module.

        Raises:
            Problem: a file is not good, or the module cannot be reached.
        """
        try:
            with self._step():
                request, reporter = self._request, self._run.reporter
                files = verified_files(self._files, self.port, request.options, reporter, self._opened)
                self._request = replace(request, files=files, only_look=not files)
                reaching = connected(self._request, reporter, self._expected)
                self._module = self._opened.enter_context(reaching)
        except BaseException:
            self._close(is_raised=True)
            raise

    def _iterated(self, work: Callable[[], Result]) -> Generator[Event, None, None]:
        with (
            self._step(at_once=KeyboardInterrupt),
            closing(iterated(work, self._listeners, self.stop)) as events,
        ):
            yield from events

    def _work(self, plan: Plan, accept: Iterable[str]) -> Callable[[], Result]:
        """The update, once everything that it needs is consented to."""
        module = self._reached()
        if self._plan is None or plan is not self._plan:
            raise ValueError("this plan is not the last one that this module's plan() gave")
        consents = self._request.consents | consents_of(accept) | {YES}
        with self._noted():
            confirmed = replace(module, request=replace(module.request, consents=consents)).confirm(
                plan, Refuse()
            )

        def work() -> Result:
            self._check_not_over()
            self._is_over = True
            with self._at_module():
                self.result = module.ended_with(module.run(confirmed))
            return self.result

        return work

    @contextmanager
    def _step(self, at_once: type[BaseException] = StopNow) -> Iterator[None]:
        """One step: Ctrl-C stops it at a safe point, and is raised behind it."""
        self._check_idle()
        stop_requests = self._stop_requests
        stop_requests.at_once = at_once
        is_main = threading.current_thread() is threading.main_thread()
        self._raised = None
        self._is_busy = True
        problem: Problem | None = None
        try:
            with stop_requests if is_main else ExitStack(), self._noted():
                yield
        except Problem as error:
            problem = error
        except KeyboardInterrupt:
            self._signals_raised = stop_requests.signals
            raise
        finally:
            self._is_busy = False
        if stop_requests.signals > self._signals_raised:  # also of a loop that was left, which raises nothing
            self._signals_raised = stop_requests.signals
            raise KeyboardInterrupt from problem
        if failure := self._listeners.take_failure():
            raise failure from problem
        if problem is not None:
            raise problem

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """An error in it is the result."""
        try:
            yield
        except StopNow:
            stopped = self._run.stopped_at_once()
            self._note(stopped)
            raise stopped from None
        except Problem as problem:
            self._note(problem)
            raise

    @contextmanager
    def _at_module(self) -> Iterator[None]:
        """The same where the module is worked at: a defect of ours is a result, too."""
        with self._noted():
            try:
                yield
            except Exception as defect:
                if not isinstance(defect, Problem):
                    self._note(self._run.unexpected(defect))
                raise

    def _note(self, problem: Problem) -> None:
        self._raised = problem
        module = self._module
        seconds = self._run.reporter.at_s
        ended = module.ended_by(problem) if module else Result.of_problem(problem, seconds=seconds)
        self.result = self._run.with_version_before(ended)

    def _reached(self) -> Connected:
        if self._module is None or not self._is_open:
            raise ValueError("this module is closed")
        self._check_idle()
        self._check_not_over()
        return self._module

    def _check_idle(self) -> None:
        if self._is_busy:
            raise ValueError("this module is at work; only stop() can be called meanwhile")

    def _check_not_over(self) -> None:
        if self._is_over:
            raise ValueError("the update of this module is over: open it again for another")

    def _close(self, is_raised: bool) -> None:
        if not self._is_open:
            return
        for loop in list(self._loops):
            loop.close()
        self._check_idle()
        self._is_open = False
        error = self._raised
        try:
            with self._step():
                self._opened.__exit__(type(error) if error else None, error, None)
        except (Problem, KeyboardInterrupt) as trouble:
            if trouble is not error and not is_raised:
                raise
        finally:
            ended = self._run.end(self.result or Result("nothing-to-do", "modem-asked"))
            self._run.reporter.report(ended.event())
            self._run.reporter.close()
            self.result = ended


def opened(
    request: Request,
    files: tuple[Path, ...],
    expected: Expected,
    recording: Recording | None,
    on_event: Listener | None,
) -> Module:
    """A module that is reached; see `modemflash_host.api.open`."""
    module = Module(request, files, expected, recording, on_event)
    module._connect()
    return module


def copied(request: Request, path: Path, recording: Recording | None, on_event: Listener | None) -> Copied:
    """A copy of a module's own files; see `modemflash_host.api.backup`."""
    return Module(request, (), NOTHING, recording, on_event)._back_up(path)
