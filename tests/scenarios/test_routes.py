"""Every route of docs/protocol.md ends with the modem running what was asked for."""

import hashlib

from support.world import World, assert_updated, boot_rom, difference, ended, full, parts, updater


def test_route_1_staged_difference():
    world = World()
    result = world.update([difference(38638, 41065)])
    assert_updated(world, result, 41065)
    assert [image.purpose for image in world.verdict.images] == ["staged"]


def test_route_2_full_image_through_recovery():
    world = World()
    image = full(41065)
    result = world.update([image, updater()])
    assert_updated(world, result, 41065)
    assert world.verdict.images[0].sha256 == hashlib.sha256(image.data).hexdigest()
    assert result["from_build"] == 38638 and result["bytes"] == image.size


def test_route_3_from_recovery():
    world = World(start_mode="recovery", start_half_written=True)
    assert_updated(world, world.update([full(41065), updater()]), 41065)


def test_route_4_from_the_boot_loader():
    world = World(start_mode="boot-loader", start_half_written=True)
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    assert [image.purpose for image in world.verdict.images] == ["updater", "on-the-fly"]


def test_route_5_mtools():
    world = World(start_mode="mtools", start_half_written=True)
    assert_updated(world, world.update([full(41065), updater()]), 41065)


def test_route_6_factory_with_boot_rom():
    world = World("pycom-factory")
    result = world.update([full(41065), updater(), boot_rom()], [("write-boot-rom", "")])
    assert_updated(world, result, 41065)
    assert [image.kind for image in world.verdict.images] == ["bootrom", "updater", "full"]


def test_route_7_two_parts():
    for size in (65536, 4300000):
        world = World(build=41065)
        result = world.update(parts(size), [("accept-unproven-path", "41065-48829")])
        assert_updated(world, result, 48829)
        assert len(world.verdict.images) == 2


def test_gm02s_full_image():
    world = World("gm02s")
    image = full(59999, "GM02RB6Q_LR8.0.5.13-59999.dup", product="GM02S")
    assert_updated(world, world.update([image], all_consents=True), 59999)
    assert world.verdict.images[0].data_type == 5, "version 2: compressed"


def test_factory_by_difference_needs_neither():
    world = World("pycom-factory")
    assert_updated(world, world.update([difference(33080, 41065)]), 41065)


def test_the_same_build_is_left_alone_and_repaired_on_request():
    world = World(build=41065)
    assert ended(world.update([full(41065), updater()])) == "already-runs-it"
    assert world.verdict.images == ()
    assert_updated(world, world.update([full(41065), updater()], repair=True), 41065)


def test_what_the_update_changed_is_recorded_before_and_after():
    """The read-only record is asked twice, and its difference is told."""
    world = World()
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    (record,) = world.reporter.all("record")
    before, after = record["before"], record["after"]
    for command in (
        "ATI1",
        'AT!="showver"',
        "AT+CGDCONT?",
        "AT+SQNBANDSEL?",
        "AT+CFUN?",
        "AT+CEREG?",
        "AT+CPSMS?",
    ):
        assert command in before and command in after, command
    assert "38638" in before["ATI1"] and "41065" in after["ATI1"]
    assert before["AT+CFUN?"] == after["AT+CFUN?"], "the radio is as it was"
