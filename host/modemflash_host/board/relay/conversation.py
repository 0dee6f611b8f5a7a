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
from typing import TYPE_CHECKING

from modemflash.interface import COMMAND_FILE, LIBRARY
from modemflash.line import Line
from modemflash_host.board.console.repl import Repl
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.image_rows import image_row
from modemflash_host.board.modem_update import EngineRequest, JournalRecord, Options
from modemflash_host.board.relay.line import RelayLine, no_record
from modemflash_host.board.relay.messages import (
    Ended,
    JournalNote,
    Looked,
    Order,
    Start,
    decode,
)
from modemflash_host.consents import Consent
from modemflash_host.reporters import Reporter

if TYPE_CHECKING:
    from modemflash.contracts import Clock
    from modemflash.file_roles import Files
    from modemflash.journal import Journal
    from modemflash_host.links.open import Link

_START = f"""\
import sys
if '{LIBRARY}' not in sys.path: sys.path.append('{LIBRARY}')
from modemflash.board.relay import run
run({{!a}})
"""
_PIECE_BYTES = 256
_PIECE_MS = 30
# Events, and codes of warnings.
_OF_A_LOOK = ("phase", "found", "identity", "probe", "install-may-go-on", "modem-restarts")


class RelayTalk:
    """One run of the engine on a board.

    Args:
        link: the open port, at the console's rate.
        clock: what goes with it.
        reporter: who is told.
        request: what is wanted; its files and its journals are used here.
        looked_before: the modem was shown already, so the board's own look at it is not.

    Attributes:
        relay: the line to the board.
        line: for its clock and its reporter.
        journal: this PC's; None until the board has said who it is.
        sent_bytes: see `Update`.
        reporter: as given.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        reporter: Reporter,
        request: EngineRequest,
        *,
        looked_before: bool = False,
    ) -> None:
        record = reporter.recorder.relay if reporter.recorder else no_record
        self.relay = RelayLine(link, clock, self.serve, self.hear, reporter.stop_wanted, record)
        self.line = Line(link, clock, reporter)
        self.journal: Journal | None = None
        self.sent_bytes = 0
        self.reporter = reporter
        self._files = request.files
        self._journal_of = request.journal_of
        self._hides_look = looked_before
        self._looked: Looked | None = None
        self._ended: Ended | None = None
        self._order = b""

    def await_look(self) -> Looked:
        """What the board finds out about the modem.

        Raises:
            Problem: the board's; or the line's.
        """
        self._attend(self._has_looked)
        self.relay.asks_again = False
        if self._looked is None:
            assert self._ended is not None
            raise self._ended.problem
        return self._looked

    def _has_looked(self) -> bool:
        """A board that was taken up may be at a good end by now, and still has to tell how it began."""
        return self._looked is not None or (self._ended is not None and self._ended.result is None)

    def order(self, consents: frozenset[Consent], options: Options) -> None:
        """Let the board begin; it fetches this when it next hears from us."""
        self._order = Order(consents, options).encode()
        self.relay.commands = 1

    def await_end(self) -> EngineResult:
        """The result of `Update.run`, on the board.

        Raises:
            Problem: as there; or the line's.
        """
        self._attend(lambda: self._ended is not None)
        assert self._ended is not None
        if self._ended.result is None:
            raise self._ended.problem
        return self._ended.result

    def _attend(self, until: Callable[[], bool]) -> None:
        clock = self.line.clock
        self.relay.attend(until, lambda: self.reporter.tick(clock.ticks_ms()))

    def serve(self, file: int, start: int, count: int) -> bytes:
        """Bytes of a file, for the board; zeros behind its end."""
        if file == COMMAND_FILE:
            return self._order[start : start + count]
        data = bytearray(count)
        if file < len(self._files):
            self._files[file][1].readinto(start, data)
        return bytes(data)

    def hear(self, words: bytes) -> None:
        """An event from the board."""
        message = decode(words)
        if isinstance(message, Looked):
            self._looked = message
            self.journal = self._journal_of(self.line, message.board)
        elif isinstance(message, Ended):
            self._ended = message
            self.sent_bytes = message.sent_bytes
        elif isinstance(message, JournalNote):
            if self.journal is not None:
                with suppress(OSError):
                    self.journal.write(dict(message.record) if message.record is not None else None)
        elif message is not None:
            event = message.event
            of_the_look = event.get("code", event["event"]) in _OF_A_LOOK
            if not (self._hides_look and self._looked is None and of_the_look):
                self.reporter.report(event)


def start(repl: Repl, job: str, files: Files, options: Options, past: JournalRecord | None) -> None:
    """Let the board's engine begin to look at the modem; its console is away from here on.

    Args:
        repl: in the raw REPL.
        job: see `job_of`.
        files: as in `Update`.
        options: as in `Update`.
        past: what this PC's own journal holds.
    """
    rows = tuple(image_row(image) for image, _ in files)
    code = _START.format(Start(job, rows, options, past).encode()).encode("ascii")
    link = repl.link
    link.drop_input()
    for at in range(0, len(code), _PIECE_BYTES):
        link.write(code, at, min(_PIECE_BYTES, len(code) - at))
        repl.clock.sleep_ms(_PIECE_MS)
    link.write(b"\x04", 0, 1)


def job_of(request: EngineRequest) -> str:
    """Eight hex digits by which the same command is known again."""
    words = json.dumps([[image.sha256 for image, _ in request.files], request.options], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:8]
