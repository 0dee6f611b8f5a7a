"""What a modem at a bare port has to prove, where no board says what is behind it.

Rules: a modem that says OK to nothing may be a Monarch in recovery, or a device of
another kind; an update of this PC that it has open is proof, else its owner says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash import phases

if TYPE_CHECKING:
    from modemflash.planning import Plan
    from modemflash.upgrade import Update

_CONSENT = "accept-unproven-path"
_DANGER = "it answers only ERROR, as a Monarch in recovery does: nothing here proves that it is one"


def need_proof(update: Update, plan: Plan) -> None:
    """Let a plan need a consent where nothing but ERROR speaks for it."""
    is_unproven = update.modem.state == "errors-only" and not phases.has_written(update.past)
    if is_unproven and not any(name == _CONSENT for (name, _), _ in plan.needs):
        plan.needs.append(((_CONSENT, f"unknown-{plan.target or 'unknown'}"), _DANGER))
