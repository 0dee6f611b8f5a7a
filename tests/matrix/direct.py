"""Cases on the direct link: the engine at the modem's own wire, in one process.

Rules: the same command is given again over the same modem and journal, at most
`RUNS` times after the last cut; the modem's verdict and `truth.lies` decide.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from matrix.cases import CONSENTS, GAPS_S, LIMIT_MS, ROUTES, RUNS, TIMING, Case, Outcome
from matrix.operations import POWER_CUTS, CutLink, Cuts, CutSlots, Killed, TooLong
from matrix.truth import BEYOND_HELP, Flash, code_of, lies
from modemflash.errors import Problem
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans import assumptions
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US, find
from support.memory_source import MemorySource
from support.world import World


def play(case: Case) -> Outcome:
    """Carry a case out."""
    return _Player(case).play()


class _Player:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.route = ROUTES[case.route]
        changes = {"timing": TIMING, **self.route.changes}
        profile = dataclasses.replace(find(self.route.profile), **changes)
        self.modem = SimModem(profile, assumptions.parse(case.assumption))
        self.line = VirtualLine(self.modem)
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

    def _command(self, run: int, files: tuple[MemorySource, ...]) -> Any:
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
            self.wrong.append(f"hangs: {world.reporter.events[-3:]}")
            return None
        self.codes.append(code_of(result))
        self.wrong.extend(lies(result, self.modem, self.before, self.route.target))
        return result

    def _rescue(self) -> tuple[MemorySource, ...]:
        """The difference is refused: rightly so?"""
        verdict = self.modem.verdict
        if verdict.mode == "application":
            self.wrong.append("a difference was refused to a running application")
        return self.route.rescue

    def _dead(self) -> str:
        """A dead modem: was anybody able to prevent it, and is the next word about it true?"""
        reason = self.modem.memory.bricked
        power_was_cut = any(cut in POWER_CUTS for _, _, cut in self.case.cuts)
        if reason not in BEYOND_HELP or not power_was_cut:
            self.wrong.append("killed it: " + reason)
        self.line.jump(self.line.now_us + SECOND_US)
        self._command(99, self.route.files)
        return "dead"
