"""A simulated modem in a file, so that it is kept between commands.

Rules that hold here: the file is JSON that a person can read, with a format
number; it is replaced as a whole or not at all; a file that is not understood
is refused, never repaired; it has one user at a time. What is lost: the bytes of an image that
is being taken (its session is kept and must start anew), half an AT line, and
output that has not left yet.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from modemflash_sim import state_files
from modemflash_sim.plain_data import made
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.faults import Faults
from modemflash_sim.sequans.memory import Live, Memory, Session
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.profiles import Profile
from modemflash_sim.sequans.verdict import Record

FORMAT = "modemflash simulated modem"
FORMAT_NUMBER = 2


class BadStateFile(ValueError):
    """The file does not hold a simulated modem, or not this one."""


def save(modem: SimModem, path: Path) -> None:
    """Write the modem to `path`, all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    session = modem.session
    content = {
        "format": FORMAT,
        "number": FORMAT_NUMBER,
        "profile": modem.profile.name,
        "now_us": modem.now_us,
        "memory": dataclasses.asdict(modem.memory),
        "live": dataclasses.asdict(modem.live),
        "session": None if session is None else dataclasses.asdict(session),
        "record": dataclasses.asdict(modem.record),
    }
    state_files.write(path, json.dumps(content, indent=1) + "\n")


def load(
    path: Path,
    profile: Profile,
    assumptions: Assumptions | None = None,
    faults: Faults | None = None,
    seed: int = 0,
) -> SimModem:
    """The modem in `path`. Assumptions and faults are not in the file: they are given anew.

    Raises:
        BadStateFile: the file holds something else.
        OSError: the file cannot be read.
    """
    try:
        content = state_files.read_json(path)
    except ValueError as error:
        raise BadStateFile(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadStateFile(f"{path} does not hold a simulated modem")
    if content.get("number") != FORMAT_NUMBER:
        raise BadStateFile(f"{path} is of format {content.get('number')}, this program reads {FORMAT_NUMBER}")
    if content.get("profile") != profile.name:
        raise BadStateFile(f"{path} holds a {content.get('profile')}, not a {profile.name}")
    try:
        modem = SimModem(
            profile,
            assumptions,
            faults,
            seed=seed,
            now_us=made(int, content.get("now_us"), "now_us"),
            memory=made(Memory, content.get("memory"), "memory"),
            live=made(Live, content.get("live"), "live"),
            record=made(Record, content.get("record"), "record"),
        )
        session = made(Session | None, content.get("session"), "session")
        if session is not None:
            modem.resume(session)
    except (ValueError, OverflowError) as error:
        raise BadStateFile(f"{path} is damaged: {error}") from error
    return modem
