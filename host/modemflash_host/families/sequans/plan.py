"""The engine's plan, journal record and result, as the data of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash.builds import DIFFERENCE
from modemflash.identity import is_foreign
from modemflash.phases import dies_without_power, has_written
from modemflash_host.consents import Consent
from modemflash_host.families.plan import (
    ModuleInfo,
    Need,
    Outcome,
    Plan,
    PlannedFile,
    PlannedPhase,
    Preparation,
    Unfinished,
)
from modemflash_host.families.vocabulary import Facts

if TYPE_CHECKING:
    from modemflash import planning
    from modemflash_host.board.engine_result import EngineResult
from modemflash_host.board.modem_update import FirstStep, Found

_ROLES = ("main", "part-2", "updater", "bootrom")
_RECORD = ("step", "route", "part")  # of the journal's record, in the event


def version_text(build: int | None) -> str:
    """A build number as the version that people read; "" where it is not known."""
    return "" if build is None else str(build)


def unfinished_of(past: Facts | None) -> Unfinished | None:
    """The journal's record, where it tells of an update that changed the modem."""
    if past is None or not has_written(past):
        return None
    return Unfinished(
        target=version_text(past.get("target")),
        files=tuple(map(str, past.get("files") or ())),
        power_must_stay=dies_without_power(past),
        facts={
            **{name: past.get(name) for name in _RECORD},
            "from_version": version_text(past.get("from_build")),
        },
    )


def module_of(found: Found) -> ModuleInfo:
    """What the engine found out about a modem."""
    identity = found.identity
    details: dict[str, object] = {"bootloaders": identity.bootloaders, "record": dict(found.record)}
    if "hash" in found.marks:
        details["module_hash"] = found.marks["hash"]
    return ModuleInfo(
        state=found.state,
        product=identity.product,
        version=version_text(identity.build),
        details=details,
        is_ours=not is_foreign(found.state, identity),
        marks=found.marks,
    )


def plan_of(plan: planning.Plan, first_step: FirstStep | None) -> Plan:
    """The engine's plan, with what is done to the board before."""
    phases = [PlannedPhase(name, usual_s, allowed_s) for name, usual_s, allowed_s in plan.phases()]
    preparation = None
    if first_step is not None and not plan.nothing_to_do:
        preparation = Preparation(first_step.files, first_step.bytes, first_step.stays)
        phases.insert(0, PlannedPhase("deploy", first_step.usual_s, first_step.allowed_s))
    return Plan(
        nothing_to_do=plan.nothing_to_do,
        why=plan.why,
        direction=plan.direction,
        from_version=version_text(plan.origin),
        to_version=version_text(plan.target),
        files=tuple(
            PlannedFile(
                role,
                image.name,
                image.size,
                image.kind,
                version_text(image.build),
                image.sha256,
                _why(plan, role),
            )
            for role, (image, _) in sorted(plan.roles.items(), key=lambda item: _ROLES.index(item[0]))
        ),
        phases=tuple(phases),
        preparation=preparation,
        warnings=tuple(plan.warnings),
        cannot_undo=tuple(plan.cannot_undo),
        way_back=tuple(plan.way_back),
        unused=tuple(plan.unused),
        needs=tuple(Need(Consent(*consent), danger) for consent, danger in plan.needs),
        facts={"route": plan.route},
    )


def outcome_of(result: EngineResult) -> Outcome:
    """The engine's result in the contract's words."""
    return Outcome(
        status=result.status,
        code=result.code,
        modem_state=result.modem_state,
        from_version=version_text(result.from_build),
        to_version=version_text(result.to_build),
        state=result.boot_mode,
        bytes=result.bytes,
        seconds=result.seconds,
    )


def _why(plan: planning.Plan, role: str) -> str:
    """Why this file and no other was chosen, where there was a choice."""
    if role != "main":
        return ""
    if plan.roles[role][0].kind == DIFFERENCE:
        return f"made for modems that run {plan.origin}"
    return "the only image here that fits" if plan.unused else ""
