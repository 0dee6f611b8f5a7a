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

from modemflash import __version__
from modemflash.errors import UNTOUCHED, Problem
from modemflash.frames import MAX_BLOCK
from modemflash.interface import COMMAND_FILE, ENDED, LIBRARY, LOOKED, LOOKING
from modemflash.line import Line
from modemflash.phases import has_written
from modemflash.steps import INSTALL_MS
from modemflash_host.board.console.repl import Repl, checked
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.image_rows import image_row
from modemflash_host.board.modem_update import EngineRequest, JournalRecord, Options
from modemflash_host.board.relay.line import RelayLine, RelayLost, no_record
from modemflash_host.board.relay.messages import (
    UNREADABLE,
    Ended,
    JournalNote,
    Looked,
    Order,
    Start,
    decode,
)
from modemflash_host.consents import Consent
from modemflash_host.errors import BoardProblem
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
_PATIENCE_MS = 300_000
_IN_VAIN_MS = 60_000  # nothing that a board asks for takes so long; longer where it has begun and holds on
_LAST_WORDS_MS = 30_000  # of a board whose state says that it has told all; it tells until we have it
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
        self.relay = RelayLine(
            link, clock, self.serve, self.hear, reporter.stop_wanted, record, self._block_bytes
        )
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
        self._has_written = False
        # What the longest look or step may take, twice: a module found in a transfer gets its time again.
        own_ms = (request.options.get(name, 0) for name in ("find_ms", "answer_ms"))
        longest_ms = max([INSTALL_MS, *(each for each in own_ms if isinstance(each, int))])
        self._patience_ms = 2 * longest_ms + _PATIENCE_MS

    def await_look(self) -> Looked:
        """What the board finds out about the modem.

        Raises:
            Problem: the board's; or the line's.
        """
        self._attend(self._has_looked)
        self.relay.asks_again = False
        if self._looked is None:
            assert self._ended is not None
            raise self._ended_with
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
            raise self._ended_with
        return self._ended.result

    @property
    def _ended_with(self) -> Problem:
        """The board's problem; where the board has noted a write, the module is not untouched."""
        assert self._ended is not None
        problem = self._ended.problem
        if problem.modem_state == UNTOUCHED and self._has_written:
            return BoardProblem("relay-other-release", f"it said {problem.code}: untouched")
        return problem

    def _attend(self, until: Callable[[], bool]) -> None:
        clock = self.line.clock
        began_ms = clock.ticks_ms()
        silent_since_ms: int | None = None

        def on_wait() -> None:
            nonlocal silent_since_ms
            now_ms = clock.ticks_ms()
            self.reporter.tick(now_ms)
            relay = self.relay
            moved_ms = began_ms if relay.state == LOOKING else relay.moved_ms
            still_ms = min(clock.ticks_diff(now_ms, since) for since in (moved_ms, began_ms))
            if relay.in_vain_ms > (_PATIENCE_MS if self._has_written else _IN_VAIN_MS):
                raise self._late()
            if still_ms > self._patience_ms:
                raise RelayLost("relay-stuck", "it is still looking" if relay.state == LOOKING else "")
            is_owed = (relay.state == ENDED and self._ended is None) or (
                relay.state == LOOKED and self._looked is None
            )
            if not is_owed:
                silent_since_ms = None
            elif silent_since_ms is None:
                silent_since_ms = now_ms
            elif clock.ticks_diff(now_ms, silent_since_ms) > _LAST_WORDS_MS:
                self._ended = UNREADABLE

        self.relay.attend(until, on_wait)

    def _late(self) -> RelayLost:
        """The end of it; a board that has not even got its order has not begun, and is let go."""
        problem = RelayLost("relay-late")
        past = self._looked.past if self._looked else None
        if self.relay.state == LOOKED and not self._has_written and not has_written(past):
            with suppress(RelayLost):
                self.relay.end()
            problem.stamp(UNTOUCHED)
        return problem

    def _say_release(self, release: str) -> None:
        if release and release != __version__:
            text = f"The updater on the board is release {release}, this program is {__version__}."
            self.reporter.say("warning", code="relay-other-release", text=text)

    def serve(self, file: int, start: int, count: int) -> bytes:
        """Bytes of a file, for the board; zeros behind its end."""
        if file == COMMAND_FILE:
            return self._order[start : start + count]
        data = bytearray(count)
        if file < len(self._files):
            self._files[file][1].readinto(start, data)
        return bytes(data)

    def _block_bytes(self, file: int, start: int) -> int:
        """As the board counts them; 0 for what is no file of firmware."""
        if file >= len(self._files):
            return 0
        return max(0, min(MAX_BLOCK, self._files[file][1].size - start))

    def hear(self, words: bytes) -> None:
        """An event from the board."""
        message = decode(words)
        if isinstance(message, Looked):
            self._looked = message
            self._say_release(message.release)
            self.journal = self._journal_of(self.line, message.board)
        elif isinstance(message, Ended):
            self._ended = message
            self.sent_bytes = message.sent_bytes
        elif isinstance(message, JournalNote):
            self._has_written = self._has_written or has_written(message.record)
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

    What arrives damaged does not begin: the board is silent then, which ends the wait for its look.

    Args:
        repl: in the raw REPL.
        job: see `job_of`.
        files: as in `Update`.
        options: as in `Update`.
        past: what this PC's own journal holds.
    """
    rows = tuple(image_row(image) for image, _ in files)
    code = checked(_START.format(Start(job, rows, options, past).encode())).encode("ascii")
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
