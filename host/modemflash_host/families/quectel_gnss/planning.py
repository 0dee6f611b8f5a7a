"""What an update would do to the module that was found, or why it may not.

Rules: file and module must name the same model, hardware and variant; a module
that says nothing is what its journal or its owner says; an older file needs a
consent, and so does simulated firmware; the same version with another build date is another build.
"""

from __future__ import annotations

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
from modemflash_host.families.quectel_gnss.chips import LG290P, chip_of, version_of
from modemflash_host.families.quectel_gnss.finding import Found
from modemflash_host.families.quectel_gnss.journal import Begun
from modemflash_host.families.quectel_gnss.package import Package

DOWNGRADE = "allow-downgrade"
UNKNOWN_FILE = "accept-unknown-file"
HAND_S = 90
RESETS = ("auto", "command", "hand", "rts", "dtr")
REBOOT_S = 60
_BYTES_A_SECOND = 45_000  # 4096 of 4110 bytes and one answer of 14, at 460800
_ONE_COPY = (
    "From the erase until the last packet is in the module has no application: there is no second copy. "
    "Its boot loader stays, so an interruption does not kill it: the same command begins anew."
)
_CANNOT_UNDO = (
    "Firmware cannot be read out of the module: keep the file of the version that runs now.",
    "Whether saved settings survive is in no document: note down what you have set.",
)


def phases_of(size: int) -> dict[str, tuple[int, int]]:
    """The phases for a file of so many bytes, in their order.

    Returns:
        Phase: seconds that it usually takes, and how long it may; 0 for as long as the module answers.
    """
    return {
        "reset": (3, HAND_S),
        "erase": (5, LG290P.erase_s),
        "transfer": (size // _BYTES_A_SECOND + 1, 0),
        "install": (15, LG290P.last_packet_s),
        "reboot": (5, REBOOT_S),
    }


def reset_way(request: Request) -> str:
    """How the module is to be reset.

    Raises:
        Refusal: `gnss-reset-unknown`.
    """
    way = str(request.options.get("reset") or RESETS[0])
    if way not in RESETS:
        raise Refusal("gnss-reset-unknown", way)
    return way


def the_file(request: Request) -> FirmwareFile:
    """The one file.

    Raises:
        Refusal: `gnss-one-file`.
    """
    if len(request.files) != 1:
        raise Refusal("gnss-one-file", ", ".join(file.name for file in request.files))
    return request.files[0]


def make_plan(request: Request, found: Found, begun: Begun | None) -> Plan:
    """The plan for the module that was found; nothing is sent.

    Raises:
        Refusal: a rule forbids it.
    """
    reset_way(request)
    file = the_file(request)
    package: Package = file.image
    warnings = [*package.doubts]
    _check_model(request, found, begun, package, warnings)
    direction, from_version = _direction(found, package)
    if found.build is None and begun is not None and begun.target == package.parts.target:
        from_version = begun.before
    nothing = direction == "repair" and not request.options.get("repair")
    size = file.source.size
    needs: tuple[Need, ...] = ()
    if direction == "downgrade":
        danger = f"the file holds {package.version} of {package.date}, older than what runs"
        needs = (Need(Consent(DOWNGRADE), danger),)
    if package.is_simulated:
        needs += (Need(Consent(UNKNOWN_FILE), f"{file.name} is simulated firmware: no module could run it"),)
    return Plan(
        nothing_to_do=nothing,
        why="gnss-already-runs-it" if nothing else "",
        direction=direction,
        from_version=from_version,
        to_version=package.version,
        files=(PlannedFile("main", file.name, size, "package", package.version, file.sha256),),
        phases=tuple(PlannedPhase(name, *times) for name, times in phases_of(size).items()),
        warnings=(*warnings, _ONE_COPY),
        cannot_undo=_CANNOT_UNDO,
        way_back=(file.name,),
        needs=needs,
        facts={"build": package.built, "packets": packets(size)},
    )


def packets(size: int) -> int:
    """How many data packets so many bytes are."""
    return -(-size // LG290P.block_bytes)


def _check_model(
    request: Request, found: Found, begun: Begun | None, package: Package, warnings: list[str]
) -> None:
    target = package.parts.target
    chip = chip_of(package.parts.model)
    if chip is None or not chip.verified:
        raise Refusal("gnss-chip-unverified", package.parts.model)
    if found.build is not None:
        runs = version_of(found.build.version)
        its_chip = chip_of(runs.model) if runs else None
        if runs is None or its_chip is None or not its_chip.verified:
            raise Refusal("gnss-chip-unverified", found.build.version)
        if runs.target != target:
            raise Refusal("gnss-other-model", f"module {runs.target}, file {target}")
        return
    said = str(request.options.get("model") or "").upper()
    if said:
        if not target.startswith(said) or not said.startswith(package.parts.model):
            raise Refusal("gnss-other-model", f"you say {said}, file {target}")
    elif begun is None:
        raise Refusal("gnss-model-not-said", f"the file is for {target}")
    elif begun.target != target:
        raise Refusal("gnss-other-model", f"module {begun.target} as begun earlier, file {target}")
    else:
        warnings.append(f"The module says nothing; it is taken for the {target} whose update was begun here.")
    warnings.append("It may be necessary to press RESET or to cut the module's power: you will be asked.")


def _direction(found: Found, package: Package) -> tuple[str, str]:
    if found.build is None:
        return "unknown", ""
    build, runs = found.build, version_of(found.build.version)
    if package.is_run_by(build):
        return "repair", build.version
    if build.version == package.version:
        return "other-build", build.version
    file_is = (package.parts.release[:6], package.date, package.time)
    module_is = (runs.release[:6] if runs else "", build.date, build.time)
    return ("upgrade" if file_is > module_is else "downgrade"), build.version
