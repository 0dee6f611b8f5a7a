"""Which GNSS modules can be simulated. Times are those of the vendor's guide, in microseconds."""

from __future__ import annotations

from dataclasses import dataclass

MS, SECOND_US = 1_000, 1_000_000
BOOT_BAUD = 460_800


@dataclass(frozen=True, slots=True)
class Profile:
    """One module.

    Attributes:
        version, date, time: what its application says.
        has_application: False after an interrupted update.
        app_baud: the saved rate.
        boot: the version of its boot loader.
        window_us: how long the boot loader waits after a reset.
        erase_us, last_us, start_us: of the erase, of the last packet, of the application's start.
        answer_us: until any other answer.
    """

    name: str
    version: str = "LG290P03AANR01A06S"
    date: str = "2025/09/18"
    time: str = "15:57:00"
    has_application: bool = True
    app_baud: int = 460_800
    boot: tuple[int, int, int] = (1, 0, 1)
    window_us: int = 500 * MS
    erase_us: int = 4 * SECOND_US
    last_us: int = 9 * SECOND_US
    start_us: int = 900 * MS
    answer_us: int = 300


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("lg290p"),
        Profile("lg290p-115200", app_baud=115_200),
        Profile("lg290p-interrupted", has_application=False),
        Profile("lg580p", version="LG580P03AANR01A02S", date="2025/03/01", time="10:00:00"),
    )
}
