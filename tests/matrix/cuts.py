"""An update that is cut, and the same command again until it has an end.

Rules: one clean run per route and link counts the operations; a case cuts some
of them, then gives the same command again over the same modem and journal, at
most `RUNS` times; the modem's verdict and `truth.lies` decide. All is virtual
time and seeded, so a case that fails fails always.
"""

from __future__ import annotations

import dataclasses
import functools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from matrix.operations import CUTS, CutLink, Cuts, CutSlots, Killed, TooLong
from matrix.truth import BEYOND_HELP, Flash, code_of, lies
from modemflash.errors import Problem
from modemflash_host.sim import beliefs
from modemflash_host.sim.modem import SimModem
from modemflash_host.sim.profiles import SECOND_US, Timing, find
from modemflash_host.sim.virtual import VirtualLine
from scenarios.world import Memory, World, boot_rom, difference, full, parts, updater

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
    files: tuple[Memory, ...]
    target: int
    rescue: tuple[Memory, ...] = ()


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

# What lies between the engine and the modem: it is given the modem, and is the engine's port and clock.
LINKS: dict[str, Callable[[SimModem], VirtualLine]] = {
    "direct": VirtualLine,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One update with its cuts.

    Attributes:
        route: a key of `ROUTES`.
        link: a key of `LINKS`.
        cuts: (run, operation, cut): in the first command, in the second, ...
        belief: a belief switched the other way, `name:behaviour`, or "".
    """

    route: str
    cuts: tuple[tuple[int, int, str], ...] = ()
    belief: str = ""
    link: str = "direct"

    def __str__(self) -> str:
        where = ", ".join(f"{cut} at {number} of run {run + 1}" for run, number, cut in self.cuts)
        return " ".join(filter(None, (self.route, self.link, self.belief, where or "uncut")))


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


def play(case: Case) -> Outcome:
    """Carry a case out."""
    return _Player(case).play()


class _Player:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.route = ROUTES[case.route]
        changes = {"timing": TIMING, **self.route.changes}
        profile = dataclasses.replace(find(self.route.profile), **changes)
        self.modem = SimModem(profile, beliefs.parse(case.belief))
        self.line = LINKS[case.link](self.modem)
        self.before = Flash.of(self.modem)
        self.slots: dict[int, bytes] = {}
        self.world = World()
        self.codes: list[str] = []
        self.wrong: list[str] = []
        self.first = Cuts()

    def play(self) -> Outcome:
        cuts = self.case.cuts
        cut_runs = 1 + max((run for run, _, _ in cuts), default=0)
        files, end = self.route.files, ""
        for run in range(cut_runs + RUNS):
            result = self._command(run, files)
            if self.wrong:
                break
            if self.modem.memory.bricked:
                end = self._dead()
                break
            if not isinstance(result, Problem) and result is not None:
                end = "rescued" if files is self.route.rescue else "updated"
                break
            if isinstance(result, Problem) and result.code == "difference-needs-application":
                files = self._rescue()
            gap_s = GAPS_S[(cuts[0][1] + run) % len(GAPS_S)] if cuts else 1
            self.line.jump(self.line.now_us + gap_s * SECOND_US)
        if not end and not self.wrong:
            self.wrong.append(f"no end after {len(self.codes)} commands: {self.modem.verdict}")
        self.wrong.extend(self.modem.verdict.violations)
        return Outcome(
            end, len(self.codes), self.first.seen, self.first.count, tuple(self.wrong), tuple(self.codes)
        )

    def _command(self, run: int, files: tuple[Memory, ...]) -> Any:
        """One command: its result, None where it was killed."""
        cuts = Cuts({number: cut for its_run, number, cut in self.case.cuts if its_run == run})
        if run == 0:
            self.first = cuts
        world = self.world
        link = CutLink(self.line, self.modem, cuts, LIMIT_MS)
        world.wire = link  # type: ignore[assignment]
        world.slots = CutSlots(self.slots, link)  # type: ignore[assignment]
        try:
            result = world.update(files, CONSENTS[self.case.route])
        except Killed:
            self.codes.append("killed")
            return None
        except TooLong:
            self.codes.append("hangs")
            self.wrong.append(f"hangs: {world.teller.events[-3:]}")
            return None
        self.codes.append(code_of(result))
        self.wrong.extend(lies(result, self.modem, self.before, self.route.target))
        return result

    def _rescue(self) -> tuple[Memory, ...]:
        """The difference is refused: rightly so?"""
        verdict = self.modem.verdict
        if verdict.mode == "application":
            self.wrong.append("a difference was refused to a running application")
        return self.route.rescue

    def _dead(self) -> str:
        """A dead modem: was anybody able to prevent it, and is the next word about it true?"""
        reason = self.modem.memory.bricked
        power_was_cut = any(CUTS[cut][2] for _, _, cut in self.case.cuts)
        if reason not in BEYOND_HELP or not power_was_cut:
            self.wrong.append("killed it: " + reason)
        self.line.jump(self.line.now_us + SECOND_US)
        self._command(99, self.route.files)
        return "dead"


def _consents() -> dict[str, set[str]]:
    """What the owner consents to, before the first cut: the plan of a clean run asks for it."""
    needed = {}
    for name, route in ROUTES.items():
        world = World(route.profile, **route.changes)
        needed[name] = {consent for consent, _ in world.plan(route.files).needs}
    return needed


CONSENTS = _consents()


@functools.cache
def clean(route: str, belief: str = "", link: str = "direct") -> Outcome:
    """The run without a cut: it counts the operations."""
    return play(Case(route, (), belief, link))


def single_cuts(route: str, link: str = "direct") -> Iterator[Case]:
    """One case per operation of the clean run and cut."""
    for number in range(clean(route, link=link).count):
        for cut in CUTS:
            yield Case(route, ((0, number, cut),), link=link)


def random_cuts(route: str, seed: int, belief: str = "", link: str = "direct") -> Case:
    """Two to four cuts, in the first command and in those after it."""
    dice = random.Random(f"{route} {seed} {belief} {link}")
    count = clean(route, belief, link).count
    cuts = []
    for run in range(dice.randint(2, 4)):
        # Later commands are shorter or longer than the first: numbers beyond their end cut nothing.
        cuts.append((run, dice.randrange(count), dice.choice(list(CUTS))))
    return Case(route, tuple(cuts), belief, link)


def every_belief() -> list[str]:
    """The believed modem, and each belief the other way."""
    return ["", *(f"{name}:{behaviour}" for name, behaviour, _ in beliefs.every_other_way())]
