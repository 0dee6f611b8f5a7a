"""The life of the simulated modem: power, boot modes, writing, installing.

Rules that hold here: the state table of the simulator's page; every wait is a
named timer, so that a modem can be saved in the middle of it; what an image
does is decided by `install`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash_sim.sequans import install
from modemflash_sim.sequans.memory import Live
from modemflash_sim.sequans.package import Facts
from modemflash_sim.sequans.profiles import BOOT_CHOICES, FAST_BAUD, SECOND_US, SLOW_BAUD

if TYPE_CHECKING:
    from modemflash_sim.sequans.modem import SimModem

BOOT_LOADER_CHOICE, APPLICATION_CHOICE, RECOVERY_CHOICE = 0, 1, 3
CHOICE_AFTER_CUT = {"recovery": RECOVERY_CHOICE, "boot-loader": BOOT_LOADER_CHOICE}
MODE_OF_TRANSFER = {"staged": "application", "updater": "boot-loader", "on-the-fly": "recovery"}


class BootModes:
    """What `modem` goes through. Made after the modem's two sides."""

    def __init__(self, modem: SimModem) -> None:
        self._modem = modem
        self._timers = {
            "started": self._started,
            "reboot": self._reboot,
            "installed": self._installed,
            "silent": self._go_silent,
            "baud": self._change_baud,
            "power": self._power_returns,
            "idle": modem.stp.idle,
            "late": modem.stp.late,
            "quiet": modem.at.leave_data_mode,
            "flood": modem.at.flood,
        }

    def fire(self, timer: str) -> None:
        """The time of a timer has come."""
        self._timers[timer]()

    # -- power and boot ------------------------------------------------------

    def begin(self) -> None:
        """Be in the state that profile and faults ask for, without a boot."""
        modem = self._modem
        live, memory, faults = modem.live, modem.memory, modem.faults
        live.mode = modem.profile.start_mode
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
                self.begin_writing("full")
            modem.stp.start_inside_a_block(faults.word("in-transfer"))
        if faults.on("urc-flood"):
            modem.set_timer("flood", modem.now_us)

    def boot(self, by_application: bool = False) -> None:
        """Start booting into the chosen mode.

        Args:
            by_application: the running application was told to; it matters for the rate.
        """
        modem = self._modem
        live, memory = modem.live, modem.memory
        live.timers.clear()
        live.installing = None
        modem.forget()
        if memory.bricked:
            modem.enter("bricked")
            return
        modem.enter("starting")
        live.next_mode = BOOT_CHOICES[memory.boot_choice][1]
        if memory.half_written and live.next_mode == "application":
            live.next_mode = "boot-loader"
        if modem.assumptions.boot_choice == "one-shot":
            memory.boot_choice = APPLICATION_CHOICE
        if modem.spend("other-mode", 1):
            live.next_mode = modem.faults.word("other-mode")
        live.next_baud = FAST_BAUD
        if live.next_mode == "boot-loader":
            live.next_baud = SLOW_BAUD
        elif live.next_mode == "recovery":
            live.next_baud = int(modem.assumptions.recovery_baud) if by_application else SLOW_BAUD
        if modem.spend("other-rate"):
            live.next_baud = _other(live.next_baud)
        modem.set_timer("started", modem.now_us + modem.timing.boot_us)

    def start_updater(self) -> None:
        """Start the updater ELF that was loaded."""
        modem = self._modem
        modem.memory.updater_seen = True
        modem.live.next_mode = modem.assumptions.updater_starts_as
        modem.live.next_baud = int(modem.assumptions.updater_baud)
        modem.enter("starting")
        modem.set_timer("started", modem.now_us + modem.timing.updater_start_us)

    def _started(self) -> None:
        modem = self._modem
        live = modem.live
        live.mode, live.baud = live.next_mode, live.next_baud
        live.echo = modem.profile.echo and live.mode != "boot-loader"
        live.commands, live.functionality = 0, 1
        if live.mode == "application":
            modem.memory.errors_only = False
        modem.enter("at")
        modem.at.greet()
        if modem.faults.on("urc-flood"):
            modem.set_timer("flood", modem.now_us)

    def _reboot(self) -> None:
        modem = self._modem
        if modem.live.installing is not None:
            modem.violation("rebooted while it installed")
            self._drop_install()
        self.boot(by_application=modem.live.mode == "application")

    def reboot(self, at_us: int) -> None:
        """Boot at `at_us`, into the mode that is chosen then."""
        self._modem.set_timer("reboot", at_us)
        self._modem.touch()

    def change_baud(self, baud: int, at_us: int) -> None:
        """Talk at another rate from `at_us` on."""
        self._modem.live.next_baud = baud
        self._modem.set_timer("baud", at_us)

    def _change_baud(self) -> None:
        live = self._modem.live
        live.baud = live.next_baud
        self._modem.touch()

    def lose_power(self) -> None:
        """The power goes: what was being written is half written."""
        modem = self._modem
        live, memory = modem.live, modem.memory
        if memory.half_boot_rom:
            memory.bricked = "power lost while the boot ROM was written"
        elif memory.part_one and modem.assumptions.part_one_power_loss == "bricks":
            memory.bricked = "power lost between part 1 and part 2 of 48829"
        if live.installing is not None and live.install_purpose == "staged":
            memory.boot_choice = CHOICE_AFTER_CUT[modem.assumptions.staged_install_cut]
        if live.installing is not None:
            self._drop_install()
        modem.stp.end_session()
        modem.forget()
        modem.live = Live(powered=False, phase="off", mode=live.mode, baud=live.baud)
        modem.live.busy_until_us = modem.now_us
        modem.touch()

    def lose_power_for(self, seconds: float) -> None:
        """The power goes now, and comes back by itself."""
        self.lose_power()
        self._modem.set_timer("power", self._modem.now_us + int(seconds * SECOND_US))

    def _power_returns(self) -> None:
        self._modem.power(True, self._modem.now_us)

    def _go_silent(self) -> None:
        self._modem.enter("installing")

    # -- writing and installing ----------------------------------------------

    def begin_writing(self, kind: str) -> None:
        """The first bytes of an on-the-fly image reach the flash: what was there is gone."""
        modem, memory = self._modem, self._modem.memory
        memory.report = ""
        if kind == "bootrom":
            memory.half_boot_rom = True
        elif not memory.half_written or memory.boot_choice == APPLICATION_CHOICE:
            memory.half_written = True
            memory.boot_choice = CHOICE_AFTER_CUT[modem.assumptions.transfer_power_cut]
        modem.touch()

    def begin_install(self, facts: Facts, purpose: str, at_us: int) -> None:
        """Install an image that was taken, from `at_us` on."""
        modem = self._modem
        live, memory, timing = modem.live, modem.memory, modem.timing
        live.installing, live.install_purpose = facts, purpose
        memory.report = "on-going"
        memory.half_boot_rom |= facts.kind == "bootrom"
        usual_us = timing.bootrom_install_us if facts.kind == "bootrom" else timing.install_us
        if not modem.spend("sticks"):
            modem.set_timer("installed", at_us + usual_us)
        if purpose == "staged" or modem.assumptions.install_output == "silent":
            modem.set_timer("silent", at_us)
        modem.touch()

    def _drop_install(self) -> None:
        """An install stops in the middle."""
        modem = self._modem
        facts, modem.live.installing = modem.live.installing, None
        modem.memory.report = ""
        modem.memory.staged = None
        if facts is not None and facts.kind != "bootrom":
            modem.memory.half_written = True

    def _installed(self) -> None:
        """The install is over: for better or worse."""
        modem = self._modem
        live, memory = modem.live, modem.memory
        facts, purpose = live.installing, live.install_purpose
        if facts is None:
            return
        live.installing, memory.staged = None, None
        outcome = install.judge(facts, memory, modem.profile, modem.assumptions, purpose)
        if outcome.result == "success" and modem.spend("install-fails"):
            outcome = install.Outcome("fail", "asked for")
        memory.bricked = outcome.reason if outcome.result == "bricked" else ""
        memory.report = "success" if outcome.result == "success" else "fail: " + outcome.reason
        if outcome.result == "success":
            self._change_build(facts, outcome)
        elif facts.kind == "bootrom" and purpose == "staged":
            memory.half_boot_rom = False
        changed = outcome.result == "success" and facts.kind != "bootrom"
        by_itself = modem.only_errors or modem.assumptions.after_success == "reboots"
        if purpose == "staged" or memory.bricked or (changed and by_itself):
            memory.boot_choice = APPLICATION_CHOICE
            self.boot()
        else:
            modem.enter("at")

    def _change_build(self, facts: Facts, outcome: install.Outcome) -> None:
        """The image is in: be what it makes of the modem."""
        modem, memory = self._modem, self._modem.memory
        if facts.kind == "bootrom":
            memory.half_boot_rom = False
            return
        memory.half_written = False
        if modem.spend("old-build"):
            return
        memory.part_one = facts.part == 1
        memory.build, memory.version, memory.ue = outcome.build, outcome.version, outcome.ue
        memory.nb_iot = install.is_nb_iot(modem.profile, outcome.version, outcome.build)
        memory.active_boot_loader = 2 if memory.active_boot_loader == 1 else 1
        name = f"{outcome.version} [{outcome.build}]"
        for number in (1, 2):
            if number == memory.active_boot_loader or memory.boot_loaders[number] == "NA":
                memory.boot_loaders[number] = name


def _other(baud: int) -> int:
    return SLOW_BAUD if baud == FAST_BAUD else FAST_BAUD
