"""Which devices can be simulated, and the one opener of `sim://` addresses.

Rules that hold here: a family of devices is one row, its profile names are the hosts of
`sim://PROFILE?name=value&…`, and no name belongs to two families; what the rest of an
address means is the family's own business. To add a family, add its row to `FAMILIES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.endpoints.wire import PoweredDevice
from modemflash_sim.names import meant
from modemflash_sim.quectel_edl import address as quectel_edl
from modemflash_sim.quectel_edl import profiles as quectel_edl_profiles
from modemflash_sim.quectel_gnss import address as quectel_gnss
from modemflash_sim.quectel_gnss import profiles as quectel_gnss_profiles
from modemflash_sim.sequans import address as sequans
from modemflash_sim.sequans import profiles as sequans_profiles

SCHEME = "sim"


class SimulatedDevice(PoweredDevice, Protocol):
    """A device that can also say what was done to it."""

    @property
    def verdict(self) -> Any:
        """The device's own account: a dataclass of its family."""


@dataclass(frozen=True, slots=True)
class DeviceFamily:
    """One row of `FAMILIES`.

    Attributes:
        profiles: the names of its devices.
        start: makes the device that an address names; ValueError or OSError when it cannot.
        open_line: the same as the engine's port and clock, in virtual time.
    """

    profiles: tuple[str, ...]
    start: Callable[[str], SimulatedDevice]
    open_line: Callable[[str], VirtualLine]


FAMILIES: dict[str, DeviceFamily] = {
    "sequans": DeviceFamily(tuple(sequans_profiles.PROFILES), sequans.start, sequans.open_line),
    "quectel-gnss": DeviceFamily(
        tuple(quectel_gnss_profiles.PROFILES), quectel_gnss.start, quectel_gnss.open_line
    ),
    "quectel-edl": DeviceFamily(
        tuple(quectel_edl_profiles.PROFILES), quectel_edl.start, quectel_edl.open_line
    ),
}


def family_of(url: str) -> DeviceFamily:
    """The family of the device that a `sim://` address names.

    Raises:
        ValueError: it is no such address, or there is no such device; with the names that there are.
    """
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        raise ValueError(f"{url!r} does not start with sim://")
    for family in FAMILIES.values():
        if parts.netloc in family.profiles:
            return family
    names = [name for family in FAMILIES.values() for name in family.profiles]
    raise ValueError(f"no simulated device is named {parts.netloc!r}{meant(parts.netloc, names)}")


def start(url: str) -> SimulatedDevice:
    """The device that an address names, to be served at an endpoint.

    Raises:
        ValueError: the address says something that is not understood, or its state file holds something else.
        OSError: the state file cannot be read.
    """
    return family_of(url).start(url)


def open_line(url: str) -> VirtualLine:
    """The same as the engine's port and clock in one object, in virtual time.

    Raises:
        ValueError: as `start`.
        OSError: as `start`; or the state file cannot be written.
    """
    return family_of(url).open_line(url)
