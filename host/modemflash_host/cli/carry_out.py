"""One command from its work to its exit code: the sink, the record of the run, the result."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from contextlib import suppress

import rich_click as click

from modemflash_host.api.recorded_run import RecordedRun, Recording
from modemflash_host.cli import app
from modemflash_host.cli.next_command import next_command
from modemflash_host.cli.options import Talk
from modemflash_host.cli.output import Output
from modemflash_host.reporters import Reporter, Sink
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.reporters.words import printable
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests


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
    recording = Recording(sys.argv[1:], port, talk.capture, talk.capture_raw) if port else None
    with (
        StopRequests(app.is_process) as stop_requests,
        RecordedRun([MaskingSink(sink)], stop_requests, recording, lost) as run,
    ):
        try:
            ended = run.carry_out(work)
        except Exception as defect:
            run.end_by_defect(defect)  # the guard around all commands tells it
            raise
        result = run.end(
            ended, lambda result, begun, settings_differ: next_command(result, port, begun, settings_differ)
        )
        stop_requests.telling_end = True
        run.reporter.report(result.event())
        lost.tell_end(result)
    return result.exit_code


class _Lost:
    """What becomes of a screen that fails: it is told once, on standard error, and so is the end."""

    def __init__(self) -> None:
        self._failure: BaseException | None = None

    def __call__(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                say_beside(f"! Nothing more is written there: {error.strerror}. The work goes on.")
                if isinstance(sys.stdout, Output):
                    sys.stdout.is_said = True
        elif not isinstance(error, SystemExit):  # a reader that went away needs no words
            self._failure = error
            say_beside(f"! The display failed ({type(error).__name__}: {error}). The work goes on.")

    def tell_end(self, result: Result) -> None:
        """For somebody who has a terminal, but no display any more."""
        if self._failure is not None:
            words = result.problem.happened if result.problem else result.status
            say_beside(f"{words}\nCode {result.code}, the module is {result.modem_state}. {result.next}")


def say_beside(text: str) -> None:
    """Lines to standard error, if that takes them."""
    with suppress(OSError, ValueError):
        click.echo("\n".join(map(printable, text.split("\n"))), err=True)


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
