"""Sinks, streams and time for tests of the host program."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from modemflash_host.families.sequans.words import WORDS
from modemflash_host.reporters import Event, Reporter, Sink
from modemflash_host.reporters.people import NORMAL, People
from modemflash_host.reporters.plain import Plain
from modemflash_host.reporters.steady_console import SteadyConsole
from modemflash_host.reporters.terminal import Terminal
from modemflash_host.run.stop_requests import StopRequests


class Clock:
    """Time that only waiting moves."""

    def __init__(self) -> None:
        self.now_ms = 0

    def ticks_ms(self) -> int:
        return self.now_ms

    def ticks_diff(self, end: int, start: int) -> int:
        return end - start

    def sleep_ms(self, ms: int) -> None:
        self.now_ms += ms


class EventSink(Sink):
    """A sink that keeps its events, each with its time."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ticks: list[float] = []

    def report(self, event: Event, at_s: float) -> None:
        self.events.append({**event, "at_s": at_s})

    def tick(self, at_s: float) -> None:
        self.ticks.append(at_s)

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]


def reporter(*sinks: Any) -> Reporter:
    made = Reporter(list(sinks), StopRequests())
    made.use(WORDS)
    return made


def spoken(
    tell: Callable[[Reporter], None],
    *,
    width: int = 80,
    terminal: bool = False,
    verbosity: int = NORMAL,
    encoding: str = "utf-8",
) -> str:
    """What the sink for people writes, as text."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="\n")
    console = SteadyConsole(
        file=stream,
        width=width,
        height=50,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        legacy_windows=False,
        _environ={},
    )
    sink: People = (Terminal if terminal else Plain)(console, console, verbosity)
    tell(reporter(sink))
    sink.close()
    stream.flush()
    return raw.getvalue().decode(encoding)


PLAN: Event = {
    "event": "plan",
    "nothing_to_do": False,
    "direction": "upgrade",
    "from_version": "38638",
    "to_version": "41065",
    "route": 2,
    "files": [{"name": "CATM1-41065.dup", "size": 6160982, "role": "main"}],
    "phases": [
        {"phase": "transfer", "usual_s": 227, "allowed_s": 0},
        {"phase": "install", "usual_s": 300, "allowed_s": 1200},
    ],
    "warnings": ["Known: something that killed modems."],
    "cannot_undo": ["Firmware cannot be read out of the modem."],
    "way_back": ["CATM1-41065.dup"],
    "unused": [],
    "board": None,
    "consents": [{"consent": "allow-downgrade", "subject": "", "danger": "the firmware here is older"}],
}  # fmt: skip

RESULT: Event = {
    "event": "result",
    "schema": 2,
    "status": "updated",
    "code": "updated",
    "modem_state": "updated",
    "next": "",
    "family": "sequans",
    "from_version": "38638",
    "to_version": "41065",
    "boot_mode": "application",
    "bytes": 6160982,
    "seconds": 251,
}


def story(tell: Reporter) -> None:
    """A whole good update, told in events."""
    tell.say("phase", phase="find", usual_s=5, allowed_s=60, note="")
    tell.say("found", state="application", baud=921600, resumed=False)
    tell.say("identity", product="FiPy", build=38638, version="LR5.1.1.0-38638", ue="UE5.0.0.0d")
    tell.report(PLAN)
    tell.say("phase", phase="transfer", usual_s=227, allowed_s=0, silence_s=300, note="")
    for number in range(1, 201):
        tell.tick(number * 400)
        tell.say("progress", phase="transfer", done=number * 30000, total=6_000_000)
        if number == 80:
            tell.say("stall", phase="transfer", seconds=20, note="the modem is erasing or writing")
        if number == 90:
            tell.say("retry", what="block", attempt=2, reason="damaged")
    tell.say("phase", phase="install", usual_s=300, allowed_s=1200, note="")
    tell.tick(180_000)
    tell.say("record", before={"ATI1": "LR5.1.1.0-38638"}, after={"ATI1": "LR5.1.1.0-41065"})
    tell.report(RESULT)
