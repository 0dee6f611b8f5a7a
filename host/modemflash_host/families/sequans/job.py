"""One run on a Sequans modem, as the contract wants it; how the modem is reached is the update's affair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modemflash.errors import UNKNOWN, NoModem, Refusal
from modemflash_host.board.modem_update import ModemUpdate
from modemflash_host.consents import Consent
from modemflash_host.errors import ConsentMissing, QuestionOpen
from modemflash_host.families.plan import ModuleInfo, Outcome, Plan, Request, Unfinished
from modemflash_host.families.sequans.plan import module_of, outcome_of, plan_of, unfinished_of
from modemflash_host.families.sequans.settings import SequansSettings
from modemflash_host.families.sequans.words import AFTER_PART_1
from modemflash_host.privacy import mask_name

if TYPE_CHECKING:
    from modemflash import planning


_SENSELESS = ("modem-nuls", "modem-noise")


class SequansJob:
    """See `modemflash_host.families.contract.Job`.

    Args:
        update: not looked at yet.
        elsewhere: what a module that is silent may have open, though not at its port.
        listen: called where bytes came that make no sense: raises where others talk at another rate.
    """

    def __init__(
        self,
        update: ModemUpdate,
        elsewhere: Callable[[], Unfinished | None] = lambda: None,
        listen: Callable[[], None] = lambda: None,
    ) -> None:
        self._update = update
        self._elsewhere = elsewhere
        self._listen = listen
        self._silent: Unfinished | None = None
        self._made: tuple[Plan, planning.Plan] | None = None

    @property
    def unfinished(self) -> Unfinished | None:
        """See `Job`."""
        return unfinished_of(self._update.past) or self._silent

    @property
    def module(self) -> ModuleInfo | None:
        """See `Job`."""
        found = self._update.found
        return None if found is None else module_of(found)

    @property
    def is_under_way(self) -> bool:
        """See `Job`."""
        return self._update.is_under_way

    @property
    def settings(self) -> SequansSettings | None:
        """See `Job`."""
        found = self._update.found
        return None if found is None else SequansSettings(found, self._update.talk)

    @property
    def sent_bytes(self) -> int:
        """See `Job`."""
        return self._update.sent_bytes

    def look(self) -> ModuleInfo:
        """See `Job`."""
        try:
            found = self._update.look()
        except NoModem as problem:
            if problem.code in _SENSELESS:
                self._listen()
            self._silent = self._elsewhere()
            if self._silent is not None:
                problem.stamp(UNKNOWN)
            raise
        return module_of(found)

    def plan(self, request: Request) -> Plan:
        """See `Job`."""
        found = self._update.found
        with _contract_refusals(found.identity.product if found else ""):
            engine_plan = self._update.plan(engine_options(request))
        plan = plan_of(engine_plan, self._update.first_step)
        self._made = plan, engine_plan
        return plan

    def run(self, plan: Plan, consents: frozenset[Consent]) -> Outcome:
        """See `Job`."""
        if self._made is None or plan is not self._made[0]:
            raise ValueError("a plan of another job")
        with _contract_refusals():
            return outcome_of(self._update.run(self._made[1], consents))


@contextmanager
def _contract_refusals(product: str = "") -> Iterator[None]:
    """The engine's refusals in the contract's words, and no number in what a modem calls itself."""
    try:
        yield
    except Refusal as refusal:
        consents = tuple(Consent(*pair) for pair in refusal.consents)
        if Consent(AFTER_PART_1) in consents:
            raise QuestionOpen(refusal.code, refusal.detail, AFTER_PART_1).stamp(
                refusal.modem_state
            ) from refusal
        if consents:
            raise ConsentMissing(refusal.detail, consents).stamp(refusal.modem_state) from refusal
        if product:
            refusal.detail = refusal.detail.replace(product, mask_name(product))
        raise


def engine_options(request: Request) -> dict[str, object]:
    """A request's options as the engine has them (`modemflash.upgrade.Update`)."""
    options: dict[str, object] = {
        _ENGINE_NAMES[name]: value for name, value in request.options.items() if name in _ENGINE_NAMES
    }
    if request.find_timeout_s is not None:
        options["find_ms"] = request.find_timeout_s * 1_000
    if request.answer_timeout_s is not None:
        options["answer_ms"] = request.answer_timeout_s * 1_000
    return options


_ENGINE_NAMES = {"expect-build": "expect_build", "repair": "repair", "after-part-1": "after_part_1"}
