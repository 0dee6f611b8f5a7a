"""What an image does to the modem that installs it: the table of outcomes.

Rules that hold here: an outcome is decided by what the image is, what runs,
and what is assumed; nothing here changes the modem. The first rule that fits
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.memory import Memory
from modemflash_sim.sequans.package import TWO_PART_BUILD, Facts
from modemflash_sim.sequans.profiles import Profile

FACTORY_BUILD = 33080
# What a modem says after part 1 of 48829: an intermediate state.
BUILD_AFTER_PART_ONE, VERSION_AFTER_PART_ONE = 39529, "5.1.1.0"
STAGED_LIMIT_BYTES = 4_194_304

# Builds whose version the image may leave out: build -> (version, UE version)
KNOWN_VERSIONS = {
    33080: ("5.1.1.0", "Unknown"),
    33988: ("5.1.1.0", "5.0.0.0c"),
    35351: ("6.0.0.0", "6.0.0.0-ER7"),
    36417: ("5.1.1.0", "5.0.0.0d"),
    37781: ("6.0.0.0", "6.0.0.0"),
    38638: ("5.1.1.0", "5.0.0.0d"),
    39529: ("5.1.1.0", "5.0.0.0d"),
    40343: ("6.0.0.0", "6.0.0.0"),
    41019: ("6.0.0.0", "6.0.0.0"),
    41065: ("5.1.1.0", "5.0.0.0d"),
    43818: ("5.1.1.0", "5.0.0.0d"),
    46470: ("5.1.1.0", "5.0.0.0d"),
    48829: ("5.2.1.0", "5.2.0.3"),
    50523: ("5.4.1.0", "5.4.0.2"),
}


Result = Literal["success", "fail", "bricked"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an install ends.

    Attributes:
        result: "success", "fail", or "bricked".
        reason: why it failed or bricked.
        build: the build that runs after a success; 0: as before.
        version: its four numbers.
        ue: its UE version.
    """

    result: Result
    reason: str = ""
    build: int = 0
    version: str = ""
    ue: str = ""


def _fail(reason: str) -> Outcome:
    return Outcome("fail", reason)


def versions_of(facts: Facts) -> tuple[str, str]:
    """The version and UE version of the build that an image leads to."""
    known = KNOWN_VERSIONS.get(facts.build, (facts.version, facts.version))
    return facts.version or known[0], known[1] or facts.version


def is_nb_iot(profile: Profile, version: str, build: int) -> bool:
    """Whether a build is for NB-IoT: LR6 on these boards."""
    version = version or KNOWN_VERSIONS.get(build, ("", ""))[0]
    return profile.stp_version == 1 and version.startswith("6.")


def outcome_of(
    facts: Facts,
    memory: Memory,
    profile: Profile,
    assumptions: Assumptions,
    purpose: str,
) -> Outcome:
    """How installing this image ends.

    Args:
        facts: the image.
        memory: the modem before the install.
        profile: its kind.
        assumptions: what is assumed of it.
        purpose: "staged" or "on-the-fly".
    """
    if not facts.complete:
        return _fail("short")
    if facts.damaged:
        return _fail(facts.damaged)
    if any(product in profile.foreign for product in facts.products):
        return _fail("another product's image")
    if facts.kind == "bootrom":
        if facts.uart2:
            return Outcome("bricked", "boot ROM of another UART variant")
        return Outcome("success")
    if facts.kind == "difference":
        if purpose != "staged" or memory.half_written:
            return _fail("a difference has no base here")
        if facts.from_build != memory.build:
            return Outcome("bricked", "difference installed on a wrong base")
    if not facts.build:
        return _fail("the image names no build")
    return _bad_path(facts, memory, profile, assumptions) or _success(facts)


def _bad_path(facts: Facts, memory: Memory, profile: Profile, assumptions: Assumptions) -> Outcome | None:
    """The outcome when the step from what runs to the image is a listed bad one."""
    to_nb_iot = is_nb_iot(profile, facts.version, facts.build)
    from_factory = memory.build == FACTORY_BUILD
    if facts.kind == "full" and (facts.part or facts.build == TWO_PART_BUILD):
        result: Result = "bricked" if assumptions.bad_path == "bricks" else "fail"
        if from_factory:
            return Outcome(result, "48829 on factory build 33080")
        if memory.nb_iot:
            return Outcome(result, "48829 on an NB-IoT build")
        if facts.part != 1 and not memory.part_one and memory.build != TWO_PART_BUILD:
            return _fail("part 2 without part 1")
    if from_factory and facts.kind == "full":
        if to_nb_iot and assumptions.factory_to_nb_iot == "bricks":
            return Outcome("bricked", "full NB-IoT image on factory build 33080")
        if not memory.updater_seen and assumptions.factory_without_updater == "fails":
            return _fail("factory build 33080 needs the updater ELF")
    return None


def _success(facts: Facts) -> Outcome:
    if facts.part == 1:
        ue = KNOWN_VERSIONS[BUILD_AFTER_PART_ONE][1]
        return Outcome("success", "", BUILD_AFTER_PART_ONE, VERSION_AFTER_PART_ONE, ue)
    version, ue = versions_of(facts)
    return Outcome("success", "", facts.build, version, ue)
