"""What images do to a running modem: the flash is written, an install begins, stops, ends.

Rules that hold here: functions of the state alone; how an install ends is decided by
`install`, the table of outcomes; whatever takes time is a timer, which `boot_modes` serves.
"""

from __future__ import annotations

from modemflash_sim.sequans import install, settings
from modemflash_sim.sequans.package import Facts
from modemflash_sim.sequans.profiles import APPLICATION_CHOICE, CHOICE_AFTER_CUT
from modemflash_sim.sequans.state import State


def begin_writing(state: State, kind: str) -> None:
    """The first bytes of an on-the-fly image reach the flash: what was there is gone."""
    memory = state.memory
    memory.report = ""
    if kind == "bootrom":
        memory.half_boot_rom = True
    elif not memory.half_written or memory.boot_choice == APPLICATION_CHOICE:
        memory.half_written = True
        memory.boot_choice = CHOICE_AFTER_CUT[state.assumptions.transfer_power_cut]
    state.touch()


def start_updater(state: State) -> None:
    """Start the updater ELF that was loaded."""
    state.memory.updater_seen = True
    state.live.next_mode = state.assumptions.updater_starts_as
    state.live.next_baud = int(state.assumptions.updater_baud)
    state.enter("starting")
    state.set_timer("started", state.now_us + state.timing.updater_start_us)


def begin_install(state: State, facts: Facts, purpose: str, at_us: int) -> None:
    """Install an image that was taken, from `at_us` on."""
    live, memory, timing = state.live, state.memory, state.timing
    live.installing, live.install_purpose = facts, purpose
    memory.report = "on-going"
    memory.half_boot_rom |= facts.kind == "bootrom"
    usual_us = timing.bootrom_install_us if facts.kind == "bootrom" else timing.install_us
    if not state.spend("sticks"):
        state.set_timer("installed", at_us + usual_us)
    if purpose == "staged" or state.assumptions.install_output == "silent":
        state.set_timer("silent", at_us)
    state.touch()


def drop_install(state: State) -> None:
    """An install stops in the middle."""
    facts, state.live.installing = state.live.installing, None
    state.memory.report = ""
    state.memory.staged = None
    if facts is not None and facts.kind != "bootrom":
        state.memory.half_written = True


def end_install(state: State) -> bool:
    """The install is over, for better or worse. Whether the modem boots now, the application chosen."""
    live, memory = state.live, state.memory
    facts, purpose = live.installing, live.install_purpose
    if facts is None:
        return False
    live.installing, memory.staged = None, None
    outcome = install.outcome_of(facts, memory, state.profile, state.assumptions, purpose)
    if outcome.result == "success" and state.spend("install-fails"):
        outcome = install.Outcome("fail", "asked for")
    memory.bricked = outcome.reason if outcome.result == "bricked" else ""
    memory.report = "success" if outcome.result == "success" else "fail: " + outcome.reason
    if outcome.result == "success":
        _change_build(state, facts, outcome)
    elif facts.kind == "bootrom" and purpose == "staged":
        memory.half_boot_rom = False
    changed = outcome.result == "success" and facts.kind != "bootrom"
    by_itself = state.only_errors or state.assumptions.after_success == "reboots"
    if purpose == "staged" or memory.bricked or (changed and by_itself):
        memory.boot_choice = APPLICATION_CHOICE
        return True
    state.enter("at")
    return False


def _change_build(state: State, facts: Facts, outcome: install.Outcome) -> None:
    """The image is in: be what it makes of the modem."""
    memory = state.memory
    if facts.kind == "bootrom":
        memory.half_boot_rom = False
        return
    memory.half_written = False
    if state.spend("old-build"):
        return
    if state.assumptions.settings_after_install == "reset":
        settings.reset(memory)
    memory.part_one = facts.part == 1
    memory.build, memory.version, memory.ue = outcome.build, outcome.version, outcome.ue
    memory.nb_iot = install.is_nb_iot(state.profile, outcome.version, outcome.build)
    memory.active_boot_loader = 2 if memory.active_boot_loader == 1 else 1
    name = f"{outcome.version} [{outcome.build}]"
    for number in (1, 2):
        if number == memory.active_boot_loader or memory.boot_loaders[number] == "NA":
            memory.boot_loaders[number] = name
