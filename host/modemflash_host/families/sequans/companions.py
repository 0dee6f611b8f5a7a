"""The files that Sequans firmware may need beside itself: an updater, and a boot ROM.

Rule: an updater that lies beside the firmware is taken when it is the only one; a
boot ROM is taken only when it was named.
"""

from __future__ import annotations

from pathlib import Path

from modemflash.builds import BOOT_ROM, UPDATER
from modemflash_host.files.selection import Companion

UPDATER_NAMES = ("updater.elf", "mtools.elf")


def companions(updater: Path | None = None, bootrom: Path | None = None) -> tuple[Companion, ...]:
    """What may be needed, with what the user said about it."""
    return (
        Companion(UPDATER, "updater", updater, UPDATER_NAMES),
        Companion(BOOT_ROM, "boot ROM package", bootrom),
    )
