"""`sim://` addresses of GNSS modules: the module they name, and its line in virtual time.

Rules: a module that was given a file goes on from there at the next command, and
the file is written whenever its flash or its mode has changed; of a session only
that it was open is kept, never what it had taken.
"""

from __future__ import annotations

import dataclasses
import json
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from modemflash_sim import state_files
from modemflash_sim.address import KeptLine, for_sole_user, number, parameters, state_path
from modemflash_sim.plain_data import made
from modemflash_sim.quectel_gnss import assumptions, faults
from modemflash_sim.quectel_gnss.module import COMMAND, SimGnss
from modemflash_sim.quectel_gnss.profiles import PROFILES, SECOND_US

URL_PARAMETERS = {
    "state": "file that keeps the module between commands",
    "fault": "NAME:ARGUMENT:…, several by commas; see `simulate module --list`",
    "assume": "NAME:BEHAVIOUR, several by commas",
    "seed": "number; another one has other random numbers",
    "hand_s": "somebody presses RESET every so many seconds (0: nobody)",
    "latency_ms": "how late an adapter hands on what it received (1)",
}


@dataclasses.dataclass(slots=True)
class _Kept:
    """What a state file holds."""

    profile: str
    now_us: int
    in_session: bool
    application: list[str]
    app_baud: int
    updates: int
    erases: int
    violations: list[str]


class GnssLine(KeptLine):
    """The line to a module that may be kept in a file.

    Args:
        module: the module.
        path: of that file; None for none.
        latency_ms: of the adapter.
        user: the right to the file; given back at the end.
    """

    def __init__(
        self,
        module: SimGnss,
        path: Path | None = None,
        latency_ms: int = 1,
        user: state_files.SoleUser | None = None,
    ) -> None:
        keep = None if path is None else partial(save, module, path)
        super().__init__(module, module, keep, user, latency_us=latency_ms * 1000)
        self.module = module


def save(module: SimGnss, path: Path) -> None:
    """Write the module to `path`, all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    memory = module.memory
    kept = _Kept(
        module.profile.name,
        module.now_us,
        module.mode == COMMAND,
        list(memory.application or ()),
        memory.app_baud,
        memory.updates,
        memory.erases,
        list(module.verdict.violations),
    )
    state_files.write(path, json.dumps(dataclasses.asdict(kept), indent=1) + "\n")


def open_line(url: str) -> GnssLine:
    """The line to that module, in virtual time.

    Raises:
        ValueError: as `start`.
        OSError: as `start`; or the file cannot be written; EBUSY: another command has it.
    """
    given = parameters(url, URL_PARAMETERS)
    path = state_path(given)

    def made(user: state_files.SoleUser | None) -> GnssLine:
        return GnssLine(start(url), path, int(number(given, "latency_ms", 1)), user)

    return for_sole_user(path, made)


def start(url: str) -> SimGnss:
    """The module that a `sim://PROFILE?name=value&…` address names; see `URL_PARAMETERS`.

    Raises:
        ValueError: it says something that is not understood, or the file holds something else.
        OSError: the file cannot be read.
    """
    given = parameters(url, URL_PARAMETERS)
    module = SimGnss(
        PROFILES[urlsplit(url).netloc],
        assumptions.parse(given.get("assume", "")),
        faults.parse(given.get("fault", "")),
        int(number(given, "seed", 0)),
        int(number(given, "hand_s", 0) * SECOND_US),
    )
    path = state_path(given)
    if path is not None and path.exists():
        try:
            kept = made(_Kept, state_files.read_json(path), path.name)
        except ValueError as error:
            raise ValueError(f"{path} holds no simulated module: {error}") from error
        if kept.profile != module.profile.name or len(kept.application) not in (0, 3):
            raise ValueError(f"{path} holds a simulated {kept.profile}")
        memory = module.memory
        memory.application = (
            (kept.application[0], kept.application[1], kept.application[2]) if kept.application else None
        )
        memory.app_baud, memory.updates, memory.erases = kept.app_baud, kept.updates, kept.erases
        memory.violations = kept.violations
        module.resume(in_session=kept.in_session)
    return module
