"""The simulated modem as an endpoint sees it: time, bytes and power.

Rules that hold here: bytes at the wrong rate are noise; the phase decides which side reads
them. This file only puts the parts together: what they share is in `state`, what the modem
does with bytes in `at_side` and `stp_side`, what it goes through in `boot_modes`. Nothing
here knows the updater's code.
"""

from __future__ import annotations

from modemflash_sim.endpoints.noise import noise
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.at_side import AtSide
from modemflash_sim.sequans.boot_modes import BootModes
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.memory import Live, Memory, Session
from modemflash_sim.sequans.profiles import SECOND_US, Profile, find
from modemflash_sim.sequans.state import BITS_A_BYTE, State
from modemflash_sim.sequans.stp_side import StpSide
from modemflash_sim.sequans.verdict import Record, Verdict

NULS = (b"\0", b"\0\0\0", b"\0\0")


class SimModem:
    """One modem at one end of a serial line. See `modemflash_sim.endpoints.wire.Device`.

    Args:
        profile: what it is; a `Profile` or a name in `PROFILES`.
        assumptions: how it behaves where nobody knows.
        faults: what is wrong with it.
        seed: of everything that looks random.
        now_us: the time at which it starts, powered and booted.
        memory: what it remembers from before, as `state_file` loads it.
        live: what it was doing; only together with `memory`.
        record: what happened to it so far; only together with `memory`.
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
        self._state = state = State(
            find(profile) if isinstance(profile, str) else profile,
            assumptions or Assumptions(),
            faults or Faults(),
            seed,
            now_us,
            memory,
            live,
            record,
        )
        self._stp = StpSide(state)
        self._at = AtSide(state, open_transfer=self._stp.open)
        self._boot_modes = BootModes(state, self._at, self._stp)
        if live is None:
            self._boot_modes.begin()

    # -- as a `Device` -------------------------------------------------------

    @property
    def baud(self) -> int:
        """The rate of the modem's side of the line now."""
        return self._state.live.baud

    def advance(self, now_us: int) -> None:
        """Let time pass up to `now_us`."""
        state = self._state
        while (timer := state.take_timer(now_us)) is not None:
            self._boot_modes.fire(timer)
        state.now_us = max(state.now_us, now_us)

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes have arrived, the last of them just now, sent at `baud`."""
        self.advance(now_us)
        state, live = self._state, self._state.live
        if not state.hears or not data:
            return
        if live.phase == "bricked" or state.sends_nuls:
            if live.phase != "bricked" or state.assumptions.bricked_output == "nuls":
                state.send(state.random.choice(NULS))
            return
        if baud != live.baud:
            data = noise(data, baud, live.baud)
        first_us = now_us - len(data) * BITS_A_BYTE * SECOND_US // live.baud
        while data:
            phase = state.live.phase
            if phase == "stp":
                data = self._stp.take(data, first_us)
            elif phase in ("at", "data"):
                data = self._at.take(data, first_us)
            else:
                return

    def next_due(self) -> int | None:
        """When the modem does something by itself; None for never."""
        return self._state.next_due()

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What the modem sends up to `now_us`, as (bytes, baud), oldest first."""
        self.advance(now_us)
        return self._state.sent()

    def set_rts(self, level: bool) -> None:
        """Whether the other end is ready to receive; the modem waits until it is."""
        self._state.may_send = level

    def power(self, on: bool, now_us: int) -> None:
        """Cut or give the power."""
        self.advance(now_us)
        if on:
            self._boot_modes.give_power()
        else:
            self._boot_modes.lose_power()

    def cut_power(self, seconds: float, now_us: int) -> None:
        """Cut the power now; it comes back by itself."""
        self.power(False, now_us)
        self._state.set_timer("power", now_us + int(seconds * SECOND_US))

    # -- what can be asked of it from outside --------------------------------------

    @property
    def profile(self) -> Profile:
        """What it is."""
        return self._state.profile

    @property
    def assumptions(self) -> Assumptions:
        """How it behaves where nobody knows."""
        return self._state.assumptions

    @property
    def faults(self) -> Faults:
        """What is wrong with it."""
        return self._state.faults

    @property
    def seed(self) -> int:
        """Of everything that looks random."""
        return self._state.seed

    @property
    def now_us(self) -> int:
        """Its time."""
        return self._state.now_us

    @property
    def revision(self) -> int:
        """Grows whenever something changed that outlives a call; see `state_file`."""
        return self._state.revision

    @property
    def memory(self) -> Memory:
        """What it remembers without power."""
        return self._state.memory

    @property
    def live(self) -> Live:
        """What it is doing; another object after every power cut."""
        return self._state.live

    @property
    def record(self) -> Record:
        """What happened to it so far."""
        return self._state.record

    @property
    def busy_until_us(self) -> int:
        """Until when it erases or writes: it then takes no more than its small buffer holds."""
        return self._state.live.busy_until_us

    @property
    def session(self) -> Session | None:
        """The transfer session under way as plain data; None when there is none."""
        return self._stp.saved()

    def resume(self, session: Session) -> None:
        """Go on with a session that was saved. What was in a half block is zeros now."""
        self._stp.load(session)

    @property
    def verdict(self) -> Verdict:
        """The modem's own account of what was done to it."""
        state = self._state
        return Verdict(
            images=tuple(state.record.images),
            violations=tuple(state.record.violations),
            notes=tuple(state.record.notes),
            bricked=state.memory.bricked,
            build=state.memory.build,
            mode=state.live.mode,
            whole=not state.memory.half_written,
            powered=state.live.powered,
        )
