"""Every step of an update × what can happen to it: each cell is run, none is written by hand.

Rules: the steps are those of `modemflash.phases.STEPS`; the trouble begins a
few operations into its step; afterwards the same command is given again over a
link that works, and its end is the second half of the cell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from matrix.cases import CONSENTS, LIMIT_MS, ROUTES, TIMING
from matrix.operations import Killed, TooLong
from matrix.truth import Flash, code_of, lies, state_of
from modemflash import phases, upgrade
from modemflash.errors import LinkProblem, Problem
from modemflash.examine import examine
from modemflash.journal import Journal
from modemflash.line import Line
from modemflash.upgrade import Update
from modemflash_host import errors as host_errors  # noqa: F401  (brings the words for port-lost)
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import SECOND_US, find
from support.world import Reporter, Slots

SILENCE_S = 360
OPERATIONS_BEFORE = 3
AGAIN_AFTER_S = 600

TROUBLES = {
    "link lost": "the port goes away",
    "updater killed": "the program, or its computer, dies",
    "silent once": f"nothing passes for {SILENCE_S // 60} minutes",
    "silent for good": "nothing passes any more",
}

# step: the route on which it is broken
WHERE = {
    "prepare": "recovery",
    "stage": "staged",
    "install-staged": "staged",
    "enter-recovery": "recovery",
    "enter-boot-loader": "factory",
    "load-updater": "boot-loader",
    "send-boot-rom": "factory",
    "send": "recovery",
    "install": "recovery",
    "start-application": "recovery",
    "check-part-1": "two-part",
    "read-back": "recovery",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one trouble in one step.

    Attributes:
        code: what the command ended with; "" where it was killed.
        state: what it said of the modem.
        then: what the same command ended with afterwards; "" where the first was enough.
        wrong: what must not have happened.
    """

    code: str
    state: str
    then: str
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        first = f"`{self.code}`, {self.state}" if self.code else ""
        then = f"again: `{self.then}`" if self.then else ""
        return "; ".join(filter(None, (first, then)))


class TroubledLine(VirtualLine):
    """A line that has one trouble, from a moment that `begin` names."""

    def __init__(self, modem: SimModem, trouble: str) -> None:
        super().__init__(modem)
        self._trouble = trouble
        self._left = -1
        self._silent_until_us = -1

    def begin(self) -> None:
        """The step has begun."""
        if self._left < 0:
            self._left = OPERATIONS_BEFORE

    def heal(self) -> None:
        """For the next command all is well."""
        self._left = self._silent_until_us = -1
        self._trouble = ""
        self.drop_input()

    def readinto(self, buf: Any, n: int, timeout_ms: int) -> int:
        if self._is_silent():
            self.jump(self.now_us + timeout_ms * 1000)
            self.drop_input()
            return 0
        return super().readinto(buf, n, timeout_ms)

    def write(self, buf: Any, off: int, n: int) -> None:
        if not self._is_silent():
            super().write(buf, off, n)

    def set_baud(self, rate: int) -> bool:
        self._is_silent()
        return super().set_baud(rate)

    def _is_silent(self) -> bool:
        if self.now_us > LIMIT_MS * 1000:
            raise TooLong
        if self._left > 0:
            self._left -= 1
        if self._left or not self._trouble:
            return False
        if self._trouble == "updater killed":
            raise Killed
        if self._trouble == "link lost":
            raise LinkProblem("port-lost", "")
        if self._silent_until_us < 0:
            forever = self._trouble == "silent for good"
            self._silent_until_us = 1 << 62 if forever else self.now_us + SILENCE_S * SECOND_US
        return self.now_us < self._silent_until_us


@contextmanager
def watched(on_step: Callable[[str], None]) -> Iterator[None]:
    """While entered, every step of an update is named as it begins."""
    carry_out = upgrade.run_step

    def run_step(context: Any, number: int, plan: Any, past: Any) -> Any:
        on_step(plan.steps[number][0])
        return carry_out(context, number, plan, past)

    with patch.object(upgrade, "run_step", run_step):
        yield


def cell(step: str, trouble: str) -> Cell:
    """Run one cell of the table."""
    route = ROUTES[WHERE[step]]
    changes = {"timing": TIMING, **route.changes}
    modem = SimModem(dataclasses.replace(find(route.profile), **changes))
    line, slots, before = TroubledLine(modem, trouble), Slots(), Flash.of(modem)
    wrong: list[str] = []

    def command() -> dict[str, Any] | Problem | None:
        files = [(examine(source), source) for source in route.files]
        run = Update(Line(line, line, Reporter()), files, CONSENTS[WHERE[step]], Journal(slots, "here"), {})
        try:
            with watched(lambda name: line.begin() if name == step else None):
                run.look()
                result: dict[str, Any] | Problem = run.run(run.plan())
        except Problem as problem:
            result = problem
        except Killed:
            return None
        except TooLong:
            wrong.append("hangs")
            return None
        wrong.extend(lies(result, modem, before, route.target))
        return result

    first = command()
    if line._left < 0:
        wrong.append(f"{WHERE[step]} has no step {step}")
    code, state = ("", "") if first is None else (code_of(first), state_of(first))
    then = ""
    if first is None or isinstance(first, Problem):
        line.heal()
        line.jump(line.now_us + AGAIN_AFTER_S * SECOND_US)
        second = command()
        then = "" if second is None else code_of(second)
    wrong.extend(modem.verdict.violations)
    return Cell(code, state, then, tuple(wrong))


def table() -> dict[tuple[str, str], Cell]:
    """Every cell."""
    return {(step, trouble): cell(step, trouble) for step in phases.STEPS for trouble in TROUBLES}
