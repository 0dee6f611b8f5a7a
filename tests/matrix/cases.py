"""What is updated and cut: the routes into a modem, a case of cuts, and how it may end.

Rules: routes are data, the same for every link that can go them; the times of
the modem are short, because time is virtual but operations are not; all is
seeded, so a case that fails fails always.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modemflash_sim.sequans.profiles import SECOND_US, Timing
from support.memory_source import MemorySource
from support.world import World, boot_rom, difference, full, parts, updater

SIZE = 64 * 1024
RUNS = 4  # of the same command after a cut
LIMIT_MS = 4 * 3600 * 1000  # virtual; the longest clean run takes minutes
GAPS_S = (
    1,
    30,
    100,
    1500,
)  # between two commands: at once, in a session, after its time-out, after an install

# Shorter waits than real modems have, but every one of them there.
TIMING = Timing(
    updater_start_us=6 * SECOND_US,
    stalls=((8, 12 * SECOND_US), (99, 12 * SECOND_US)),
    install_us=25 * SECOND_US,
    bootrom_install_us=8 * SECOND_US,
)


@dataclass(frozen=True, slots=True)
class Route:
    """One way into a modem.

    Attributes:
        profile: of the simulated modem.
        changes: fields of the profile.
        files: what the owner has.
        target: the build that is asked for.
        rescue: what the owner needs after a cut that the route's own files cannot mend.
    """

    profile: str
    changes: dict[str, Any]
    files: tuple[MemorySource, ...]
    target: int
    rescue: tuple[MemorySource, ...] = ()


_FULL, _UPDATER = full(41065, size=SIZE), updater()
_CUT_BEFORE = {"start_half_written": True}

ROUTES = {
    "staged": Route("pycom-catm1", {}, (difference(38638, 41065, SIZE),), 41065, (_FULL, _UPDATER)),
    "recovery": Route("pycom-catm1", {}, (_FULL, _UPDATER), 41065),
    "from-recovery": Route(
        "pycom-catm1", {"start_mode": "recovery", **_CUT_BEFORE}, (_FULL, _UPDATER), 41065
    ),
    "boot-loader": Route(
        "pycom-catm1", {"start_mode": "boot-loader", **_CUT_BEFORE}, (_FULL, _UPDATER), 41065
    ),
    "mtools": Route("pycom-catm1", {"start_mode": "mtools", **_CUT_BEFORE}, (_FULL, _UPDATER), 41065),
    "factory": Route("pycom-factory", {}, (_FULL, _UPDATER, boot_rom()), 41065),
    "two-part": Route("pycom-catm1", {"build": 41065}, tuple(parts(SIZE)), 48829),
    "gm02s": Route("gm02s", {}, (full(59999, "GM02RB6Q_LR8.0.5.13-59999.dup", SIZE, "GM02S"),), 59999),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One update with its cuts.

    Attributes:
        route: a key of `ROUTES`.
        link: a key of `LINKS`.
        cuts: (run, operation, cut): in the first command, in the second, ...
        assumption: one switched the other way, `name:behaviour`, or "".
    """

    route: str
    cuts: tuple[tuple[int, int, str], ...] = ()
    assumption: str = ""
    link: str = "direct"

    def __str__(self) -> str:
        where = ", ".join(f"{cut} at {number} of run {run + 1}" for run, number, cut in self.cuts)
        return " ".join(filter(None, (self.route, self.link, self.assumption, where or "uncut")))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended.

    Attributes:
        end: "updated", "rescued" (by the route's rescue files), or "dead".
        runs: commands that were given.
        operations: of the first command, by kind.
        count: of the first command, all kinds.
        wrong: what must not have happened; empty is good.
        codes: what each command ended with.
    """

    end: str
    runs: int
    operations: dict[str, int]
    count: int
    wrong: tuple[str, ...]
    codes: tuple[str, ...]


def _consents() -> dict[str, set[tuple[str, str]]]:
    """What the owner consents to, before the first cut: the plan of a clean run asks for it."""
    needed = {}
    for name, route in ROUTES.items():
        world = World(route.profile, **route.changes)
        needed[name] = {consent for consent, _ in world.plan(route.files).needs}
    return needed


CONSENTS = _consents()
