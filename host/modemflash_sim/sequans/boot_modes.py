"""Power and boot modes of the simulated modem: the state table.

Rules that hold here: this directs the AT and the STP side, which know nothing of it; what
they want of it (a reboot, a power cut) they order as a timer of the shared state.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_sim.sequans import flashing
from modemflash_sim.sequans.at_side import AtSide
from modemflash_sim.sequans.memory import Live
from modemflash_sim.sequans.profiles import (
    APPLICATION_CHOICE,
    BOOT_CHOICES,
    CHOICE_AFTER_CUT,
    FAST_BAUD,
    SECOND_US,
    SLOW_BAUD,
)
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_side import StpSide

MODE_OF_TRANSFER = {"staged": "application", "updater": "boot-loader", "on-the-fly": "recovery"}


class BootModes:
    """What the modem goes through.

    Args:
        state: of the modem.
        at: its AT side.
        stp: its STP side.
    """

    def __init__(self, state: State, at: AtSide, stp: StpSide) -> None:
        self._state = state
        self._at = at
        self._stp = stp
        self._timers: dict[str, Callable[[], None]] = {
            "started": self._started,
            "reboot": self._reboot,
            "installed": self._installed,
            "silent": self._go_silent,
            "baud": self._change_baud,
            "die": self._die,
            "power": self.give_power,
            **at.timers,
            **stp.timers,
        }

    def fire(self, timer: str) -> None:
        """The time of a timer has come."""
        self._timers[timer]()

    # -- power and boot ------------------------------------------------------

    def begin(self) -> None:
        """Be in the state that profile and faults ask for, without a boot."""
        state = self._state
        live, memory, faults = state.live, state.memory, state.faults
        live.mode = state.profile.start_mode
        if faults.on("errors-only"):
            live.mode = faults.word("errors-only")
            memory.errors_only = memory.half_written = True
        if faults.on("in-transfer"):
            live.mode = MODE_OF_TRANSFER.get(faults.word("in-transfer"), "recovery")
        memory.boot_choice = CHOICE_AFTER_CUT.get(live.mode, APPLICATION_CHOICE)
        live.baud = SLOW_BAUD if live.mode == "boot-loader" else FAST_BAUD
        if faults.on("starts-at-other-rate"):
            live.baud = _other(live.baud)
        if faults.on("data-mode"):
            live.phase = "data"
        if faults.on("in-transfer"):
            if live.mode == "recovery":
                flashing.begin_writing(state, "full")
            self._stp.start_inside_a_block(faults.word("in-transfer"))
        if faults.on("urc-flood"):
            state.set_timer("flood", state.now_us)

    def boot(self, by_application: bool = False) -> None:
        """Start booting into the chosen mode.

        Args:
            by_application: the running application was asked to; it matters for the rate.
        """
        state = self._state
        live, memory = state.live, state.memory
        live.timers.clear()
        live.installing = None
        self._forget()
        if memory.bricked:
            state.enter("bricked")
            return
        state.enter("starting")
        live.next_mode = BOOT_CHOICES[memory.boot_choice][1]
        if memory.half_written and live.next_mode == "application":
            live.next_mode = "boot-loader"
        if state.assumptions.boot_choice == "one-shot":
            memory.boot_choice = APPLICATION_CHOICE
        if state.spend("other-mode", 1):
            live.next_mode = state.faults.word("other-mode")
        live.next_baud = FAST_BAUD
        if live.next_mode == "boot-loader":
            live.next_baud = SLOW_BAUD
        elif live.next_mode == "recovery":
            live.next_baud = int(state.assumptions.recovery_baud) if by_application else SLOW_BAUD
        if state.spend("other-rate"):
            live.next_baud = _other(live.next_baud)
        state.set_timer("started", state.now_us + state.timing.boot_us)

    def give_power(self) -> None:
        """The power comes; a modem that has it does not notice."""
        state = self._state
        if state.live.powered:
            return
        off_us = state.now_us - state.live.busy_until_us
        if off_us >= int(state.faults.number("wedged") * SECOND_US):
            state.spend("wedged", 1)
        state.live = Live(powered_at_us=state.now_us, busy_until_us=state.now_us, mode=state.live.mode)
        self.boot()

    def lose_power(self) -> None:
        """The power goes: what was being written is half written."""
        state = self._state
        live, memory = state.live, state.memory
        if not live.powered:
            return
        if memory.half_boot_rom:
            memory.bricked = "power lost while the boot ROM was written"
        elif memory.part_one and state.assumptions.part_one_power_loss == "bricks":
            memory.bricked = "power lost between part 1 and part 2 of 48829"
        if live.installing is not None and live.install_purpose == "staged":
            memory.boot_choice = CHOICE_AFTER_CUT[state.assumptions.staged_install_cut]
        if live.installing is not None:
            flashing.drop_install(state)
        self._stp.end_session()
        self._forget()
        state.live = Live(powered=False, phase="off", mode=live.mode, baud=live.baud)
        state.live.busy_until_us = state.now_us
        state.touch()

    def _die(self) -> None:
        """The power goes in the middle of a transfer, and comes back by itself."""
        self.lose_power()
        seconds = self._state.faults.number("die", 1)
        self._state.set_timer("power", self._state.now_us + int(seconds * SECOND_US))

    def _started(self) -> None:
        state = self._state
        live = state.live
        live.mode, live.baud = live.next_mode, live.next_baud
        live.echo = state.profile.echo and live.mode != "boot-loader"
        live.commands, live.functionality = 0, 1
        if live.mode == "application":
            state.memory.errors_only = False
        state.enter("at")
        self._at.greet()
        if state.faults.on("urc-flood"):
            state.set_timer("flood", state.now_us)

    def _reboot(self) -> None:
        state = self._state
        if state.live.installing is not None:
            state.violation("rebooted while it installed")
            flashing.drop_install(state)
        self.boot(by_application=state.live.mode == "application")

    def _change_baud(self) -> None:
        live = self._state.live
        live.baud = live.next_baud
        self._state.touch()

    def _go_silent(self) -> None:
        self._state.enter("installing")

    def _installed(self) -> None:
        if flashing.end_install(self._state):
            self.boot()

    def _forget(self) -> None:
        """A boot or a power cut: what was being sent and received is gone."""
        self._state.drop_output()
        self._at.forget()
        self._stp.forget()


def _other(baud: int) -> int:
    return SLOW_BAUD if baud == FAST_BAUD else FAST_BAUD
