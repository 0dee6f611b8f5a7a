"""The state table of the simulated modem, row by row, and its assumptions both ways."""

import dataclasses
from collections.abc import Callable

import pytest

from modemflash_sim.sequans import assumptions, faults, images, profiles
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.package import PART_ONE_BYTES
from modemflash_sim.sequans.profiles import FAST_BAUD, SLOW_BAUD, Timing
from support.plain_updater import Updater

ON_THE_FLY = 'AT+SMSTPU="ON_THE_FLY"'
IMAGE = images.make_full_image(41065, size_bytes=40_000)
DIFFERENCE = images.make_difference(38638, 41065, size_bytes=30_000)
BRICKED = b""


def modem_of(profile: str = "pycom-catm1", assumed: str = "", fault: str = "", **changes: object) -> SimModem:
    """A modem without stalls; `changes` are fields of its profile."""
    timing = Timing(stalls=())
    return SimModem(
        profiles.find(profile, timing=timing, **changes), assumptions.parse(assumed), faults.parse(fault)
    )


def cycle(updater: Updater, boot_s: float = 8) -> None:
    """Cut the power, give it again, and be at the rate of what boots."""
    modem, line = updater.modem, updater.line
    modem.power(False, line.now_us)
    updater.wait(10)
    modem.power(True, line.now_us)
    updater.wait(boot_s)
    line.set_baud(modem.baud)


def half_way(updater: Updater, command: str = ON_THE_FLY, image: bytes = IMAGE) -> None:
    """A transfer whose updater dies after three blocks."""
    updater.at(command)
    updater.open_session()
    blocks = updater.blocks(image)
    for _ in range(3):
        next(blocks)


def mode_of(updater: Updater) -> str:
    """What AT+SMOD? says, by name."""
    updater.at("AT")
    digit = updater.at("AT+SMOD?").split()[0].decode()
    return next(name for name, number in profiles.MODES.items() if str(number) == digit)


# -- what works -----------------------------------------------------------


def test_a_full_image_through_recovery() -> None:
    """After the install and =1,1 the application runs the build of the description."""
    updater = Updater(modem_of())
    updater.full_image(IMAGE)
    assert updater.at("AT+SMUPGRADE?") == b"\r\n+SMUPGRADE: success\r\nOK\r\n"
    updater.switch(1)
    assert b"LR5.1.1.0-41065" in updater.at("ATI1")
    verdict = updater.modem.verdict
    assert verdict.violations == ()
    assert (verdict.build, verdict.mode, verdict.whole, verdict.bricked) == (41065, "application", True, "")
    assert [(taken.kind, taken.complete) for taken in verdict.images] == [("full", True)]


def test_a_staged_difference() -> None:
    """The modem installs it by itself, is silent meanwhile, and comes back as the new build."""
    updater = Updater(modem_of())
    updater.transfer("AT+SMSTPU", DIFFERENCE)
    assert b"38638" in updater.at("ATI1")
    assert updater.at("AT+SMUPGRADE") == b"\r\nOK\r\n"
    updater.wait(60)
    assert updater.at("AT") == b""
    updater.wait(140)
    assert b"LR5.1.1.0-41065" in updater.at("ATI1")
    assert b"success" in updater.at("AT+SMUPGRADE?")


def test_an_updater_elf_in_the_boot_loader() -> None:
    """The ELF starts after a minute and takes a full image as RECOVERY does."""
    updater = Updater(modem_of(start_mode="boot-loader", start_half_written=True), SLOW_BAUD)
    updater.at("AT")
    updater.at("AT+IPR=921600")
    updater.line.set_baud(FAST_BAUD)
    updater.transfer("AT+STP", images.make_updater_elf(9_000))
    updater.wait(50)
    assert updater.at("AT") == b""
    updater.wait(20)
    assert mode_of(updater) == "updater"
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    updater.switch(1)
    assert mode_of(updater) == "application"
    assert updater.modem.verdict.build == 41065


def test_the_factory_way_with_boot_rom() -> None:
    """Boot ROM on the fly, =0,1, the updater ELF, a full image."""
    updater = Updater(modem_of("pycom-factory"))
    updater.switch(3)
    updater.transfer(ON_THE_FLY, images.make_bootrom())
    updater.wait(30)
    assert b"success" in updater.at("AT+SMUPGRADE?")
    assert b"[33080]" in updater.modem.memory.boot_loaders[0].encode()
    updater.switch(0)
    updater.at("AT")
    updater.transfer("AT+STP", images.make_updater_elf(9_000))
    updater.wait(70)
    updater.line.set_baud(FAST_BAUD)
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    updater.switch(1)
    assert updater.modem.verdict.build == 41065
    assert updater.modem.memory.boot_loaders == ["5.1.1.0 [33080]", "5.1.1.0 [41065]", "5.1.1.0 [41065]"]


def test_mtools_takes_an_image() -> None:
    """Mode 1 prepares as the application and takes a full image on the fly."""
    updater = Updater(modem_of(start_mode="mtools"))
    assert updater.at("AT+CFUN=4") == b"\r\nOK\r\n"
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    updater.switch(1)
    assert updater.modem.verdict.build == 41065


def test_a_whole_compressed_transfer() -> None:
    """Version 2 takes one zlib stream with a window of 4096 bytes."""
    import zlib

    pack = zlib.compressobj(9, wbits=12)
    packed = pack.compress(IMAGE) + pack.flush()
    updater = Updater(modem_of("gm02s"))
    updater.at("ATE0")
    updater.full_image(packed, data_type=5)
    taken = updater.modem.verdict.images[-1]
    assert (taken.size_bytes, taken.complete, taken.data_type) == (len(IMAGE), True, 5)
    assert updater.modem.verdict.build == 41065


# -- cuts --------------------------------------------------------------------


def test_staged_transfer_cut() -> None:
    """Power lost in a staged transfer: the application, the old build, nothing staged."""
    updater = Updater(modem_of())
    half_way(updater, "AT+SMSTPU", DIFFERENCE)
    cycle(updater)
    assert mode_of(updater) == "application"
    assert updater.at("AT+SMUPGRADE") == b"\r\nERROR\r\n"
    assert updater.modem.verdict.build == 38638


@pytest.mark.parametrize("assumed", ["recovery", "boot-loader"])
def test_staged_install_cut(assumed: str) -> None:
    """Power lost while a staged image installs: RECOVERY, or the boot loader; half-written."""
    updater = Updater(modem_of(assumed="staged_install_cut:" + assumed))
    updater.transfer("AT+SMSTPU", DIFFERENCE)
    updater.at("AT+SMUPGRADE")
    updater.wait(30)
    cycle(updater)
    assert mode_of(updater) == assumed
    assert not updater.modem.verdict.whole


def test_on_the_fly_transfer_cut_by_the_updater() -> None:
    """It waits in the session, then RECOVERY, half-written."""
    updater = Updater(modem_of(start_mode="recovery"))
    half_way(updater)
    updater.wait(50)
    assert updater.at("AT") == b""
    updater.wait(61)
    assert mode_of(updater) == "recovery"
    assert not updater.modem.verdict.whole


def test_a_session_may_wait_for_ever() -> None:
    """With that assumption no time ends it; RESET and OPEN do, and the image starts anew."""
    updater = Updater(modem_of(assumed="stp_idle:for-ever", start_mode="recovery"))
    half_way(updater)
    updater.wait(3_600)
    assert updater.at("AT") == b""
    updater.open_session()
    for _ in updater.blocks(IMAGE):
        pass
    updater.close()
    assert updater.modem.verdict.images[-1].complete


@pytest.mark.parametrize("assumed", ["recovery", "boot-loader"])
@pytest.mark.parametrize("installing", [False, True])
def test_on_the_fly_cut_by_power(assumed: str, installing: bool) -> None:
    """In the transfer or in the install: RECOVERY, or the boot loader; half-written."""
    updater = Updater(modem_of(assumed="transfer_power_cut:" + assumed))
    updater.switch(3)
    if installing:
        updater.transfer(ON_THE_FLY, IMAGE)
        updater.wait(20)
    else:
        half_way(updater)
    cycle(updater)
    assert mode_of(updater) == assumed
    assert not updater.modem.verdict.whole


def test_half_written_and_told_to_boot_the_application() -> None:
    """The boot loader comes instead, and it can be recovered."""
    updater = Updater(modem_of(start_mode="recovery", start_half_written=True))
    updater.switch(1)
    assert mode_of(updater) == "boot-loader"


@pytest.mark.parametrize("installing", [False, True])
def test_boot_rom_cut_by_power_bricks(installing: bool) -> None:
    """A boot ROM that is half written never talks again."""
    updater = Updater(modem_of(start_mode="recovery"))
    if installing:
        updater.transfer(ON_THE_FLY, images.make_bootrom())
        updater.wait(5)
    else:
        half_way(updater, image=images.make_bootrom())
    cycle(updater)
    assert updater.at("AT") == BRICKED
    assert "boot ROM" in updater.modem.verdict.bricked


# -- bad paths ---------------------------------------------------------------


def install_staged(updater: Updater, image: bytes) -> None:
    updater.transfer("AT+SMSTPU", image)
    updater.at("AT+SMUPGRADE")
    updater.wait(200)


def install_on_the_fly(updater: Updater, image: bytes) -> None:
    updater.full_image(image)


DEATHS: list[tuple[str, str, Callable[[Updater, bytes], None], bytes]] = [
    ("wrong base", "pycom-catm1", install_staged, images.make_difference(33080, 41065, 9_000)),
    (
        "other boot ROM",
        "pycom-catm1",
        install_on_the_fly,
        images.container("UPGR", bytes(60_000), description="bootrom upgrade package UART2"),
    ),
    ("33080 to NB-IoT", "pycom-factory", install_on_the_fly, images.make_full_image(41019, size_bytes=9_000)),
    ("33080 to 48829", "pycom-factory", install_on_the_fly, images.make_full_image(48829, size_bytes=9_000)),
    (
        "NB-IoT to 48829",
        "pycom-nb1",
        install_on_the_fly,
        images.make_full_image(39529, size_bytes=PART_ONE_BYTES),
    ),
]


@pytest.mark.parametrize(
    ("profile", "install", "image"), [row[1:] for row in DEATHS], ids=[r[0] for r in DEATHS]
)
def test_a_listed_bad_path_bricks(
    profile: str, install: Callable[[Updater, bytes], None], image: bytes
) -> None:
    """The modem is silent for good, power or not."""
    updater = Updater(modem_of(profile))
    install(updater, image)
    assert updater.modem.verdict.bricked
    assert updater.at("AT") == BRICKED
    cycle(updater)
    assert updater.at("AT") == BRICKED


def test_bad_paths_the_other_way() -> None:
    """With the assumptions switched they fail, or work."""
    rows = [
        ("pycom-factory", "bad_path:fails", images.make_full_image(48829, size_bytes=9_000), b"fail"),
        ("pycom-nb1", "bad_path:fails", images.make_full_image(48829, size_bytes=9_000), b"fail"),
        (
            "pycom-factory",
            "factory_to_nb_iot:works,factory_without_updater:works",
            images.make_full_image(41019, size_bytes=9_000),
            b"success",
        ),
        ("pycom-factory", "", IMAGE, b"fail"),
        ("pycom-factory", "factory_without_updater:works", IMAGE, b"success"),
    ]
    for profile, assumed, image, word in rows:
        updater = Updater(modem_of(profile, assumed))
        updater.full_image(image)
        assert word in updater.at("AT+SMUPGRADE?"), (profile, assumed)


@pytest.mark.parametrize("assumed", ["bricks", "survives"])
def test_power_lost_between_the_parts_of_48829(assumed: str) -> None:
    """Part 1 reports 39529; power lost then bricks, or does not."""
    updater = Updater(modem_of(assumed="part_one_power_loss:" + assumed, build=41065))
    updater.full_image(images.make_full_image(39529, size_bytes=PART_ONE_BYTES))
    updater.switch(1)
    assert b"LR5.1.1.0-39529" in updater.at("ATI1")
    cycle(updater)
    assert (updater.at("AT") == BRICKED) is (assumed == "bricks")


def test_both_parts_of_48829() -> None:
    """Part 2 at once after part 1: the modem runs 48829, and a power cut does no harm."""
    updater = Updater(modem_of(build=41065))
    updater.full_image(images.make_full_image(39529, size_bytes=PART_ONE_BYTES))
    updater.switch(1)
    updater.full_image(images.make_full_image(48829, size_bytes=50_000))
    updater.switch(1)
    cycle(updater)
    assert b"LR5.2.1.0-48829" in updater.at("ATI1")


WRONG = [
    ("short", IMAGE[:-1]),
    ("damaged", IMAGE[:500] + b"\xff\x00" + IMAGE[502:]),
    ("another product", images.make_full_image(59577, "GM02S", size_bytes=9_000)),
    ("no container", b"rubbish" * 900),
    ("no build named", images.container("UPGR", bytes(5_000))),
    ("a difference without its base", DIFFERENCE),
    ("part 2 alone", images.make_full_image(48829, size_bytes=9_000)),
]


@pytest.mark.parametrize("image", [image for _, image in WRONG], ids=[name for name, _ in WRONG])
def test_a_wrong_image_on_the_fly_fails(image: bytes) -> None:
    """It says fail, stays in RECOVERY, half-written, and a good image mends it."""
    updater = Updater(modem_of())
    updater.full_image(image)
    assert b"fail" in updater.at("AT+SMUPGRADE?")
    assert mode_of(updater) == "recovery"
    assert not updater.modem.verdict.whole
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    updater.switch(1)
    assert updater.modem.verdict.build == 41065


def test_a_damaged_staged_image_leaves_the_old_build() -> None:
    """It says fail, and the old build runs."""
    updater = Updater(modem_of())
    install_staged(updater, DIFFERENCE[:500] + b"\xff\x00" + DIFFERENCE[502:])
    assert b"fail" in updater.at("AT+SMUPGRADE?")
    assert b"38638" in updater.at("ATI1")
    assert updater.modem.verdict.whole


def test_a_short_staged_image_is_not_staged() -> None:
    """Only a complete image can be installed."""
    updater = Updater(modem_of())
    updater.transfer("AT+SMSTPU", DIFFERENCE[:-1])
    assert updater.at("AT+SMUPGRADE") == b"\r\nERROR\r\n"


def test_rebooting_in_an_install_is_a_violation() -> None:
    """The updater's fault: half-written, and noted."""
    updater = Updater(modem_of())
    updater.switch(3)
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(10)
    updater.switch(1)
    assert mode_of(updater) == "boot-loader"
    assert updater.modem.verdict.violations == ("rebooted while it installed",)


# -- assumptions -----------------------------------------------------------------


def test_every_assumption_has_another_way() -> None:
    """The table is complete: a default, alternatives, a source, a sentence."""
    assert set(assumptions.ASSUMPTIONS) == {item.name for item in dataclasses.fields(assumptions.Assumptions)}
    for row in assumptions.ASSUMPTIONS.values():
        assert row.alternatives
        assert row.default not in row.alternatives
        assert row.source
        assert row.about
    others = list(assumptions.every_other_way())
    assert len(others) == sum(len(row.alternatives) for row in assumptions.ASSUMPTIONS.values())
    assert all(getattr(changed, name) == value for name, value, changed in others)


@pytest.mark.parametrize("text", ["nonsense:1", "stp_idle:later", "stp_idle"])
def test_a_wrong_assumption_is_refused(text: str) -> None:
    """The message names what there is."""
    with pytest.raises(ValueError, match=r"there are|is one of"):
        assumptions.parse(text)


def test_assumption_about_the_output() -> None:
    """Each assumption about rates, words and replies, both ways."""
    updater = Updater(modem_of(assumed="recovery_baud:115200"))
    updater.switch(3)
    assert updater.modem.baud == SLOW_BAUD
    updater = Updater(modem_of(assumed="recovery_identity:answers", start_mode="recovery"))
    assert b"38638" in updater.at("ATI1")
    updater = Updater(modem_of(assumed="reboot_flag:refused"))
    assert updater.at("AT+SMSWBOOT=3,1") == b"\r\nERROR\r\n"
    assert updater.at("AT+SMSWBOOT=3,0") == b"\r\nOK\r\n"
    assert b"RECOVERY" in updater.at("AT+SMSWBOOT?")
    updater.at("AT^RESET")
    updater.wait(8)
    assert mode_of(updater) == "recovery"
    assert Updater(modem_of(assumed="boot_words:bare")).at("AT+SMSWBOOT?") == b"\r\nFFF\r\nOK\r\n"
    assert b"No report" in Updater(modem_of()).at("AT+SMUPGRADE?")
    assert b"\r\nNo report\r\n" in Updater(modem_of(assumed="upgrade_words:bare")).at("AT+SMUPGRADE?")
    unseen = Updater(modem_of(assumed="upgrade_words:unseen")).at("AT+SMUPGRADE?")
    assert not any(word in unseen for word in (b"No report", b"on-going", b"success", b"fail"))


@pytest.mark.parametrize("kept", [True, False])
def test_assumption_about_the_boot_choice(kept: bool) -> None:
    """It holds for later boots, or for one."""
    updater = Updater(modem_of(assumed="boot_choice:kept" if kept else "boot_choice:one-shot"))
    updater.switch(3)
    cycle(updater)
    assert mode_of(updater) == ("recovery" if kept else "application")


def test_assumption_about_install_and_updater() -> None:
    """Silent install, a reboot by itself, and what an updater ELF comes up as."""
    updater = Updater(modem_of(assumed="install_output:silent,after_success:reboots"))
    updater.switch(3)
    updater.transfer(ON_THE_FLY, IMAGE)
    assert updater.at("AT") == b""
    updater.wait(200)
    assert mode_of(updater) == "application"
    for name, baud in (("recovery", FAST_BAUD), ("mtools", SLOW_BAUD)):
        assumed = f"updater_starts_as:{name},updater_baud:{baud}"
        updater = Updater(modem_of(assumed=assumed, start_mode="boot-loader"), SLOW_BAUD)
        updater.at("AT")
        updater.transfer("AT+STP", images.make_updater_elf(5_000))
        updater.wait(70)
        assert updater.modem.baud == baud
        updater.line.set_baud(baud)
        assert mode_of(updater) == name


def test_an_updater_that_says_only_error_still_takes_an_image() -> None:
    """Mode 3 the other way: ERROR to everything but the opening of a transfer."""
    updater = Updater(modem_of(assumed="updater_answers:errors-only", start_mode="updater"))
    assert updater.at("AT+SMOD?") == b"\r\nERROR\r\n"
    updater.transfer(ON_THE_FLY, IMAGE)
    updater.wait(200)
    assert mode_of(updater) == "application"
    assert updater.modem.verdict.build == 41065


def test_a_bricked_modem_may_send_nuls() -> None:
    """Silence, or single NULs."""
    updater = Updater(modem_of(assumed="bricked_output:nuls"))
    updater.modem.memory.half_boot_rom = True
    cycle(updater)
    heard = updater.at("AT")
    assert heard
    assert set(heard) == {0}
