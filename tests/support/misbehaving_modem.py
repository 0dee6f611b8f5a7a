"""One update of a modem that misbehaves, with a limit in virtual time and a judge of its words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from matrix.cases import CONSENTS, LIMIT_MS, ROUTES, TIMING
from matrix.operations import CutLink, Cuts, CutSlots
from matrix.truth import Flash, code_of, lies
from modemflash.errors import Problem
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans import assumptions, faults
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import find
from support.memory_source import MemorySource
from support.world import World


@dataclasses.dataclass(frozen=True, slots=True)
class PastEvents:
    """How an update ended.

    Attributes:
        code: of the result.
        result: as `Update.run` returns it, or the problem.
        wrong: what of the result is not true.
        modem: as it was left.
        events: what was reported.
        minutes: of virtual time.
    """

    code: str
    result: dict[str, Any] | Problem
    wrong: list[str]
    modem: SimModem
    events: list[dict[str, Any]]
    minutes: float


def update(
    route: str,
    fault: str = "",
    assumption: str = "",
    seed: int = 0,
    commands: int = 1,
    files: Sequence[MemorySource] = (),
    **options: Any,
) -> PastEvents:
    """Give the update command `commands` times at most, until it is done; `files` instead of the route's.

    Raises:
        matrix.operations.TooLong: it hangs.
    """
    way = ROUTES[route]
    changes = {"timing": TIMING, **way.changes}
    profile = dataclasses.replace(find(way.profile), **changes)
    modem = SimModem(profile, assumptions.parse(assumption), faults.parse(fault), seed=seed)
    before, line = Flash.of(modem), VirtualLine(modem)
    slots: dict[int, bytes] = {}
    world = World()
    wrong: list[str] = []
    for _ in range(commands):
        link = CutLink(line, modem, Cuts(), LIMIT_MS)
        world.wire, world.slots = link, CutSlots(slots, link)  # type: ignore[assignment]
        result = world.update(files or way.files, CONSENTS[route], **options)
        wrong += lies(result, modem, before, way.target)
        if not isinstance(result, Problem) and result["status"] != "installed-unconfirmed":
            break
    return PastEvents(code_of(result), result, wrong, modem, world.reporter.events, line.now_us / 6e7)
