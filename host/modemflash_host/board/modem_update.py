"""An update of the modem, whatever lies between it and this PC: what every access to a modem offers.

Rules: the engine decides, here or on the board; `run` gets the plan that `plan`
made; what is done to a board before its modem is a part of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from modemflash.errors import Refusal
from modemflash.line import Line
from modemflash.modem_state import judged, without_power_cut
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.consents import Consent

if TYPE_CHECKING:
    from modemflash.at import At
    from modemflash.file_roles import Files
    from modemflash.identity import Identity
    from modemflash.journal import Journal
    from modemflash.planning import Plan
    from modemflash.upgrade import Update

BYTES_PER_S = 9_000  # of the package, at the console's rate
DEPLOY_S = 5  # what it takes beside the bytes
DEPLOY_MOST_S = 600

Options = Mapping[str, object]
"""The engine's, see `modemflash.upgrade.Update`."""
JournalRecord = Mapping[str, object]
"""What a journal holds (`modemflash.journal`); what is in it is the engine's business."""
JournalOf = Callable[[Line, str], "Journal"]
"""This PC's journal of the board with that address; of whatever is at the port where it is ""."""


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What the engine is asked for, see `modemflash.upgrade.Update`.

    Attributes:
        files, consents, options: as there.
        journal_of: this PC's journals.
        only_look: nothing will be run; a board that is at work is left alone.
    """

    files: Files
    consents: frozenset[Consent]
    options: Options
    journal_of: JournalOf
    only_look: bool = False


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What is done to the board before its modem: a part of the plan.

    Attributes:
        files, bytes: what is put there.
        stays: it was there before, and is brought up to date.
        allowed_s: how long it may take.
    """

    files: int
    bytes: int
    stays: bool
    allowed_s: int = DEPLOY_MOST_S

    @property
    def usual_s(self) -> int:
        """How long it usually takes."""
        return DEPLOY_S + self.bytes // BYTES_PER_S


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found.

    Attributes:
        state: the modem's boot mode.
        identity: who it is.
        record: its settings, see `modemflash.identity.record`.
        marks: see `ModuleInfo.marks`; a modem behind a board is known by its board.
    """

    state: str
    identity: Identity
    record: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)


class ModemUpdate(Protocol):
    """One update, not looked at yet.

    Attributes:
        first_step: None where nothing is done to a board.
        is_under_way: the board carries it out already; it was agreed to when it began.
        past: the journal's record; None before `look` and where there is none.
        sent_bytes: firmware bytes that the modem took.
    """

    @property
    def first_step(self) -> FirstStep | None: ...
    @property
    def is_under_way(self) -> bool: ...
    @property
    def past(self) -> JournalRecord | None: ...
    @property
    def sent_bytes(self) -> int: ...
    @property
    def found(self) -> Found | None: ...

    def look(self) -> Found:
        """See `modemflash.upgrade.Update.look`."""

    def talk(self) -> AbstractContextManager[At]:
        """The AT dialogue with the modem that `look` found."""

    def plan(self, options: Options) -> Plan:
        """See `modemflash.upgrade.Update.plan`; `options` are added to those it began with."""

    def run(self, plan: Plan, consents: frozenset[Consent]) -> EngineResult:
        """See `modemflash.upgrade.Update.run`; `consents` take the place of those it began with."""


class EngineUpdate:
    """The engine on this PC, at a line that leads to the modem.

    Args:
        update: the engine's.
        check_plan: the refusal of a plan that cannot be carried out through this line.
        marks: what tells the modem from others; asked after the look.
    """

    first_step: FirstStep | None = None
    is_under_way = False

    def __init__(
        self,
        update: Update,
        check_plan: Callable[[Plan], Refusal | None] = lambda plan: None,
        marks: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._update = update
        self._check_plan = check_plan
        self._marks = marks

    @property
    def past(self) -> JournalRecord | None:
        """See `ModemUpdate`."""
        past: JournalRecord | None = self._update.past
        return past

    @property
    def sent_bytes(self) -> int:
        """See `ModemUpdate`."""
        return self._update.sent_bytes

    @property
    def found(self) -> Found | None:
        """See `ModemUpdate`."""
        update = self._update
        if update.modem is None:
            return None
        return Found(update.modem.state, update.identity, update.before, self._marks())

    def look(self) -> Found:
        """See `ModemUpdate`."""
        self._update.look()
        found = self.found
        assert found is not None
        return found

    @contextmanager
    def talk(self) -> Iterator[At]:
        """See `ModemUpdate`."""
        yield self._update.modem.at

    def plan(self, options: Options) -> Plan:
        """See `ModemUpdate`."""
        self._update.options = {**self._update.options, **options}
        plan = self._update.plan()
        if refusal := self._check_plan(plan):
            raise without_power_cut(judged(refusal, self.past), self.past)
        return plan

    def run(self, plan: Plan, consents: frozenset[Consent]) -> EngineResult:
        """See `ModemUpdate`."""
        self._update.consents = set(consents)
        return EngineResult.of_fields(self._update.run(plan))
