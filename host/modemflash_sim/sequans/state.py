"""What all parts of the simulated modem share: time, memory, timers, and the queue of its output.

Rules that hold here: time comes from the caller, in integer microseconds, and never goes
back; what the modem sends waits in a queue with due times and dies with the power; every
wait is a named timer, so that a modem can be saved in the middle of it. The parts know this
state, not each other.
"""

from __future__ import annotations

import random
from collections import deque

from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.memory import Live, Memory
from modemflash_sim.sequans.profiles import SECOND_US, Profile
from modemflash_sim.sequans.verdict import Record

BITS_A_BYTE = 10


class State:
    """The state of one modem.

    Args:
        profile: what it is.
        assumptions: how it behaves where nobody knows.
        faults: what is wrong with it.
        seed: of everything that looks random.
        now_us: the time at which it starts.
        memory: what it remembers; None for a modem that was never talked to.
        live: what it is doing; None for one that was just switched on.
        record: what happened to it so far.

    Attributes:
        revision: grows whenever something changed that outlives a call; see `state_file`.
        may_send: the other end is ready to receive.
    """

    def __init__(
        self,
        profile: Profile,
        assumptions: Assumptions,
        faults: Faults,
        seed: int,
        now_us: int,
        memory: Memory | None,
        live: Live | None,
        record: Record | None,
    ) -> None:
        self.profile = profile
        self.assumptions = assumptions
        self.faults = faults
        self.timing = profile.timing
        self.seed = seed
        self.now_us = now_us
        self.revision = 0
        self.random = random.Random(f"{seed}:{now_us}")
        self.record = record or Record()
        self.memory = memory or Memory.fresh(profile)
        self.live = live or Live(powered_at_us=now_us, busy_until_us=now_us, echo=profile.echo)
        self.may_send = True
        self._output: deque[tuple[int, bytes, int]] = deque()

    # -- output ----------------------------------------------------------------

    def send(self, data: bytes, after_us: int | None = None) -> int:
        """Queue bytes, behind all that is queued; returns when the last of them has left."""
        wait_us = self.timing.answer_us if after_us is None else after_us
        due_us = max(self.now_us, self.live.busy_until_us) + wait_us
        if self._output:
            due_us = max(due_us, self._output[-1][0])
        if data and not self._is_mute_at(due_us):
            self._output.append((due_us, data, self.live.baud))
        return due_us + len(data) * BITS_A_BYTE * SECOND_US // self.live.baud

    def sent(self) -> list[tuple[bytes, int]]:
        """What left by now, as (bytes, baud), oldest first; it is no longer queued."""
        sent = []
        while self.may_send and self._output and self._output[0][0] <= self.now_us:
            _, data, baud = self._output.popleft()
            sent.append((data, baud))
        return sent

    def drop_output(self) -> None:
        """A boot or a power cut: what was queued is gone."""
        self._output.clear()

    def next_due(self) -> int | None:
        """When a timer fires or queued output leaves; None for never."""
        timers = self.live.timers
        fires_us = min(timers.values()) if timers else None  # asked more often than anything else
        if not (self._output and self.may_send):
            return fires_us
        leaves_us = self._output[0][0]
        return leaves_us if fires_us is None or leaves_us < fires_us else fires_us

    # -- timers and phases -------------------------------------------------------

    def set_timer(self, name: str, due_us: int) -> None:
        """Let a timer fire at `due_us`; there is one of each name."""
        self.live.timers[name] = due_us

    def take_timer(self, until_us: int) -> str | None:
        """The timer that fires next, if it is due by `until_us`; time moves on to its moment."""
        timers = self.live.timers
        if not timers or min(timers.values()) > until_us:
            return None
        name = min(timers, key=lambda known: (timers[known], known))
        self.now_us = max(self.now_us, timers.pop(name))
        return name

    def enter(self, phase: str) -> None:
        """Change what the modem is doing."""
        self.live.phase = phase
        self.touch()

    def reboot(self, at_us: int) -> None:
        """Boot at `at_us`, into the mode that is chosen then."""
        self.set_timer("reboot", at_us)
        self.touch()

    def change_baud(self, baud: int, at_us: int) -> None:
        """Talk at another rate from `at_us` on."""
        self.live.next_baud = baud
        self.set_timer("baud", at_us)

    # -- faults -----------------------------------------------------------------

    def spend(self, fault: str, index: int = 0) -> bool:
        """Whether a counted fault happens now; counts it."""
        done = self.memory.spent.get(fault, 0)
        if not self.faults.on(fault) or done >= self.faults.number(fault, index):
            return False
        self.memory.spent[fault] = done + 1
        self.touch()
        return True

    def chance(self, fault: str) -> bool:
        """Whether a fault with a rate happens now."""
        return self.faults.on(fault) and self.random.random() < self.faults.number(fault)

    @property
    def hears(self) -> bool:
        """It has power, and no fault makes it deaf."""
        return self.live.powered and not self._is_mute_at(self.now_us)

    @property
    def sends_nuls(self) -> bool:
        """It answers NULs instead of text."""
        seconds = self.faults.number("nuls")
        return self.now_us < self.live.powered_at_us + int(seconds * SECOND_US)

    @property
    def only_errors(self) -> bool:
        """It answers ERROR to everything but the command that opens a transfer."""
        as_updater = self.live.mode == "updater" and self.assumptions.updater_answers == "errors-only"
        return self.memory.errors_only or as_updater

    def _is_mute_at(self, when_us: int) -> bool:
        if self.memory.spent.get("wedged", 0) < self.faults.number("wedged", 1):
            return True
        if not self.faults.on("mute"):
            return False
        start_us = self.live.powered_at_us + int(self.faults.number("mute", 1) * SECOND_US)
        return start_us <= when_us < start_us + int(self.faults.number("mute") * SECOND_US)

    # -- the record ---------------------------------------------------------------

    def touch(self) -> None:
        """Something changed that outlives a call."""
        self.revision += 1

    def violation(self, what: str) -> None:
        """The updater did something wrong."""
        self.record.violations.append(what)
        self.touch()

    def note(self, what: str) -> None:
        """Something worth knowing happened, once."""
        if what not in self.record.notes:
            self.record.notes.append(what)
            self.touch()
