"""No failure of a sink, of any type, ends or colours a run; no terminal is too narrow."""

from __future__ import annotations

import errno
import io
from typing import Any

import pytest

from modemflash_host.errors import StopNow
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.reporters.people import VERBOSE
from modemflash_host.reporters.plain import Plain
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.terminal import Terminal
from modemflash_host.run.stop_requests import StopRequests
from support.sinks import EventSink, reporter, story

FAILURES: tuple[BaseException, ...] = (
    ValueError("columns"),
    BrokenPipeError(errno.EPIPE, "gone"),
    OSError(errno.EIO, "hung up"),
    OSError(errno.EBADF, "closed"),
    OSError(errno.ENOSPC, "full"),
    UnicodeEncodeError("ascii", "✓", 0, 1, "no such letter"),
    RecursionError("deep"),
    MemoryError(),
    KeyError("phase"),
    SystemExit(1),
)
PLACES = ("use_vocabulary", "report", "tick", "close")


class Failing(Sink):
    """Fails in one place."""

    def __init__(self, failure: BaseException, place: str) -> None:
        self.calls = 0

        def fail(*_: object) -> None:
            self.calls += 1
            raise failure

        setattr(self, place, fail)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_a_sink_that_fails_is_left_out(failure: BaseException, place: str) -> None:
    """The others hear the whole story, and it is told once."""
    told: list[BaseException] = []
    heard, failing = EventSink(), Failing(failure, place)
    made = Reporter([failing, heard], StopRequests(), on_lost=told.append)
    made.use(reporter().vocabulary)
    story(made)
    made.close()
    assert heard.names()[-1] == "result"
    assert failing.calls == 1
    assert told == ([] if place == "close" else [failure])


def test_the_third_stop_request_is_no_failure_of_a_sink() -> None:
    """It may be raised anywhere, inside a sink, too, and ends the command."""
    heard = EventSink()
    made = Reporter([Failing(StopNow(), "report"), heard], StopRequests())
    with pytest.raises(StopNow):
        made.say("note", text="")


def shown(width: int, sink: Any, color: str = "always") -> str:
    """The whole story on a terminal of so many columns."""
    stream = io.StringIO()
    console = SteadyConsole(file=stream, width=width, height=1, color=color, legacy_windows=False)
    people = sink(console, console, VERBOSE)
    failures: list[BaseException] = []
    made = Reporter([people], StopRequests(), on_lost=failures.append)
    made.use(reporter().vocabulary)
    story(made)
    problem: Event = {
        "event": "problem", "code": "modem-silent", "happened": "It is silent.", "hint": "Wait.",
        "modem_state": "unknown", "heard": b"", "evidence": "",
    }  # fmt: skip
    made.report(problem)
    made.report({"event": "result", "status": "failed", "modem_state": "unknown", "next": "modemflash info"})
    made.close()
    assert failures == []
    return stream.getvalue()


@pytest.mark.parametrize("sink", [Terminal, Plain])
@pytest.mark.parametrize("width", [*range(1, 34), 40, 60, 80, 1000])
def test_any_width_will_do(width: int, sink: Any) -> None:
    """Blocks, tables and the live line."""
    assert "41065" in shown(width, sink)


@pytest.mark.parametrize("sink", [Terminal, Plain])
def test_color_never_means_no_style(sink: Any) -> None:
    """No bold and no dim: no escape at all, but the words."""
    assert "\x1b" not in shown(80, sink, "never")
