"""The last runs as rows: which modem, from where to where, how it ended, how long it took.

Rule: a run without an end still runs where its process does; else it was killed, and has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modemflash_host.capture.runs import Run, runs
from modemflash_host.computer.process import is_running
from modemflash_host.reporters import Event

NO_END, RUNNING = "no-end", "running"


@dataclass(frozen=True, slots=True)
class Row:
    """One run.

    Attributes:
        name: what `report` is given.
        started: local time, e.g. "2026-11-20 08:53".
        command: its verb: update, info.
        board: the port or the id of the board.
        modem: its product, "" where it never said one.
        from_version: before; "" where unknown.
        to_version: after; "" where unknown.
        status: of the result; `RUNNING` or `NO_END` where there is none.
        code: what happened, searchable; "" where there is nothing to say.
        seconds: how long it took; None without an end.
    """

    name: str
    started: str
    command: str
    board: str
    modem: str
    from_version: str
    to_version: str
    status: str
    code: str
    seconds: float | None

    def event(self) -> Event:
        """The row as an event."""
        return {"event": "run", **{name: getattr(self, name) for name in Row.__slots__}}


def history() -> list[Row]:
    """The remembered runs, newest first."""
    return [row_of(run) for run in runs()]


def row_of(run: Run) -> Row:
    """One run as a row."""
    header, identity, result = run.header, run.identity, run.result
    words = [str(word) for word in header.get("command", [])]
    return Row(
        name=run.name,
        started=str(header.get("started", ""))[:16].replace("T", " "),
        command=next((word for word in words if not word.startswith("-")), ""),
        board=str(header.get("port", "")),
        modem=str(identity.get("product") or ""),
        from_version=_text(result.get("from_version")) or module_version(identity),
        to_version=_text(result.get("to_version")),
        status=str(result.get("status") or (RUNNING if is_running(run.process, _program(words)) else NO_END)),
        code=str(result.get("code") or ""),
        seconds=_number(result.get("seconds")),
    )


def module_version(identity: Mapping[str, object]) -> str:
    """The version in an event `identity`, as plans and results write it: a build's number where it has one.

    Args:
        identity: the event, or nothing.
    """
    build = identity.get("build")
    return str(build) if isinstance(build, int) and build > 0 else _text(identity.get("version"))


def typed_words(command: Sequence[str]) -> list[str]:
    """A run's command as it can be typed; a call of the API, which cannot, as it is."""
    return [word for word in (_program(command), *command) if word]


def _program(words: Sequence[str]) -> str:
    """What stands on the command line of a run's process: a program that uses the API has any name."""
    return "" if words[:1] and words[0].startswith("api.") else "modemflash"


def _text(value: object) -> str:
    """A text as it is, anything else as unknown: the file may have been changed."""
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """A number as it is, anything else as unknown: the file may have been changed."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
