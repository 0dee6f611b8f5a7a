"""One step of a plan by its name: the table of `phases.STEPS` in deeds.

Rules that hold here: an image on the fly waits for an install that goes on; no
second part without the documented version between the parts.
"""

from modemflash import steps
from modemflash.builds import PACKAGES
from modemflash.errors import Problem, Refusal, Stopped, UpdateFailed


def run_step(context: "StepContext", number: int, plan: "Plan", past: "Any") -> "Identity | None":
    """Carry out step `number` of the plan.

    Returns:
        The identity, where the step has read it back.

    Raises:
        Problem: the step's; what it means for the modem is the caller's to say.
    """
    step, role = plan.steps[number]
    if step == "check-part-1":
        return _check_part_1(context, plan)
    if step == "read-back":
        old = plan.origin
        if past.get("part") == 2 and plan.target in PACKAGES:
            old = PACKAGES[plan.target][1]
        return steps.read_back(context, plan.target, old)
    if step == "send":
        _send(context, plan, role)
    elif step == "install":
        steps.await_install(context, "recovery")
    elif role:
        image, source = plan.roles[role]
        _WITH_FILE[step](context, image, source)
    else:
        _ALONE[step](context)
    return None


_WITH_FILE = {
    "stage": steps.stage,
    "load-updater": steps.load_updater,
    "send-boot-rom": steps.send_boot_rom,
}
_ALONE = {
    "prepare": steps.prepare,
    "install-staged": steps.install_staged,
    "enter-recovery": steps.enter_recovery,
    "enter-boot-loader": steps.enter_boot_loader,
    "start-application": steps.start_application,
}


def _send(context: "StepContext", plan: "Plan", role: str) -> None:
    """The image on the fly; a modem that was found installing is left to end that first."""
    image, source = plan.roles[role]
    first = next(each for each in plan.steps if each[0] != "prepare")
    if first == ("send", role) and steps.is_installing(context):
        context.line.report(
            "warning", code="install-goes-on", text="the modem is still installing: watching it"
        )
        return
    try:
        steps.send(context, image, source)
    except Problem as problem:
        updater = plan.roles.get("updater")
        if context.modem.state != "errors-only" or not updater or isinstance(problem, (Stopped, Refusal)):
            raise
        # It answers only ERROR and takes no image: then this is the boot loader, which wants its updater.
        context.line.report("retry", what="by the boot loader", attempt=2, reason=problem.code)
        steps.load_updater(context, updater[0], updater[1])
        steps.send(context, image, source)


def _check_part_1(context: "StepContext", plan: "Plan") -> "Identity":
    """Between the parts: the documented intermediate version, or no second part."""
    part_1 = PACKAGES[plan.target or 0][1]
    identity = steps.read_back(context, part_1, None)
    if identity.build != part_1:
        raise UpdateFailed("part-1-unexpected", "it reports " + (identity.version or "no version"))
    return identity


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modemflash.identity import Identity
    from modemflash.planning import Plan
    from modemflash.steps import StepContext
