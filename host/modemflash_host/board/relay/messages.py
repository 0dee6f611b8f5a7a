"""What PC and board say to each other in a run, as records: each with its encoder and its decoder.

    to the board    `Start`, then `Order`
    from the board  `Looked`, `Ended`, `JournalNote`, and events that are only shown

Rules: what comes from a board was judged by `events.is_sound` before it is a
record; a record that is given again is the same bytes again. The board's side:
`modemflash.board.relay`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import modemflash.board.words  # noqa: F401 (its rows join the catalogue)
from modemflash import errors
from modemflash.consent import decoded, encoded
from modemflash.errors import CATALOGUE, Problem
from modemflash.interface import COMMAND_BYTES
from modemflash_host import strict_json
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.image_rows import Row
from modemflash_host.board.modem_update import JournalRecord, Options
from modemflash_host.board.relay.events import is_sound
from modemflash_host.consents import Consent
from modemflash_host.errors import BoardProblem

if TYPE_CHECKING:
    from modemflash_host.reporters import Event


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to look at the modem.

    Attributes:
        job: by which the same command is known again, see `conversation.job_of`.
        files: rows of the files, in the order in which the board asks for them by number.
        options: the engine's.
        past: what this PC's journal holds.
    """

    job: str
    files: tuple[Row, ...]
    options: Options
    past: JournalRecord | None

    def encode(self) -> str:
        """As an argument of the board's `run`."""
        words = {"id": self.job, "files": self.files, "options": self.options, "past": self.past}
        return json.dumps(words)

    @classmethod
    def decode(cls, text: str) -> Start:
        """As the board reads it."""
        words = json.loads(text)
        return cls(words["id"], tuple(words["files"]), words["options"], words["past"])


@dataclass(frozen=True, slots=True)
class Order:
    """Begin to write.

    Attributes:
        consents: all that were given.
        options: the engine's, as they are now.
    """

    consents: frozenset[Consent]
    options: Options

    def encode(self) -> bytes:
        """As a file of `COMMAND_BYTES` that the board fetches.

        Raises:
            ValueError: it is too long for that.
        """
        words = {"consents": encoded(self.consents), "options": self.options}
        data = json.dumps(words).encode().ljust(COMMAND_BYTES)
        if len(data) > COMMAND_BYTES:
            raise ValueError("the order is too long")
        return data

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """As the board reads it."""
        words = json.loads(data.decode())
        return cls(frozenset(Consent(*pair) for pair in decoded(words["consents"])), words["options"])


@dataclass(frozen=True, slots=True)
class Looked:
    """What the board found out about the modem.

    Attributes:
        board: its address.
        state, baud, resumed: see `modemflash.modem.Modem`.
        identity: as `modemflash.identity.decoded` takes it.
        before: see `modemflash.identity.record`.
        past: the journal's record of an update that did not finish.
        release: of the updater on the board; "" from one that does not say.
    """

    board: str
    state: str
    baud: int
    resumed: bool
    identity: Mapping[str, object]
    before: Mapping[str, str]
    past: JournalRecord | None
    release: str = ""

    def fields(self) -> Event:
        """As the board sends it."""
        return {
            "event": "looked",
            "board": self.board,
            "state": self.state,
            "baud": self.baud,
            "resumed": self.resumed,
            "identity": self.identity,
            "before": dict(self.before),
            "past": self.past,
            "release": self.release,
        }

    @classmethod
    def of_fields(cls, event: Event) -> Looked:
        """From a sound event."""
        names = ("board", "state", "baud", "resumed", "identity", "before", "past")
        release = event.get("release")
        return cls(
            **{name: event[name] for name in names}, release=release if isinstance(release, str) else ""
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How the run on the board ended: with a result, with a problem, or before its order came.

    Attributes:
        result: None where there is none.
        kind: the class of the problem, a name in `modemflash.errors`.
        code, detail, raw, modem_state, consents: of the problem; code is "" where there is none.
        sent_bytes: firmware bytes that the modem took.
    """

    result: EngineResult | None = None
    kind: str = ""
    code: str = ""
    detail: str = ""
    raw: str = ""
    modem_state: str = ""
    consents: tuple[Consent, ...] = ()
    sent_bytes: int = 0

    def fields(self) -> Event:
        """As the board sends it."""
        if self.result is not None:
            return {"event": "ended", "result": self.result.fields()}
        if not self.code:
            return {"event": "ended"}
        words = {name: getattr(self, name) for name in _OF_A_PROBLEM}
        return {"event": "ended", **words, "consents": encoded(self.consents), "bytes": self.sent_bytes}

    @classmethod
    def of_fields(cls, event: Event) -> Ended:
        """From a sound event."""
        result = event.get("result")
        known = {name: event[name] for name in _OF_A_PROBLEM if event.get(name) is not None}
        consents = tuple(Consent(*pair) for pair in sorted(decoded(event.get("consents", ()))))
        return cls(
            None if result is None else EngineResult.of_fields(result),
            **known,
            consents=consents,
            sent_bytes=event.get("bytes", 0),
        )

    @property
    def problem(self) -> Problem:
        """The board's problem, as if it had happened here."""
        if self.code not in CATALOGUE:
            said = f"it said {self.code or 'nothing'}: {self.modem_state}" if self.modem_state else self.code
            return BoardProblem("relay-other-release", said)
        kind: type[Problem] = getattr(errors, self.kind, Problem)
        if issubclass(kind, errors.Refusal):
            return kind(self.code, self.detail, self.consents).stamp(self.modem_state)
        return kind(self.code, self.detail, self.raw.encode()).stamp(self.modem_state)


@dataclass(frozen=True, slots=True)
class JournalNote:
    """The board has written this into its journal; None: nothing is open any more."""

    record: JournalRecord | None

    def fields(self) -> Event:
        """As the board sends it."""
        return {"event": "journal", "record": self.record}

    @classmethod
    def of_fields(cls, event: Event) -> JournalNote:
        """From a sound event."""
        return cls(event["record"])


@dataclass(frozen=True, slots=True)
class Shown:
    """An event that is for people, and for nobody else."""

    event: Event

    def fields(self) -> Event:
        """As the board sends it."""
        return self.event

    @classmethod
    def of_fields(cls, event: Event) -> Shown:
        """From a sound event."""
        return cls(event)


Message = Looked | Ended | JournalNote | Shown
_OF_A_PROBLEM = ("kind", "code", "detail", "raw", "modem_state")
_RECORDS: dict[str, type[Looked] | type[Ended] | type[JournalNote]] = {
    "looked": Looked,
    "ended": Ended,
    "journal": JournalNote,
}


UNREADABLE = Ended(code="unreadable")


def encode(message: Message) -> bytes:
    """A message as the board sends it."""
    return json.dumps(message.fields()).encode()


def decode(words: bytes) -> Message | None:
    """A message from a board; None for what no board of ours sends.

    A look or an end that cannot be read is an end, because nothing more comes after it.
    """
    try:
        event: object = strict_json.loads(words)
    except ValueError:
        return None
    if not is_sound(event):
        is_last = isinstance(event, dict) and event.get("event") in ("looked", "ended")
        return UNREADABLE if is_last else None
    return _RECORDS.get(event["event"], Shown).of_fields(event)
