"""`sim://` addresses of Sequans modems: the modem they name, and its line in virtual time.

Rules that hold here: a modem that was given a file goes on from there at the next command,
and the file is written whenever something changed that a killed program must not undo;
what an address does not say is as in the profile.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from modemflash_sim.address import KeptLine, for_sole_user, number, parameters, state_path
from modemflash_sim.sequans import assumptions, faults, profiles, state_file
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import MODES, SECOND_US, Profile
from modemflash_sim.state_files import SoleUser

POWER_CYCLE_US = 10 * SECOND_US
# What a sim:// URL may say, and what it means.
URL_PARAMETERS = {
    "state": "file that keeps the modem between commands",
    "fault": "NAME:ARGUMENT:…, several by commas; see `simulate modem --help`",
    "assume": "NAME:BEHAVIOUR, several by commas",
    "seed": "number; another one has other random numbers",
    "gap_s": "seconds of the modem's time since the command before (1)",
    "power": "cycle: its power was cut for ten seconds in that time",
    "pace": "real: waits take their time",
    "answer_ms": "milliseconds until it answers a request (1)",
    "mode": "boot mode of a new modem",
    "half_written": "1: a new modem whose update was cut",
    "build": "five-digit build of a new modem",
    "version": "the four numbers before it",
    "nb_iot": "1 or 0: the radio of that build",
    "stalls": "0: no stalls while it writes",
    "quick": "1: no stalls, and installs take no time",
    "max_burst": "bytes that the port takes unanswered (0: no limit)",
}


class SimLine(KeptLine):
    """The line to a modem that may be kept in a file.

    Args:
        modem: the modem.
        path: of that file, which is this line's alone; None for none.
        real_time: every wait takes its time.
        max_burst: what the port says of itself.
        user: the right to the file; given back at the end.
    """

    def __init__(
        self,
        modem: SimModem,
        path: Path | None = None,
        real_time: bool = False,
        max_burst: int = 0,
        user: SoleUser | None = None,
    ) -> None:
        save = None if path is None else partial(state_file.save, modem, path)
        super().__init__(modem, modem, save, user, real_time, max_burst=max_burst)
        self.modem = modem


def open_line(url: str) -> SimLine:
    """The line to that modem, in virtual time.

    Raises:
        ValueError: as `start`.
        OSError: as `start`; or the file cannot be written; EBUSY: another command has it.
    """
    given = parameters(url, URL_PARAMETERS)
    path = state_path(given)

    def made(user: SoleUser | None) -> SimLine:
        modem = start(url)
        burst = int(number(given, "max_burst", 0))
        line = SimLine(modem, path, given.get("pace") == "real", burst, user)
        line.jump(modem.now_us)
        return line

    return for_sole_user(path, made)


def start(url: str) -> SimModem:
    """The modem that a `sim://PROFILE?name=value&…` address names; see `URL_PARAMETERS`.

    Raises:
        ValueError: it says something that is not understood, or the file holds something else.
        OSError: the file cannot be read.
    """
    given = parameters(url, URL_PARAMETERS)
    profile = _profile(urlsplit(url).netloc, given)
    its_faults = faults.parse(given.get("fault", ""))
    its_assumptions = assumptions.parse(given.get("assume", ""))
    seed = int(number(given, "seed", 0))
    path = state_path(given)
    if path is None or not path.exists():
        return SimModem(profile, its_assumptions, its_faults, seed=seed)
    modem = state_file.load(path, profile, its_assumptions, its_faults, seed)
    _let_pass(modem, given)
    return modem


def _let_pass(modem: SimModem, given: dict[str, str]) -> None:
    """The time between two commands goes by, and nobody listens."""
    if given.get("power") == "cycle":
        modem.power(False, modem.now_us)
        modem.power(True, modem.now_us + POWER_CYCLE_US)
    until_us = modem.now_us + int(number(given, "gap_s", 1) * SECOND_US)
    while (due_us := modem.next_due()) is not None and due_us <= until_us:
        modem.take(due_us)
    modem.advance(until_us)


def _profile(name: str, given: dict[str, str]) -> Profile:
    profile = profiles.find(name)
    if "mode" in given and given["mode"] not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {given['mode']!r}")
    timing = dataclasses.replace(
        profile.timing,
        answer_us=int(number(given, "answer_ms", profile.timing.answer_us / 1000) * 1000),
        stalls=() if given.get("stalls") == "0" else profile.timing.stalls,
    )
    if given.get("quick") == "1":
        timing = dataclasses.replace(timing, stalls=(), install_us=0, bootrom_install_us=0)
    return dataclasses.replace(
        profile,
        start_mode=given.get("mode", profile.start_mode),
        start_half_written=given.get("half_written", "0") == "1",
        build=int(number(given, "build", profile.build)),
        version=given.get("version", profile.version),
        nb_iot=given["nb_iot"] == "1" if "nb_iot" in given else profile.nb_iot,
        timing=timing,
    )
