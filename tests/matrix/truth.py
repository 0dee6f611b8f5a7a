"""Whether the updater's words are true, by what the modem knows about itself.

Rules: "updated" means that the modem runs the target and is whole; "untouched"
that nothing of it changed since the case began; a dead modem is "unknown"; and
nobody is told to cut the power while that would kill the modem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modemflash.errors import CATALOGUE, UNKNOWN, UNTOUCHED, UPDATED, Problem
from modemflash_sim.sequans.modem import SimModem

# Deaths that no updater could have prevented (docs/safety.md, "Known deaths").
BEYOND_HELP = (
    "power lost while the boot ROM was written",
    "power lost between part 1 and part 2 of 48829",
)


@dataclass(frozen=True, slots=True)
class Flash:
    """What may not have changed where somebody says "untouched"."""

    build: int
    half_written: bool
    half_boot_rom: bool
    boot_choice: int
    boot_loader: int

    @classmethod
    def of(cls, modem: SimModem) -> Flash:
        memory = modem.memory
        return cls(
            memory.build,
            memory.half_written,
            memory.half_boot_rom,
            memory.boot_choice,
            memory.active_boot_loader,
        )


def dies_of_a_power_cut(modem: SimModem) -> bool:
    """Whether cutting the modem's power now would be its end."""
    memory = modem.memory
    between = memory.part_one and modem.assumptions.part_one_power_loss == "bricks"
    return not memory.bricked and (memory.half_boot_rom or between)


def state_of(result: dict[str, Any] | Problem) -> str:
    return result.modem_state if isinstance(result, Problem) else str(result["modem_state"])


def code_of(result: dict[str, Any] | Problem) -> str:
    return result.code if isinstance(result, Problem) else str(result["code"])


def next_step_of(result: dict[str, Any] | Problem) -> str:
    return result.hint if isinstance(result, Problem) else CATALOGUE[result["code"]][1]


def lies(result: dict[str, Any] | Problem, modem: SimModem, before: Flash, target: int) -> list[str]:
    """What of the result is not true; empty is good.

    Args:
        result: of a run that ended with words.
        modem: as the run left it.
        before: its flash when the case began.
        target: the build that was asked for.
    """
    verdict, state = modem.verdict, state_of(result)
    found = []
    runs_it = verdict.build == target and verdict.whole and not verdict.bricked
    if state == UPDATED and not runs_it:
        found.append(f"says updated, but {verdict}")
    if state == UNTOUCHED:
        said_nothing_to_do = code_of(result) in ("already-runs-it", "finished-meanwhile")
        if said_nothing_to_do and not runs_it:
            found.append(f"says nothing is to do, but {verdict}")
        if not said_nothing_to_do and Flash.of(modem) != before:
            found.append(f"says untouched, but {before} became {Flash.of(modem)}")
        if verdict.bricked:
            found.append("says untouched of a dead modem")
    if verdict.bricked and state != UNKNOWN:
        found.append(f"says {state} of a dead modem")
    hint = next_step_of(result).lower()
    if "cut all power" in hint and dies_of_a_power_cut(modem):
        found.append(f"tells to cut the power, which would kill the modem: {code_of(result)}")
    return found
