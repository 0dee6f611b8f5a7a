"""One command from its work to its exit code: the sink, the captures, the report of a failure, the result."""

from __future__ import annotations

import dataclasses
import errno
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from modemflash.errors import (
    UNKNOWN,
    UNTOUCHED,
    ModemProblem,
    NoModem,
    Problem,
    Refusal,
    Stopped,
    UpdateFailed,
)
from modemflash_host.cli import app
from modemflash_host.cli.next_command import next_command
from modemflash_host.cli.options import Talk
from modemflash_host.cli.output import Output
from modemflash_host.computer.sleep_watch import SleepWatch, words
from modemflash_host.errors import StopNow
from modemflash_host.families import registry
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.privacy import mask_quotes
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.reporters.deferred_warnings import DeferredWarnings
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.reporters.words import printable
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests

if TYPE_CHECKING:
    from modemflash_host.capture.recorder import Recorder

_BY_A_MODULE = (ModemProblem, NoModem, UpdateFailed)  # their details may quote it
_REPORTED = ("failed", "installed-unconfirmed")


def carry_out(work: Callable[[Reporter], Result], talk: Talk, port: str = "") -> int:
    """Do the work with the right sink, tell how it ended, and return the exit code.

    Args:
        work: what is to be done.
        talk: how it speaks.
        port: where a module is talked to; "" keeps no capture.
    """
    sink: Sink
    if talk.as_json:
        from modemflash_host.reporters.json_lines import JsonLines

        sink = JsonLines(sys.stdout)
    else:
        sink = human_sink(talk.quiet, talk.verbose, talk.color)
    lost = _Lost()
    begun = _Begun()
    deferred = DeferredWarnings(lambda text: reporter.say("warning", code="capture-lost", text=text))
    recorder, own_file = _recorder(port, talk, deferred.add) if port else (None, None)
    with (
        StopRequests(app.is_process) as stop_requests,
        closing(Reporter([MaskingSink(sink)], stop_requests, recorder, lost)) as reporter,
    ):
        watch = SleepWatch(
            lambda s: reporter.say("warning", code="computer-slept", text=words(s), seconds=round(s))
        )
        reporter.listen(watch)
        reporter.listen(deferred)
        reporter.listen(begun)
        try:
            result = work(reporter)
        except Problem as problem:
            result = Result.of_problem(problem, seconds=reporter.at_s)
        except StopNow:
            state = UNKNOWN if reporter.may_have_written else UNTOUCHED
            result = Result.of_problem(Stopped("stopped-at-once").stamp(state), seconds=reporter.at_s)
        if result.problem is not None:
            reporter.report(problem_event(result.problem, reporter.vocabulary))
        result = dataclasses.replace(result, next=result.next or next_command(result, port, begun.files))
        with suppress(StopNow):
            deferred.tick(reporter.at_s)
            if recorder is not None:
                reporter.end_recording(result.event())
                if result.status in _REPORTED and own_file is not None:
                    _make_report(reporter, own_file)
        stop_requests.telling_end = True
        reporter.report(result.event())
        lost.tell_end(result)
    return result.exit_code


class _Begun(Sink):
    """Remembers the files of an update that did not finish."""

    files: tuple[str, ...] = ()

    def report(self, event: Event, at_s: float) -> None:
        """One event."""
        if event["event"] == "unfinished":
            self.files = tuple(event["files"])


class _Lost:
    """What becomes of a screen that fails: it is told once, on standard error, and so is the end."""

    def __init__(self) -> None:
        self._failure: BaseException | None = None

    def __call__(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                _say(f"! Nothing more is written there: {error.strerror}. The work goes on.")
                if isinstance(sys.stdout, Output):
                    sys.stdout.is_said = True
        elif not isinstance(error, SystemExit):  # a reader that went away needs no words
            self._failure = error
            _say(f"! The display failed ({type(error).__name__}: {error}). The work goes on.")

    def tell_end(self, result: Result) -> None:
        """For somebody who has a terminal, but no display any more."""
        if self._failure is not None:
            words = result.problem.happened if result.problem else result.status
            _say(f"{words}\nCode {result.code}, the module is {result.modem_state}. {result.next}")


def _say(text: str) -> None:
    """A line to standard error, if that takes it."""
    with suppress(OSError, ValueError):
        click.echo("\n".join(map(printable, text.split("\n"))), err=True)


def _recorder(port: str, talk: Talk, on_trouble: Callable[[str], object]) -> tuple[Recorder, Path]:
    """The captures of this run, and the run's own file."""
    from modemflash_host.capture.runs import begin_run
    from modemflash_host.report.environment import environment

    facts = environment(port)
    return begin_run(sys.argv[1:], port, on_trouble, to=talk.capture, raw=talk.capture_raw, facts=facts)


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


def human_sink(quiet: bool, verbose: bool, color: str = "auto") -> Sink:
    """The sink for people: live on a terminal, plain lines elsewhere."""
    from modemflash_host.reporters.people import NORMAL, QUIET, VERBOSE
    from modemflash_host.reporters.plain import Plain
    from modemflash_host.reporters.steady_console import SteadyConsole
    from modemflash_host.reporters.terminal import Terminal

    out, err = (SteadyConsole(stderr=stderr, color=color) for stderr in (False, True))
    verbosity = QUIET if quiet else VERBOSE if verbose else NORMAL
    if out.is_terminal and not out.is_dumb_terminal and not out.legacy_windows:
        return Terminal(out, err, verbosity)
    return Plain(out, err, verbosity)


def problem_event(problem: Problem, vocabulary: Vocabulary) -> Event:
    """An error as an event."""
    evidence = vocabulary.evidence
    detail = problem.detail
    if isinstance(problem, _BY_A_MODULE):
        detail = mask_quotes(detail, problem.raw, vocabulary.readable)
    return {
        "event": "problem",
        "code": problem.code,
        "happened": problem.happened.replace(problem.detail, detail) if detail else problem.happened,
        "hint": problem.hint,
        "modem_state": problem.modem_state,
        "heard": problem.raw,
        "evidence": evidence.get(problem.detail) or evidence.get(problem.code, ""),
    }
