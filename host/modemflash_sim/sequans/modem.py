"""The simulated modem as a door sees it: time, bytes, power, and the queue of its words.

Rules that hold here: time comes from the caller, in integer microseconds, and
never goes back; what the modem says waits in a queue with due times and dies
with the power; bytes at the wrong rate are noise. What it does with bytes is
in `at_side` and `stp_side`, what it goes through in `life`. Nothing here knows
the updater's code.
"""

from __future__ import annotations

import random
from collections import deque

from modemflash_sim.endpoints.noise import noise
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.at_side import AtSide
from modemflash_sim.sequans.boot_modes import BootModes
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.memory import Live, Memory
from modemflash_sim.sequans.profiles import SECOND_US, Profile, find
from modemflash_sim.sequans.stp_side import StpSide
from modemflash_sim.sequans.verdict import Record, Verdict

BITS_A_BYTE = 10
NULS = (b"\0", b"\0\0\0", b"\0\0")


class SimModem:
    """One modem at one end of a serial line.

    Args:
        profile: what it is; a `Profile` or a name in `PROFILES`.
        assumptions: how it behaves where nobody knows.
        faults: what is wrong with it.
        seed: of everything that looks random.
        now_us: the time at which it starts, powered and booted.
        memory: what it remembers of an earlier life, as `state_file` loads it.
        live: what it was doing; only together with `memory`.
        record: what happened to it so far; only together with `memory`.

    Attributes:
        revision: grows whenever something changed that outlives a call; see `state_file`.
    """

    def __init__(
        self,
        profile: Profile | str,
        assumptions: Assumptions | None = None,
        faults: Faults | None = None,
        *,
        seed: int = 0,
        now_us: int = 0,
        memory: Memory | None = None,
        live: Live | None = None,
        record: Record | None = None,
    ) -> None:
        self.profile = find(profile) if isinstance(profile, str) else profile
        self.assumptions = assumptions or Assumptions()
        self.faults = faults or Faults()
        self.timing = self.profile.timing
        self.seed = seed
        self.now_us = now_us
        self.revision = 0
        self.random = random.Random(f"{seed}:{now_us}")
        self.record = record or Record()
        self.memory = memory or Memory.fresh(self.profile)
        self.live = live or Live(powered_at_us=now_us, busy_until_us=now_us, echo=self.profile.echo)
        self._out: deque[tuple[int, bytes, int]] = deque()
        self._may_send = True
        self.at = AtSide(self)
        self.stp = StpSide(self)
        self.boot_modes = BootModes(self)
        if live is None:
            self.boot_modes.begin()

    # -- the doors' interface ------------------------------------------------

    @property
    def baud(self) -> int:
        """The rate of the modem's side of the line now."""
        return self.live.baud

    def advance(self, now_us: int) -> None:
        """Let time pass up to `now_us`."""
        timers = self.live.timers
        while timers:
            name = min(timers, key=lambda known: (timers[known], known))
            if timers[name] > now_us:
                break
            self.now_us = max(self.now_us, timers.pop(name))
            self.boot_modes.fire(name)
            timers = self.live.timers
        self.now_us = max(self.now_us, now_us)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes have arrived, the last of them just now, sent at `baud`."""
        self.advance(now_us)
        live = self.live
        if self._deaf() or not data:
            return
        if live.phase == "bricked" or self._sends_nuls():
            if live.phase != "bricked" or self.assumptions.bricked_output == "nuls":
                self.say(self.random.choice(NULS))
            return
        if baud != live.baud:
            data = noise(data, baud, live.baud)
        first_us = now_us - len(data) * BITS_A_BYTE * SECOND_US // live.baud
        while data:
            phase = self.live.phase
            if phase == "stp":
                data = self.stp.take(data, first_us)
            elif phase in ("at", "data"):
                data = self.at.take(data, first_us)
            else:
                return

    def next_due(self) -> int | None:
        """When the modem does something by itself; None for never."""
        moments = list(self.live.timers.values())
        if self._out and self._may_send:
            moments.append(self._out[0][0])
        return min(moments, default=None)

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What the modem says up to `now_us`, as (bytes, baud), oldest first."""
        self.advance(now_us)
        said = []
        while self._may_send and self._out and self._out[0][0] <= now_us:
            _, data, baud = self._out.popleft()
            said.append((data, baud))
        return said

    def set_rts(self, level: bool) -> None:
        """Whether the other end is ready to receive; the modem waits until it is."""
        self._may_send = level

    def power(self, on: bool, now_us: int) -> None:
        """Cut or give the power."""
        self.advance(now_us)
        if on and not self.live.powered:
            off_us = self.now_us - self.live.busy_until_us
            if off_us >= int(self.faults.number("wedged") * SECOND_US):
                self.spend("wedged", 1)
            self.live = Live(powered_at_us=self.now_us, busy_until_us=self.now_us, mode=self.live.mode)
            self.boot_modes.boot()
        elif not on and self.live.powered:
            self.boot_modes.lose_power()

    @property
    def verdict(self) -> Verdict:
        """The modem's own account of what was done to it."""
        return Verdict(
            images=tuple(self.record.images),
            violations=tuple(self.record.violations),
            notes=tuple(self.record.notes),
            bricked=self.memory.bricked,
            build=self.memory.build,
            mode=self.live.mode,
            whole=not self.memory.half_written,
            powered=self.live.powered,
        )

    @property
    def only_errors(self) -> bool:
        """It answers ERROR to everything but the command that opens a transfer."""
        as_updater = self.live.mode == "updater" and self.assumptions.updater_answers == "errors-only"
        return self.memory.errors_only or as_updater

    # -- for the two sides ---------------------------------------------------

    def say(self, data: bytes, after_us: int | None = None) -> int:
        """Queue bytes, behind all that is queued; returns when the last of them has left."""
        wait_us = self.timing.answer_us if after_us is None else after_us
        due_us = max(self.now_us, self.live.busy_until_us) + wait_us
        if self._out:
            due_us = max(due_us, self._out[-1][0])
        if data and not self._mute_at(due_us):
            self._out.append((due_us, data, self.live.baud))
        return due_us + len(data) * BITS_A_BYTE * SECOND_US // self.live.baud

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

    def forget(self) -> None:
        """A boot or a power cut: what was being said and heard is gone."""
        self._out.clear()
        self.at.forget()
        self.stp.forget()

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

    def enter(self, phase: str) -> None:
        """Change what the modem is doing."""
        self.live.phase = phase
        self.touch()

    def set_timer(self, name: str, due_us: int) -> None:
        """Let a timer fire at `due_us`; there is one of each name."""
        self.live.timers[name] = due_us

    # -- the voice -----------------------------------------------------------

    def _mute_at(self, when_us: int) -> bool:
        if self.memory.spent.get("wedged", 0) < self.faults.number("wedged", 1):
            return True
        if not self.faults.on("mute"):
            return False
        start_us = self.live.powered_at_us + int(self.faults.number("mute", 1) * SECOND_US)
        return start_us <= when_us < start_us + int(self.faults.number("mute") * SECOND_US)

    def _deaf(self) -> bool:
        return not self.live.powered or self._mute_at(self.now_us)

    def _sends_nuls(self) -> bool:
        seconds = self.faults.number("nuls")
        return self.now_us < self.live.powered_at_us + int(seconds * SECOND_US)
