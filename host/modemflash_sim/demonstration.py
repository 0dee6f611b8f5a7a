"""The scenario of `modemflash demo`: a difficult modem at an endpoint, and firmware for it.

Rule: the modem's times are shortened, everything else is as it is for an owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modemflash_sim.sequans import faults, images, profiles
from modemflash_sim.sequans.modem import SimModem

FROM_BUILD, TO_BUILD = 38638, 41065
FAULTS = "leftover:2,crash-dump:3000,switch-refused:1,drop:0.01"
_IMAGE_BYTES = 500_000
_SECOND = profiles.SECOND_US
_TIMES = profiles.Timing(boot_us=2 * _SECOND, stalls=((30, 11 * _SECOND),), install_us=6 * _SECOND)
_SEED = 3


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What is there to be used.

    Attributes:
        port: where the modem answers.
        firmware: the file that leads to `TO_BUILD`.
        updater: its updater ELF.
        modem: leave it alone until its endpoint is closed.
    """

    port: str
    firmware: Path
    updater: Path
    modem: SimModem


def difficult_modem() -> SimModem:
    """The modem of the demonstration."""
    return SimModem(profiles.find("pycom-catm1", timing=_TIMES), faults=faults.parse(FAULTS), seed=_SEED)


def write_files(folder: Path) -> tuple[Path, Path]:
    """The firmware and its updater ELF, in a folder."""
    firmware, updater = folder / f"CATM1-{TO_BUILD}.dup", folder / "updater.elf"
    firmware.write_bytes(images.make_full_image(TO_BUILD, size_bytes=_IMAGE_BYTES))
    updater.write_bytes(images.make_updater_elf())
    return firmware, updater


@contextmanager
def demonstration(endpoint: str, folder: Path) -> Iterator[Demonstration]:
    """Serve the modem, with its files in `folder`.

    Args:
        endpoint: see `endpoints.serve.open_endpoint`.
        folder: where the files are written; the caller removes it.
    """
    from modemflash_sim.endpoints.serve import serve  # a browser has no endpoints

    modem = difficult_modem()
    firmware, updater = write_files(folder)
    with serve(modem, endpoint) as port:
        yield Demonstration(port, firmware, updater, modem)
