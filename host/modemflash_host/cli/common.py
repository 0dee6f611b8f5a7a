"""What every command that talks shares: its sink, its end, and the next command line."""

from __future__ import annotations

import dataclasses
import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from modemflash.errors import RECOVERABLE, UNKNOWN, NoModem, Problem, Refusal
from modemflash_host.cli.output import Output
from modemflash_host.computer.sleep_watch import SleepWatch, words
from modemflash_host.consents import flags_of
from modemflash_host.errors import ConsentMissing
from modemflash_host.families.plan import AUTO, VIAS
from modemflash_host.families.vocabulary import Vocabulary
from modemflash_host.reporters import Reporter, Sink
from modemflash_host.reporters.deferred_warnings import DeferredWarnings
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.reporters.words import printable
from modemflash_host.run.result import Result
from modemflash_host.run.stop_requests import StopRequests

if TYPE_CHECKING:
    from modemflash_host.capture.recorder import Recorder

_REPORTED = ("failed", "installed-unconfirmed")
_TALK = ("as_json", "quiet", "verbose", "color", "capture", "capture_raw")
_HELD_CODES = ("relay-silent", "relay-restarted")  # the board knows how far it came, and goes on from there
_AGAIN_CODES = ("port-absent", "port-not-permitted", "port-busy", "port-lost", "not-confirmed")


def talk_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--json, --color, -v and -q."""
    for option in (
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours and a live line; auto: on a terminal. NO_COLOR is heeded.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Only the end, and errors."),
        click.option("-v", "--verbose", is_flag=True, help="Every probe, repeat and reply."),
        click.option(
            "--json", "as_json", is_flag=True, help="JSON Lines for scripts; the last one is the result."
        ),
    ):
        command = option(command)
    return command


def port_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--port, --via, --answer-timeout, and where the capture goes."""
    for option in (
        click.option(
            "--capture-raw",
            is_flag=True,
            help="Keep firmware and the numbers of modem and SIM in the capture: never send such a file.",
        ),
        click.option(
            "--capture",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write what goes over the wire here; without it, the last 20 runs are kept.",
        ),
        click.option(
            "--answer-timeout",
            type=click.IntRange(1, 7200),
            metavar="SECONDS",
            help="How long a modem may be silent (60 while it is looked for, 300 in a transfer).",
        ),
        click.option(
            "--via",
            type=click.Choice(list(VIAS)),
            default=AUTO,
            show_default=True,
            help="relay: the board does it; mirror: by its own bridge; direct: the modem is at the port.",
        ),
        click.option(
            "-p",
            "--port",
            default="auto",
            show_default=True,
            envvar="MODEMFLASH_PORT",
            show_envvar=True,
            help="auto: the one board; else a device, COM name, URL (rfc2217://…, socket://…) or sim://PROFILE.",
        ),
    ):
        command = option(command)
    return command


def talk_words(words: dict[str, Any]) -> dict[str, Any]:
    """Of a command's words those that `carry_out` takes."""
    return {name: words[name] for name in _TALK if name in words}


def human_sink(quiet: bool, verbose: bool, color: str = "auto") -> Sink:
    """The sink for people: live on a terminal, plain lines elsewhere."""
    from rich.console import Console

    from modemflash_host.reporters.people import NORMAL, QUIET, VERBOSE
    from modemflash_host.reporters.plain import Plain
    from modemflash_host.reporters.terminal import Terminal

    options: dict[str, Any] = {
        "force_terminal": True if color == "always" else None,
        "no_color": True if color == "never" else None,
        "highlight": False,
    }
    out, err = Console(**options), Console(stderr=True, **options)
    verbosity = QUIET if quiet else VERBOSE if verbose else NORMAL
    if out.is_terminal and not out.is_dumb_terminal:
        return Terminal(out, err, verbosity)
    return Plain(out, err, verbosity)


def carry_out(
    work: Callable[[Reporter], Result],
    *,
    as_json: bool,
    quiet: bool = False,
    verbose: bool = False,
    port: str = "",
    color: str = "auto",
    capture: Path | None = None,
    capture_raw: bool = False,
) -> int:
    """Do the work with the right sink, tell how it ended, and return the exit code."""
    sink: Sink
    if as_json:
        from modemflash_host.reporters.json_lines import JsonLines

        sink = JsonLines(sys.stdout)
    else:
        sink = human_sink(quiet, verbose, color)
    deferred = DeferredWarnings(lambda text: reporter.say("warning", code="capture-lost", text=text))
    recorder = _recorder(port, capture, capture_raw, deferred.add) if port else None
    with (
        StopRequests() as stop_requests,
        closing(Reporter([MaskingSink(sink)], stop_requests, recorder, _lost)) as reporter,
    ):
        watch = SleepWatch(lambda s: reporter.say("warning", code="computer-slept", text=words(s)))
        reporter.listen(watch)
        reporter.listen(deferred)
        try:
            result = work(reporter)
        except Problem as problem:
            result = Result.of_problem(problem, seconds=reporter.at_s)
        if result.problem is not None:
            reporter.report(problem_event(result.problem, reporter.vocabulary))
        result = dataclasses.replace(result, next=result.next or next_command(result, port))
        deferred.tick(reporter.at_s)
        if recorder is not None:
            recorder.report(result.event(), reporter.at_s)
            reporter.end_recording()
            if result.status in _REPORTED:
                _make_report(reporter)
        reporter.report(result.event())
    return result.exit_code


def _lost(error: OSError) -> None:
    """Where the words went is full. A reader that went away needs no words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        with suppress(OSError):
            click.echo(f"! Nothing more is written there: {error.strerror}. The work goes on.", err=True)
        if isinstance(sys.stdout, Output):
            sys.stdout.is_said = True


def _recorder(port: str, to: Path | None, raw: bool, on_trouble: Callable[[str], object]) -> Recorder:
    """The captures of this run."""
    from modemflash_host.capture.runs import begin_run
    from modemflash_host.report.environment import environment

    return begin_run(sys.argv[1:], port, on_trouble, to=to, raw=raw, facts=environment(port))[0]


def _make_report(reporter: Reporter) -> None:
    """One zip to send; without it the error still stands."""
    from modemflash_host.capture.runs import find_run
    from modemflash_host.report.bundle import make_report

    try:
        reporter.say("report", path=str(make_report(find_run())))
    except Refusal as refusal:
        reporter.say("warning", code=refusal.code, text=refusal.happened)


def problem_event(problem: Problem, vocabulary: Vocabulary) -> dict[str, Any]:
    """An error as an event."""
    evidence = vocabulary.evidence
    return {
        "event": "problem",
        "code": problem.code,
        "happened": problem.happened,
        "hint": problem.hint,
        "modem_state": problem.modem_state,
        "heard": problem.raw,
        "evidence": evidence.get(problem.detail) or evidence.get(problem.code, ""),
    }


def next_command(result: Result, port: str) -> str:
    """The command line that is best typed next; "" where nothing is left to do."""
    problem = result.problem
    again = command_line(["modemflash", *sys.argv[1:]])
    ask_it = command_line(["modemflash", "info", "-p", port, *_way_words()]) if port else ""
    if problem is None:
        if result.code == "dry-run":
            return _without_dry_run()
        return ask_it if result.status == "installed-unconfirmed" else ""
    if problem.code == "relay-occupied":
        return _without_dry_run() if problem.detail else "modemflash history"
    if isinstance(problem, ConsentMissing):
        return f"{again} {flags_of(problem.consents)}"
    if problem.code in _HELD_CODES:
        return again
    if result.modem_state == UNKNOWN:
        return ask_it
    if isinstance(problem, NoModem) or result.modem_state == RECOVERABLE or problem.code in _AGAIN_CODES:
        return again
    if problem.code == "unknown-code":
        return "modemflash explain"
    if isinstance(problem, Refusal):
        return f"modemflash explain {problem.code}"
    return again


def _way_words() -> list[str]:
    """The way to the modem, where the user has named one."""
    words = sys.argv[1:]
    at = words.index("--via") if "--via" in words else len(words)
    return words[at : at + 2] or [word for word in words if word.startswith("--via=")]


def _without_dry_run() -> str:
    return command_line(["modemflash", *(word for word in sys.argv[1:] if word != "--dry-run")])


def command_line(words: list[str]) -> str:
    """Words as they are typed into this system's shell; what no screen shows stands there as an escape."""
    if os.name == "nt":
        return printable(subprocess.list2cmdline(words))
    return " ".join(shlex.quote(word) if word.isprintable() else _escaped(word) for word in words)


def _escaped(word: str) -> str:
    """A word in the quotes of bash, zsh and ksh that know escapes: the same bytes, and no control code."""
    letters = []
    for letter in word:
        if letter in "\\'":
            letters.append("\\" + letter)
        elif letter.isprintable():
            letters.append(letter)
        else:
            letters += [f"\\{byte:03o}" for byte in os.fsencode(letter)]
    return "$'" + "".join(letters) + "'"
