"""What an update would do to the module that was found, or why it may not.

Rules: module and package must name the same model, region and variant; a module
that cannot speak is what its journal, or its owner, says; an older package needs a
consent; a module whose calibration is gone already is not updated; what the flash
itself says is compared later, before the first erase.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from modemflash.errors import Refusal
from modemflash_host.consents import Consent
from modemflash_host.families.plan import (
    FirmwareFile,
    Need,
    Plan,
    PlannedFile,
    PlannedPhase,
    Request,
)
from modemflash_host.families.quectel_edl.commands import ERASE, PATCH, PROGRAM
from modemflash_host.families.quectel_edl.examine import ProvedPackage
from modemflash_host.families.quectel_edl.file_rows import changes
from modemflash_host.families.quectel_edl.identity import FACTORY_MODE, Identity
from modemflash_host.families.quectel_edl.journal import SWITCHED, Begun, imei_sum
from modemflash_host.families.quectel_edl.module_flash import efs2_of
from modemflash_host.families.quectel_edl.module_ports import APPLICATION_S, EDL_S
from modemflash_host.families.quectel_edl.product import why_not_offered
from modemflash_host.families.quectel_edl.revision import Revision, is_quecopen, revision_of
from modemflash_host.links.names import is_simulated

DOWNGRADE = "allow-downgrade"
UNKNOWN_FILE = "accept-unknown-file"
_READS_A_SECOND, _WRITES_A_SECOND = 5_000_000, 3_000_000
# phase: seconds that it usually takes, and how long it may (0: while it answers).
TIMES = {
    "identify": (1, 10),
    "switch": (5, EDL_S),
    "load-programmer": (8, 0),
    "read-flash": (2, 60),
    "copy": (0, 0),
    "erase": (5, 0),
    "transfer": (0, 0),
    "patch": (1, 0),
    "reboot": (30, APPLICATION_S),
}
_NEVER_TRIED = "No module was ever updated by this program: it was proved against simulated ones only."
_IN_EDL = (
    "From the first erase to its restart, interrupted or not, the module waits in EDL and is not bricked: "
    "the same command begins anew."
)
_NO_AT = "No AT port answers: whether IMEI and radio mode are the same afterwards cannot be confirmed."
_VENDOR = "A line has additions of the vendor, whose meaning is believed, not known."
_CANNOT_UNDO = ("The firmware that runs now cannot be read out: keep its package.",)


@dataclass(frozen=True, slots=True)
class Found:
    """What `look` found.

    Attributes:
        state: a key of the family's `states`.
        identity: what the module said; None in EDL.
        dm_port: the name of its DM port, where the one that was named is another; "" for none.
        is_dm: the port that was named is its DM port.
    """

    state: str
    identity: Identity | None = None
    dm_port: str = ""
    is_dm: bool = False


def the_package(request: Request) -> FirmwareFile:
    """The one package.

    Raises:
        Refusal: `edl-one-package`.
    """
    if len(request.files) != 1:
        raise Refusal("edl-one-package", ", ".join(file.name for file in request.files))
    return request.files[0]


def make_plan(request: Request, found: Found, begun: Begun | None) -> Plan:
    """The plan for the module that was found; nothing is sent.

    Raises:
        Refusal: a rule forbids it.
    """
    file = the_package(request)
    package: ProvedPackage = file.image
    if found.state == "crash-dump":
        raise Refusal("edl-crash-dump")
    if found.state == "application" and not found.is_dm:
        raise Refusal("module-port-not-dm", found.dm_port and f"its DM port is {found.dm_port}")
    release = revision_of(package.product.release)
    if release is None:
        raise Refusal("edl-package-unnamed", package.product.release)
    warnings = [_NEVER_TRIED]
    runs = _check_model(request, found, begun, file, release, warnings)
    if runs is not None:
        direction = _direction(runs, release)
    else:
        direction = "carry-on" if begun is not None and begun.has_written else "unknown"
    nothing = direction == "repair" and not request.options.get("repair")
    if any(command.vendor for command in package.commands):
        warnings.append(_VENDOR)
    needs: tuple[Need, ...] = ()
    if direction == "downgrade" and runs is not None:
        needs = (Need(Consent(DOWNGRADE), f"the package is {release.text}, older than {runs.text}"),)
    if package.is_simulated and not is_simulated(request.port):
        needs += (Need(Consent(UNKNOWN_FILE), f"{file.name} is simulated firmware: no module could run it"),)
    efs2 = efs2_of(package)
    size = image_bytes(package)
    return Plan(
        nothing_to_do=nothing,
        why="edl-already-runs-it" if nothing else "",
        direction=direction,
        from_version=found.identity.version if found.identity else begun.before if begun else "",
        to_version=release.text,
        files=(PlannedFile("main", file.name, size, "package", release.text, file.sha256),),
        phases=_phases(package, size, found.state == "edl"),
        warnings=(*warnings, _IN_EDL),
        cannot_undo=_CANNOT_UNDO,
        way_back=(file.name,),
        needs=needs,
        facts={
            "commands": len(package.commands),
            "efs2": {"first_block": efs2.first, "blocks": efs2.end - efs2.first},
            **changes(package),
        },
    )


def said_model(request: Request) -> str:
    """What the owner says the module is; "" for nothing."""
    return str(request.options.get("model") or "").upper().replace("-", "")


def what_begins(
    plan: Plan, file: FirmwareFile, identity: Identity | None, usb: str, before: Begun | None
) -> Begun:
    """The note of an update: who the module is, by its own word, that of an earlier run, or its owner's.

    Args:
        plan: what was agreed to.
        file: the package.
        identity: what the module says; None in EDL.
        usb: its ids, while it runs.
        before: the note of an earlier run.
    """
    target = revision_of(plan.to_version)
    model = target.model if target else ""  # the plan was refused where the module has another
    new = Begun(SWITCHED, file.name, file.sha256, plan.to_version, model, "", "", "")
    if identity is not None:
        return replace(new, before=plan.from_version, usb=usb, imei_sum=imei_sum(identity.imei))
    if before is not None:
        return replace(new, before=before.before, usb=before.usb, imei_sum=before.imei_sum)
    return new


def image_bytes(package: ProvedPackage) -> int:
    """What is sent of images in all."""
    return sum(each.image_sectors for each in package.commands) * package.geometry.sector_bytes


def times_of(phase: str, package: ProvedPackage, size: int) -> tuple[int, int]:
    """Seconds that a phase usually takes, and how long it may."""
    usual_s, allowed_s = TIMES[phase]
    efs2 = efs2_of(package)
    if phase == "copy":
        usual_s = (efs2.end - efs2.first) * package.geometry.block_bytes // _READS_A_SECOND + 1
    elif phase == "transfer":
        usual_s = size // _WRITES_A_SECOND + 1
    return usual_s, allowed_s


def _phases(package: ProvedPackage, size: int, in_edl: bool) -> tuple[PlannedPhase, ...]:
    kinds = {command.kind for command in package.commands}
    of_kind = {"erase": ERASE, "transfer": PROGRAM, "patch": PATCH}
    left_out = {"identify", *(["switch"] if in_edl else [])}
    return tuple(
        PlannedPhase(phase, *times_of(phase, package, size))
        for phase in TIMES
        if phase not in left_out and of_kind.get(phase, ERASE) in kinds
    )


def _check_model(
    request: Request,
    found: Found,
    begun: Begun | None,
    file: FirmwareFile,
    release: Revision,
    warnings: list[str],
) -> Revision | None:
    """What runs in the module; None where it is in EDL."""
    package: ProvedPackage = file.image
    said = said_model(request)
    if said and said != release.model:
        if release.model.startswith(said):
            words = f"{said} is not all of it; the package is for {release.model}"
            raise Refusal("edl-model-not-said", words)
        raise Refusal("edl-other-model", f"you say {said}, package {release.model}")
    if found.identity is not None:
        runs = revision_of(found.identity.version)
        if runs is None:
            raise Refusal("edl-model-not-said", found.identity.version)
        if why := why_not_offered(runs.model):
            raise Refusal("module-not-offered", f"{runs.model}: {why}")
        if runs.model != release.model:
            raise Refusal("edl-other-model", f"module {runs.model}, package {release.model}")
        named = found.identity.model.upper().replace("-", "")
        if not release.model.startswith(named):
            raise Refusal("edl-other-model", f"the module calls itself {named}, package {release.model}")
        if package.product.is_quecopen != is_quecopen(found.identity.version):
            raise Refusal("edl-quecopen", file.name)
        if found.identity.mode == FACTORY_MODE:
            raise Refusal("module-factory-mode")
        if not found.identity.imei or not found.identity.mode:
            warnings.append(_NO_AT)
        return runs
    if begun is not None and begun.has_written:
        if begun.sha256 != file.sha256:
            raise Refusal("edl-other-package", begun.file)
        return None
    if begun is not None and not said:
        said = begun.model
    if said and said != release.model:
        raise Refusal("edl-other-model", f"module {said}, package {release.model}")
    if not said:
        raise Refusal("edl-model-not-said", f"the package is for {release.model}")
    if package.product.is_quecopen:
        raise Refusal("edl-quecopen", file.name)
    return None


def _direction(runs: Revision, release: Revision) -> str:
    if runs.is_same_as(release):
        return "repair"
    if release.is_older_than(runs):
        return "downgrade"
    return "upgrade" if runs.is_older_than(release) else "other-build"
