"""`sim://` addresses of Quectel modems: the modem they name, and a line to one of its ports in virtual time.

Rules: one command sees all ports of the modem through `open_bus`, which keeps it
alive while its ports come and go; a modem that was given a file goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from modemflash_sim.address import for_sole_user, number, parameters, state_path
from modemflash_sim.quectel_edl import assumptions, faults, state_file
from modemflash_sim.quectel_edl.line import QuectelLine
from modemflash_sim.quectel_edl.module import SimPort, SimQuectel
from modemflash_sim.quectel_edl.profiles import PROFILES
from modemflash_sim.state_files import SoleUser

URL_PARAMETERS = {
    "state": "file that keeps the modem between commands",
    "port": "which of its ports: DM, NMEA, AT, modem, EDL or dump; the first that it has",
    "fault": "NAME:ARGUMENT:…, several by commas; see `simulate module --list`",
    "assume": "NAME:BEHAVIOUR, several by commas",
    "seed": "number; another one has another EFS2",
}


class ModemBus:
    """A modem on the USB of a computer, in virtual time: its ports now, and time that passes.

    Args:
        modem: the modem.
        save: keeps it; None for no file.
        user: the right to that file; given back at the end.
    """

    def __init__(
        self, modem: SimQuectel, save: Callable[[], None] | None = None, user: SoleUser | None = None
    ) -> None:
        self.modem = modem
        self._save = save
        self._user = user

    @property
    def ports(self) -> tuple[SimPort, ...]:
        """Those that it has now."""
        return self.modem.ports

    def open(self, port: SimPort) -> QuectelLine:
        """The line to one of them; closing it leaves the modem alone."""
        return QuectelLine(port, self._save)

    def ticks_ms(self) -> int:
        """The modem's time."""
        return self.modem.now_us // 1000

    def sleep_ms(self, ms: int) -> None:
        """Let time pass while no port is open."""
        self.modem.advance(self.modem.now_us + ms * 1000)

    def close(self) -> None:
        """The command is over; the modem goes on."""
        try:
            if self._save is not None:
                self._save()
        finally:
            if self._user is not None:
                self._user.close()


def start(url: str) -> SimQuectel:
    """The modem that a `sim://PROFILE?name=value&…` address names; see `URL_PARAMETERS`.

    Raises:
        ValueError: it says something that is not understood, or the file holds something else.
        OSError: the file cannot be read.
    """
    given = parameters(url, URL_PARAMETERS)
    modem = SimQuectel(
        PROFILES[urlsplit(url).netloc],
        assumptions.parse(given.get("assume", "")),
        faults.parse(given.get("fault", "")),
        int(number(given, "seed", 0)),
    )
    path = state_path(given)
    if path is not None and path.exists():
        state_file.load(modem, path)
    return modem


def open_bus(url: str) -> ModemBus:
    """That modem with all its ports.

    Raises:
        ValueError: as `start`.
        OSError: as `start`; EBUSY: another command has its file.
    """
    path = state_path(parameters(url, URL_PARAMETERS))

    def made(user: SoleUser | None) -> ModemBus:
        modem = start(url)
        return ModemBus(modem, None if path is None else partial(state_file.save, modem, path), user)

    return for_sole_user(path, made)


def open_line(url: str) -> QuectelLine:
    """The line to one of its ports.

    Raises:
        ValueError: as `start`; or it has no such port now.
        OSError: as `open_bus`.
    """
    path = state_path(parameters(url, URL_PARAMETERS))
    wanted = parameters(url, URL_PARAMETERS).get("port", "")

    def made(user: SoleUser | None) -> QuectelLine:
        modem = start(url)
        has = [port for port in modem.ports if wanted.lower() in ("", port.role.lower())]
        if not has:
            roles = ", ".join(port.role for port in modem.ports) or "none"
            raise ValueError(f"{modem.profile.name} has no port {wanted!r} now; it has {roles}")
        return QuectelLine(has[0], None if path is None else partial(state_file.save, modem, path), user)

    return for_sole_user(path, made)
