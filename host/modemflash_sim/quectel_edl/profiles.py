"""Which Quectel modems can be simulated. Times are in microseconds; the flash is a small one.

Rule: USB ids, interfaces, page sizes and ways to read are those of the descriptions;
the id of the RM551E is not in them and only believed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from modemflash_sim.quectel_edl.partition_tables import LAYOUT, Layout

MS, SECOND_US = 1_000, 1_000_000
APPLICATION, EDL, PROGRAMMER, CRASH_DUMP, OFF, ABSENT = (
    "application",
    "edl",
    "programmer",
    "crash-dump",
    "off",
    "absent",
)
MODES = (APPLICATION, EDL, PROGRAMMER, CRASH_DUMP)
"""Those that it stays in."""
DM, NMEA, AT, MODEM = "DM", "NMEA", "AT", "modem"
_USUAL = ((0, DM), (1, NMEA), (2, AT), (3, MODEM))


@dataclass(frozen=True, slots=True)
class Profile:
    """One modem.

    Attributes:
        model, revision: what it says of itself; revision as AT+QGMR says it.
        product: of its USB id, behind 2c7c.
        chip: a programmer that names another one is refused.
        interfaces: number and use of each port while it runs.
        page, per_block, blocks: of its NAND.
        layout: of its partitions.
        sahara: the version of the protocol.
        wide: its boot ROM asks with READ_DATA64.
        pending: its boot ROM ends with "more images pending".
        max_payload: what its programmer takes.
        start: the mode it is found in.
        has_efs2: False where somebody erased EFS2.
        reenumerate_us, boot_us: until the port of EDL, of the application is there.
        start_us: until the programmer says its first line.
        erase_us, program_us: for a block, for the end of an image.
    """

    name: str
    model: str = "RM520N-GL"
    revision: str = "RM520NGLAAR01A05M4G_01.001.01.001"
    product: int = 0x0801
    chip: str = "SDX6X"
    interfaces: tuple[tuple[int, str], ...] = _USUAL
    page: int = 4096
    per_block: int = 64
    blocks: int = 60
    layout: Layout = LAYOUT
    sahara: int = 2
    wide: bool = False
    pending: bool = False
    max_payload: int = 8192
    start: str = APPLICATION
    has_efs2: bool = True
    reenumerate_us: int = 1500 * MS
    boot_us: int = 12 * SECOND_US
    start_us: int = 300 * MS
    erase_us: int = 3 * MS
    program_us: int = 20 * MS


_RM520N = Profile("rm520n", pending=True)
_RM502Q = Profile("rm502q", "RM502Q-AE", "RM502QAEAAR11A03M4G_01.001.01.001", product=0x0800, chip="SDX55")
_EG25 = Profile(
    "eg25",
    "EG25",
    "EG25GGBR07A08M2G_30.004.30.004",
    product=0x0125,
    chip="9X07",
    page=2048,
    pending=True,
)
_RM551E = Profile(
    "rm551e",
    "RM551E-GL",
    "RM551EGL00AAR01A02M8G_01.001.01.001",
    product=0x0122,
    chip="SDX7X",
    sahara=3,
    wide=True,
    max_payload=16384,
)
_BG95 = Profile(
    "bg95",
    "BG95-M3",
    "BG95M3LAR02A03_01.009.01.009",
    product=0x0700,
    chip="9X05",
    page=2048,
    interfaces=((0, DM), (1, NMEA), (2, AT), (4, MODEM)),
)

PROFILES = {
    profile.name: profile
    for profile in (
        _RM520N,
        dataclasses.replace(_RM520N, name="rm520n-edl", start=EDL),
        dataclasses.replace(_RM520N, name="rm520n-programmer", start=PROGRAMMER),
        dataclasses.replace(_RM520N, name="rm520n-dump", start=CRASH_DUMP),
        dataclasses.replace(_RM520N, name="rm520n-cfun5", has_efs2=False),
        _RM502Q,
        _EG25,
        _RM551E,
        _BG95,
    )
}
