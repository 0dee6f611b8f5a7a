"""What the simulated modem remembers: with power, and without.

Rules that hold here: `Memory` outlives a power cut, `Live` dies with it; both
are plain data, so that a modem can be saved and loaded at any point. `state`
holds both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from modemflash_sim.sequans.package import Facts
from modemflash_sim.sequans.profiles import Profile

CONTEXTS = {"1": '1,"IPV4V6","",,,0,0,0,0'}  # as a new modem has them
POWER_SAVING = "1,,,,"


@dataclass(slots=True)
class Memory:
    """What is in the modem's flash.

    Attributes:
        build: the build that runs, or would run if the application were whole.
        version: its four numbers.
        ue: its UE version.
        nb_iot: its radio.
        built: when and by whom.
        boot_loaders: Bootloader0, 1 and 2 as showver names them.
        active_boot_loader: the one with the star.
        boot_choice: the AT+SMSWBOOT number for the next boot.
        half_written: the application is not whole.
        half_boot_rom: the boot ROM is not whole.
        part_one: part 1 of a two-part package is in, part 2 is not.
        staged: the image that waits in the file system.
        report: "", "on-going", "success" or "fail: why", what AT+SMUPGRADE? is about.
        bricked: why it will never talk again; "" when it will.
        updater_seen: an updater ELF was loaded once.
        errors_only: it answers ERROR to everything until an image is installed.
        blocks: TRANSFER_BLOCK requests seen so far.
        spent: how often each counted fault has happened.
        contexts: number -> the context as +CGDCONT has it.
        power_saving: as +CPSMS has it.
    """

    build: int
    version: str
    ue: str
    nb_iot: bool
    built: str
    boot_loaders: list[str]
    active_boot_loader: int
    boot_choice: int = 1
    half_written: bool = False
    half_boot_rom: bool = False
    part_one: bool = False
    staged: Facts | None = None
    report: str = ""
    bricked: str = ""
    updater_seen: bool = False
    errors_only: bool = False
    blocks: int = 0
    spent: dict[str, int] = field(default_factory=dict)
    contexts: dict[str, str] = field(default_factory=lambda: dict(CONTEXTS))
    power_saving: str = POWER_SAVING

    @classmethod
    def fresh(cls, profile: Profile) -> Memory:
        """The memory of a modem that was never talked to."""
        return cls(
            build=profile.build,
            version=profile.version,
            ue=profile.ue,
            nb_iot=profile.nb_iot,
            built=profile.built,
            boot_loaders=list(profile.boot_loaders),
            active_boot_loader=profile.active_boot_loader,
            half_written=profile.start_half_written,
        )


@dataclass(slots=True)
class Live:
    """What a running modem is doing; gone with the power.

    Attributes:
        powered: it has power.
        powered_at_us: since when.
        phase: "off", "starting" (silent), "at", "stp", "data", "installing" (silent), "bricked".
        mode: the boot mode, a key of `MODES`.
        baud: the rate of its side of the line.
        echo: commands are echoed.
        functionality: what AT+CFUN? names.
        next_mode: where the boot under way leads.
        next_baud: the rate after it, or after AT+IPR.
        installing: the image that is being installed.
        install_purpose: "staged" or "on-the-fly".
        commands: AT commands since the last boot.
        busy_until_us: it takes requests, but answers none before.
        timers: name -> when it fires, in microseconds.
    """

    powered: bool = True
    powered_at_us: int = 0
    phase: str = "at"
    mode: str = "application"
    baud: int = 921600
    echo: bool = False
    functionality: int = 1
    next_mode: str = "application"
    next_baud: int = 921600
    installing: Facts | None = None
    install_purpose: str = ""
    commands: int = 0
    busy_until_us: int = 0
    timers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """A transfer session under way, as far as it can be kept: its image's bytes cannot.

    Attributes:
        purpose: "staged", "on-the-fly", or "updater".
        opened: OPEN_SESSION was acknowledged.
        next_transaction: the id that the next request must have.
        data_type: as the session said; 0 when it did not.
        last_us: when the last byte came.
        half_header: the header of a request that is not whole, in hex; "" when there is none.
        half_payload_bytes: how much of its payload came.
        image: what the image is, as far as it came.
    """

    purpose: str
    opened: bool
    next_transaction: int
    data_type: int
    last_us: int
    half_header: str
    half_payload_bytes: int
    image: Facts | None
