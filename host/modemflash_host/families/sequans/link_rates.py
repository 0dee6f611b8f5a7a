"""What the link must be able to do for a plan: a Sequans modem changes its rate with its boot mode.

Rules: the link is asked, before the first write, whether it can change its rate;
a rate that is not needed for a plan is not asked for; where it cannot change,
the rate that it has is not known here, and nobody says one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash.errors import Refusal
from modemflash.line import Line
from modemflash.modem import BOOT, BOOT_RATE, RATE
from modemflash_host.board.mirror import OTHER_RATE

if TYPE_CHECKING:
    from modemflash.planning import Plan
    from modemflash.upgrade import Update

ONE_RATE = (
    "This link does not let its rate be changed: it has the one that is set at its server, and which one "
    "that is cannot be told here."
)


def has_one_rate(line: Line) -> bool:
    """Whether the link refuses the modem's usual rate; nothing is sent to the modem."""
    return not line.set_baud(RATE)


def refusal_of_rates(line: Line, update: Update, plan: Plan) -> Refusal | None:
    """`link-one-rate`, for a plan that leads through both rates over a link that has one."""
    steps = {step for step, _ in plan.steps}
    at_boot_rate = BOOT.get(update.modem.state, (0, RATE))[1] == BOOT_RATE
    if not steps or not (at_boot_rate or steps.intersection(OTHER_RATE)):
        return None
    before = line.baud
    can = line.set_baud(BOOT_RATE) and line.set_baud(RATE)
    line.set_baud(before or RATE)
    if can:
        return None
    return Refusal("link-one-rate", f"the modem will be at {RATE} and at {BOOT_RATE} baud")
