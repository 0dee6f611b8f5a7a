"""What this PC and a board that runs the engine say to each other: one run, from its start to its end.

Rules: the board measures, decides and writes, this side serves files and shows
events; consents and options go over as one order, which the board fetches like
a file; the journal that the board keeps is kept here a second time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import modemflash.board.words  # noqa: F401 (its rows join the catalogue)
from modemflash import errors
from modemflash.board.manifest import IMAGE_FACTS
from modemflash.errors import CATALOGUE, Problem
from modemflash.interface import COMMAND_BYTES, COMMAND_FILE, LIBRARY
from modemflash.line import Line
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.relay.events import is_sound
from modemflash_host.board.relay.line import RelayLine, nobody
from modemflash_host.errors import BoardProblem
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash.file_roles import Files
    from modemflash.journal import Journal
    from modemflash_host.links.open import Link

JournalOf = Callable[[Line, str], "Journal"]
"""This PC's journal of the board with that address; of whatever is at the port where it is ""."""

_START = f"""\
import sys
if '{LIBRARY}' not in sys.path: sys.path.append('{LIBRARY}')
from modemflash.board.relay import run
run({{!a}})
"""
_PIECE_BYTES = 256
_PIECE_MS = 30
_OF_A_LOOK = ("phase", "found", "identity", "probe", "install-may-go-on")  # events, and codes of warnings


class RelayTalk:
    """One run of the engine on a board.

    Args:
        link: the open port, at the console's rate.
        clock: what goes with it.
        reporter: who is told.
        files: as in `Update`.
        journal_of: see there.
        looked_before: the modem was shown already, so the board's own look at it is not.

    Attributes:
        relay: the line to the board.
        line: for its clock and its reporter.
        journal: this PC's; None until the board has said who it is.
        sent_bytes: see `Update`.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        reporter: Reporter,
        files: Files,
        journal_of: JournalOf,
        *,
        looked_before: bool = False,
    ) -> None:
        witness = reporter.recorder.relay if reporter.recorder else nobody
        self.relay = RelayLine(link, clock, self._serve, self.hear, reporter.stop_wanted, witness)
        self.line = Line(link, clock, reporter)
        self.journal: Journal | None = None
        self.sent_bytes = 0
        self._reporter = reporter
        self._files = files
        self._journal_of = journal_of
        self._hides_look = looked_before
        self._looked: dict[str, Any] = {}
        self._ended: dict[str, Any] = {}
        self._order = b""

    def await_look(self) -> dict[str, Any]:
        """What the board found out about the modem: "state", "baud", "resumed", "identity", "before", "past".

        Raises:
            Problem: the board's; or the line's.
        """
        self._attend(self._has_looked)
        self.relay.asks_again = False
        if not self._looked:
            raise _problem(self._ended)
        return self._looked

    def _has_looked(self) -> bool:
        """A board that was taken up may be at a good end by now, and still has to tell how it began."""
        return bool(self._looked or (self._ended and "result" not in self._ended))

    def order(self, consents: set[str], options: dict[str, Any]) -> None:
        """Let the board begin; it fetches this when it next hears from us."""
        words = {"consents": sorted(consents), "options": options}
        self._order = json.dumps(words).encode().ljust(COMMAND_BYTES)
        if len(self._order) > COMMAND_BYTES:
            raise ValueError("the order is too long")
        self.relay.commands = 1

    def await_end(self) -> dict[str, Any]:
        """The result of `Update.run`, on the board.

        Raises:
            Problem: as there; or the line's.
        """
        self._attend(lambda: bool(self._ended))
        if "result" not in self._ended:
            raise _problem(self._ended)
        result: dict[str, Any] = self._ended["result"]
        return result

    def _attend(self, until: Callable[[], bool]) -> None:
        clock = self.line.clock
        self.relay.attend(until, lambda: self._reporter.tick(clock.ticks_ms()))

    def _serve(self, file: int, start: int, count: int) -> bytes:
        if file == COMMAND_FILE:
            return self._order[start : start + count]
        data = bytearray(count)
        if file < len(self._files):
            self._files[file][1].readinto(start, data)
        return bytes(data)

    def hear(self, words: bytes) -> None:
        """An event from the board."""
        try:
            event = json.loads(words)
        except (ValueError, RecursionError):
            return
        if not is_sound(event):
            return
        kind = event["event"]
        if kind == "looked":
            self._looked = event
            self.journal = self._journal_of(self.line, event["board"])
        elif kind == "ended":
            self._ended = event
            self.sent_bytes = event.get("bytes", 0)
        elif kind == "journal":
            if self.journal is not None:
                with suppress(OSError):
                    self.journal.write(event["record"])
        elif not (self._hides_look and not self._looked and event.get("code", kind) in _OF_A_LOOK):
            self._reporter.report(event)


def start(repl: Repl, job: str, files: Files, options: dict[str, Any], past: Any) -> None:
    """Let the board's engine begin to look at the modem; its console is away from here on.

    Args:
        repl: in the raw REPL.
        job: see `job_of`.
        files: as in `Update`.
        options: as in `Update`.
        past: what this PC's own journal holds.
    """
    rows = [
        {"name": image.name, "size": source.size, **{name: getattr(image, name) for name in IMAGE_FACTS}}
        for image, source in files
    ]
    words = json.dumps({"id": job, "files": rows, "options": options, "past": past})
    code = _START.format(words).encode("ascii")
    link = repl.link
    link.drop_input()
    for at in range(0, len(code), _PIECE_BYTES):
        link.write(code, at, min(_PIECE_BYTES, len(code) - at))
        repl.clock.sleep_ms(_PIECE_MS)
    link.write(b"\x04", 0, 1)


def job_of(files: Files, options: dict[str, Any]) -> str:
    """Eight hex digits by which the same command is known again."""
    words = json.dumps([[image.sha256 for image, _ in files], options], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _problem(ended: dict[str, Any]) -> Problem:
    """The board's problem, as if it had happened here."""
    kind = getattr(errors, ended.get("kind", ""), Problem)
    code = ended.get("code", "")
    if code not in CATALOGUE:
        return BoardProblem("board-out-of-step", str(code))
    raw = str(ended.get("raw", "")).encode()
    if issubclass(kind, errors.Refusal):
        problem: Problem = kind(code, ended["detail"], ended["consent"])
    else:
        problem = kind(code, ended["detail"], raw)
    return problem.stamp(ended["modem_state"])
