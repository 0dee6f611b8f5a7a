"""A modem at a bare port, where no board says what is behind it.

Rules: a modem that says ERROR to everything may be a Monarch in recovery, or a device of
another kind. An update that this PC has open at it says that it is one; else the transfer
session that it opens does (`modemflash/steps.py`), and nothing is written before that.
Which Monarch it is no session says: where it names its boot mode alone, its owner is told.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from modemflash import phases
from modemflash.errors import ModemProblem, Refusal
from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.modem_update import EngineUpdate, Found, Options
from modemflash_host.families.sequans.link_rates import refusal_of_rates
from modemflash_host.families.vocabulary import EventFields
from modemflash_host.reporters import Reporter, Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modemflash.planning import Plan
    from modemflash.upgrade import Update
    from modemflash_host.consents import Consent

_UNPROVEN = (
    "The modem answers only ERROR, as a Monarch in recovery does: that it is one is shown by the "
    "transfer that it opens. Where it opens none, nothing is written."
)
_NAMELESS = (
    "The modem does not say who it is in this state: make sure that the file is for it. Firmware of "
    "another product can kill it."
)


class BarePortUpdate(EngineUpdate):
    """An update that ends as `modem-unproven` where nothing shows that the modem is a Monarch.

    Args:
        update: the engine's.
        reporter: told of the transfers that are opened.
        marks: see `EngineUpdate`.
        bind: called once it is known which module is meant.
    """

    def __init__(
        self,
        update: Update,
        reporter: Reporter,
        marks: Callable[[], Mapping[str, str]],
        bind: Callable[[], None],
    ) -> None:
        super().__init__(update, lambda plan: refusal_of_rates(update.line, update, plan), marks)
        self._bind = bind
        self._sessions = _Sessions()
        self._is_unproven = False
        reporter.listen(self._sessions)

    def look(self) -> Found:
        """See `ModemUpdate`."""
        found = super().look()
        self._bind()
        return found

    def plan(self, options: Options) -> Plan:
        """See `ModemUpdate`."""
        plan = super().plan(options)
        update = self._update
        is_begun = phases.has_written(update.past)
        self._is_unproven = update.modem.state == "errors-only" and not is_begun
        if self._is_unproven and not plan.nothing_to_do:
            plan.warnings.append(_UNPROVEN)
        elif not update.identity.family and not is_begun:
            plan.warnings.append(_NAMELESS)
        return plan

    def run(self, plan: Plan, consents: frozenset[Consent]) -> EngineResult:
        """See `ModemUpdate`."""
        try:
            return super().run(plan, consents)
        except ModemProblem as problem:
            if not self._is_unproven or self._sessions.opened:
                raise
            with suppress(OSError):
                self._update.journal.write(None)  # nothing was begun
            raise Refusal("modem-unproven", problem.code) from problem


class _Sessions(Sink):
    """Whether a transfer was opened."""

    opened = False

    def report(self, event: EventFields, at_s: float) -> None:
        """See `Sink`."""
        self.opened = self.opened or event["event"] == "session"
