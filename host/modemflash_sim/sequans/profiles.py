"""The modems that can be simulated: what each is, and how long things take.

Rules that hold here: a profile is data; every time is a setting, in
microseconds; the built-in times are assumed, not measured. Identity numbers
are never those of a real modem.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

SECOND_US = 1_000_000

# boot mode: the number that AT+SMOD? names
MODES = {"boot-loader": 0, "mtools": 1, "application": 2, "updater": 3, "recovery": 4}
# AT+SMSWBOOT: the number asked for, the word it is reported by, the boot mode it leads to
BOOT_CHOICES = {
    0: ("FFH", "boot-loader"),
    1: ("FFF", "application"),
    2: ("UPDATER", "updater"),
    3: ("RECOVERY", "recovery"),
}

BOOT_LOADER_CHOICE, APPLICATION_CHOICE, RECOVERY_CHOICE = 0, 1, 3
# The boot mode after a power cut in the middle of an install -> the choice that leads there.
CHOICE_AFTER_CUT = {"recovery": RECOVERY_CHOICE, "boot-loader": BOOT_LOADER_CHOICE}

FAST_BAUD = 921600
SLOW_BAUD = 115200


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in microseconds.

    Attributes:
        answer_us: from the last byte of a request to the first of its answer.
        boot_us: from power or reboot to the first word.
        updater_start_us: from the end of an updater ELF to its first word.
        stalls: (percent of the image, wait) pairs: that block's answer comes so much later.
        install_us: installing an image.
        bootrom_install_us: installing a boot ROM package.
        stp_idle_us: a session without traffic ends after this.
        short_payload_us: a payload is given up after this much silence.
        guard_us: the quiet that must stand on both sides of `+++`.
    """

    answer_us: int = 1_000
    boot_us: int = 4 * SECOND_US
    updater_start_us: int = 60 * SECOND_US
    stalls: tuple[tuple[int, int], ...] = ((8, 90 * SECOND_US), (99, 60 * SECOND_US))
    install_us: int = 180 * SECOND_US
    bootrom_install_us: int = 20 * SECOND_US
    stp_idle_us: int = 60 * SECOND_US
    short_payload_us: int = SECOND_US
    guard_us: int = SECOND_US


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of modem in one state.

    Attributes:
        name: the key in `PROFILES`.
        product: what AT+CGMM says.
        maker: what AT+CGMI says.
        chip: the second line of ATI.
        build: the five-digit build that runs.
        version: the four numbers before it, "5.1.1.0".
        ue: the UE version, "5.0.0.0d".
        boot_loaders: what showver names for Bootloader0, 1 and 2.
        active_boot_loader: the one marked with a star.
        built: when and by whom, as showver says it.
        extra_lines: more lines of showver, between UE and the frame's end.
        showver_twice: the whole block comes again after OK.
        nb_iot: the radio of the build that runs.
        foreign: texts of other products; an image that holds one fails here.
        stp_version: the session version, 1 or 2.
        max_transfer: what a session takes, header included.
        boot_loader_max_transfer: the same for an updater ELF.
        echo: commands are echoed until ATE0.
        start_mode: the boot mode at the start.
        start_half_written: an earlier update was cut: the application is not whole.
        timing: how long things take.
    """

    name: str
    product: str
    maker: str
    chip: str
    build: int
    version: str
    ue: str
    boot_loaders: tuple[str, str, str]
    active_boot_loader: int
    built: str
    extra_lines: tuple[str, ...] = ("ZSP0 1.0.99-13028  ZSP1 1.0.98-12295",)
    showver_twice: bool = False
    nb_iot: bool = False
    foreign: tuple[str, ...] = ("GM02S",)
    stp_version: int = 1
    max_transfer: int = 8192
    boot_loader_max_transfer: int = 2048
    echo: bool = False
    start_mode: str = "application"
    start_half_written: bool = False
    timing: Timing = field(default_factory=Timing)


def _pycom(
    name: str,
    build: int,
    ue: str,
    boot_loaders: tuple[str, str, str],
    active: int,
    built: str,
    version: str = "5.1.1.0",
    extra_lines: tuple[str, ...] = ("ZSP0 1.0.99-13028  ZSP1 1.0.98-12295",),
    showver_twice: bool = False,
    nb_iot: bool = False,
) -> Profile:
    return Profile(
        name=name,
        product="FiPy",
        maker="PYCOM",
        chip="VZM20Q",
        build=build,
        version=version,
        ue=ue,
        boot_loaders=boot_loaders,
        active_boot_loader=active,
        built=built,
        extra_lines=extra_lines,
        showver_twice=showver_twice,
        nb_iot=nb_iot,
    )


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _pycom(
            "pycom-catm1",
            38638,
            "5.0.0.0d",
            ("5.1.1.0 [41065]", "5.1.1.0 [38638]", "5.1.1.0 [38638]"),
            2,
            "by robot-soft at 2018-08-20 09:51:46",
        ),
        _pycom(
            "pycom-nb1",
            41019,
            "6.0.0.0",
            ("5.1.1.0 [41065]", "6.0.0.0 [41019]", "5.1.1.0 [41065]"),
            1,
            "by robot-soft at 2018-12-13 21:41:15",
            version="6.0.0.0",
            extra_lines=("ZSP0 1.0.99-3171 ZSP1 1.0.98-3170",),
            nb_iot=True,
        ),
        _pycom(
            "pycom-factory",
            33080,
            "Unknown",
            ("5.1.1.0 [33080]", "NA", "NA"),
            0,
            "by robot-soft at 2017-10-27 07:49:11",
            extra_lines=("ZSP0 1.0.98-12323  ZSP1 1.0.98-12295",),
        ),
        _pycom(
            "pycom-mixed",
            33988,
            "5.0.0.0c",
            (
                "5.1.1.0 [33080]",
                "BUILD5.1.1.0-33988 by robot-soft at 2017-12-11 15:06:33",
                "5.1.1.0 [39529]",
            ),
            1,
            "by robot-soft at 2017-12-11 15:04:15",
        ),
        _pycom(
            "pycom-upgraded",
            38638,
            "5.0.0.0d",
            ("5.1.1.0 [33080]", "5.1.1.0 [38638]", "5.1.1.0 [38638]"),
            2,
            "by robot-soft at 2018-08-20 09:51:46",
        ),
        _pycom(
            "pycom-50523",
            50523,
            "5.4.0.2",
            ("6.0.0.0 [44556]", "5.4.1.0 [50523]", "6.1.2.0 [46262]"),
            1,
            "by robot-soft at 2020-08-31 09:28:03",
            version="5.4.1.0",
            extra_lines=(
                "Ecopaging    : 5.4.1.0 [50523] by robot-soft at 2020-08-31 09:28:03",
                "pxl          : 5.4.1.0-50523",
                "ZSP0 1.0.0-16046  ZSP1 1.0.99-15984",
            ),
            showver_twice=True,
        ),
        Profile(
            name="gm02s",
            product="GM02S",
            maker="SEQUANS Communications",
            chip="GM02S",
            build=58000,
            version="8.0.5.11",
            ue="8.0.5.11",
            boot_loaders=("8.0.5.1 [55000]", "8.0.5.11 [58000]", "NA"),
            active_boot_loader=1,
            built="by robot-soft at 2022-05-12 10:00:00",
            extra_lines=(),
            foreign=("VZM20Q", "PYCOM", "FIPY"),
            stp_version=2,
            echo=True,
        ),
    )
}


def find(name: str, **changes: object) -> Profile:
    """A profile by name, with some of its fields changed.

    Raises:
        ValueError: no such profile.
    """
    if name not in PROFILES:
        raise ValueError(f"no simulated modem is named {name!r}; there are: {', '.join(PROFILES)}")
    return dataclasses.replace(PROFILES[name], **changes)  # type: ignore[arg-type]


def without_waits(profile: Profile) -> Profile:
    """The same modem with no stalls: for figures of throughput."""
    return dataclasses.replace(profile, timing=dataclasses.replace(profile.timing, stalls=()))


def with_answers_after(profile: Profile, answer_us: int) -> Profile:
    """The same modem with another answer latency."""
    return dataclasses.replace(profile, timing=dataclasses.replace(profile.timing, answer_us=answer_us))
