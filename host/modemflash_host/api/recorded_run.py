"""One run with all that is kept of it: the capture, the result in the history, the report of a failure.

    with RecordedRun([sink], stop_requests, recording) as run:
        result = run.end(run.carry_out(work))

Rules: every end that has words becomes a result; the recorder has the result before
anybody else is told of it; a report is made of this very run, and without it the
error still stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modemflash.errors import (
    UNKNOWN,
    UNTOUCHED,
    Problem,
    Refusal,
    Stopped,
)
from modemflash_host.computer.sleep_watch import SleepWatch, words
from modemflash_host.errors import StopNow
from modemflash_host.families import registry
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.reporters import Event, Reporter, Sink, StopCount
from modemflash_host.reporters.deferred_warnings import DeferredWarnings
from modemflash_host.run.problem_event import problem_event
from modemflash_host.run.result import Result

if TYPE_CHECKING:
    from modemflash_host.capture.recorder import Recorder

NextStep = Callable[[Result, Sequence[str], bool], str]
"""(the result, names of the files of an update that did not finish, settings changed) → a command line."""
_REPORTED = ("failed", "installed-unconfirmed")


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept of the wire.

    Attributes:
        command: words that say what the run is, for the history.
        port: where a module is talked to.
        capture: where the capture goes; None for the run's own file.
        raw: keep firmware and numbers in it.
    """

    command: Sequence[str]
    port: str
    capture: Path | None = None
    raw: bool = False


class RecordedRun:
    """See the module.

    Args:
        sinks: what shows it.
        stop_requests: who counts them.
        recording: what is kept; None for nothing.
        on_lost: told why, when a sink is left out.

    Attributes:
        reporter: who is told.

    Raises:
        Refusal: `capture-over-file`.
    """

    def __init__(
        self,
        sinks: list[Sink],
        stop_requests: StopCount,
        recording: Recording | None,
        on_lost: Callable[[BaseException], object] = lambda _: None,
    ) -> None:
        self._deferred = DeferredWarnings(
            lambda text: self.reporter.say("warning", code="capture-lost", text=text)
        )
        self._begun = _Begun()
        self._own_file: Path | None = None
        recorder: Recorder | None = None
        if recording is not None:
            recorder, self._own_file = _begin(recording, self._deferred.add)
        self.reporter = Reporter(sinks, stop_requests, recorder, on_lost)
        self.reporter.listen(SleepWatch(self._slept))
        self.reporter.listen(self._deferred)
        self.reporter.listen(self._begun)

    def __enter__(self) -> RecordedRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.reporter.close()

    def carry_out(self, work: Callable[[Reporter], Result]) -> Result:
        """The result of some work, however it ends that has words."""
        try:
            return work(self.reporter)
        except Problem as problem:
            return Result.of_problem(problem, seconds=self.reporter.at_s)
        except StopNow:
            return Result.of_problem(self.stopped_at_once(), seconds=self.reporter.at_s)

    @property
    def _module_state(self) -> str:
        """What an end without a word of the module's means for it."""
        return UNKNOWN if self.reporter.may_have_written else UNTOUCHED

    def stopped_at_once(self) -> Stopped:
        """The third stop request as a problem, with what it means for the module."""
        return Stopped("stopped-at-once").stamp(self._module_state)

    def unexpected(self, defect: Exception) -> Problem:
        """A defect of this program as a problem, with what it means for the module."""
        return Problem("unexpected", f"{type(defect).__name__}: {defect}").stamp(self._module_state)

    def with_version_before(self, result: Result) -> Result:
        """The same, with the version that the module ran before this run touched it.

        Where an update fails, the module says another version than before, or none; the plan and the
        record of an update that did not finish have what it said.
        """
        if result.problem is None:
            return result
        before = self._begun.planned_from or result.from_version or self._begun.left_from
        return replace(result, from_version=before)

    def end(
        self, result: Result, next_step: NextStep = lambda _result, _files, _settings_differ: ""
    ) -> Result:
        """Write the result down, and what belongs to it; whoever calls this tells it.

        Args:
            result: how it ended.
            next_step: what to do next; asked where the result does not say it.

        Returns:
            The same, with what to do next.
        """
        reporter = self.reporter
        if result.problem is not None:
            reporter.report(problem_event(result.problem, reporter.vocabulary))
        result = self.with_version_before(result)
        result = replace(
            result, next=result.next or next_step(result, self._begun.files, self._begun.settings_differ)
        )
        self._write_down(result)
        return result

    def end_by_defect(self, defect: Exception) -> None:
        """Write down that this program has a defect; whoever calls this tells it."""
        ended = Result.of_problem(self.unexpected(defect), seconds=self.reporter.at_s)
        self._write_down(self.with_version_before(ended))

    def _write_down(self, result: Result) -> None:
        with suppress(StopNow):
            self._deferred.tick(self.reporter.at_s)
            if self._own_file is not None:
                self.reporter.end_recording(result.event())
                if result.status in _REPORTED:
                    _make_report(self.reporter, self._own_file)

    def _slept(self, seconds: float) -> None:
        self.reporter.say("warning", code="computer-slept", text=words(seconds), seconds=round(seconds))


class _Begun(Sink):
    """Remembers what was begun: in this run, and in an earlier one that did not finish.

    Attributes:
        files: of an update that did not finish.
        planned_from: the version before, as the plan has it; "" where none was told.
        left_from: the same of an update that did not finish, where it is this module's for certain.
        settings_differ: the module does not have a setting any more that can be set again.
    """

    files: tuple[str, ...] = ()
    planned_from = ""
    left_from = ""
    settings_differ = False

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        """See `Sink`."""
        self._vocabulary = vocabulary

    def report(self, event: Event, at_s: float) -> None:
        """One event."""
        if event["event"] == "unfinished":
            self.files = tuple(event["files"])
            if "begun_at" not in event:  # of a module that was not reached, it is a guess
                self.left_from = event.get("from_version", "")
        elif event["event"] == "plan":
            self.planned_from = event.get("from_version", "")
        elif event["event"] == "record":
            self.settings_differ = self._vocabulary.settings_differ(event["before"], event["after"])


def _begin(recording: Recording, on_trouble: Callable[[str], object]) -> tuple[Recorder, Path]:
    """The captures of this run, and the run's own file."""
    from modemflash_host.capture.runs import begin_run
    from modemflash_host.report.environment import environment

    return begin_run(
        recording.command,
        recording.port,
        on_trouble,
        to=recording.capture,
        raw=recording.raw,
        facts=environment(recording.port),
    )


def _make_report(reporter: Reporter, own_file: Path) -> None:
    """One zip of this very run to send, its result in it; without it the error still stands."""
    from modemflash_host.capture.runs import run_at
    from modemflash_host.report.bundle import make_report

    try:
        reporter.say("report", path=str(make_report(run_at(own_file), registry.words_of)))
    except Refusal as refusal:
        reporter.say("warning", code=refusal.code, text=refusal.happened)
    except Exception as error:  # noqa: BLE001 (how the run ended is told whatever becomes of its report)
        text = f"the report could not be made: {type(error).__name__}"
        reporter.say("warning", code="report-not-written", text=text)
