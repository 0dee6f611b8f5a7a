"""The cases that this project began with, and the ones that owners gave up on."""

import dataclasses

import pytest

from modemflash import steps
from modemflash.errors import Problem
from modemflash_sim.sequans.profiles import find
from support.world import World, assert_updated, ended, full, updater


def files():
    return [full(41065), updater()]


def test_a_crash_dump_full_of_ok():
    """A crash-dump reply that is long, binary and full of OK breaks nothing."""
    world = World(fault="crash-dump:30000")
    result = world.update(files())
    assert_updated(world, result, 41065)
    assert world.reporter.all("crash-dump")[0]["size"] > 20000


def test_mute_for_ten_seconds_then_at_the_other_rate():
    """A modem that is silent first and then answers at the other rate is found."""
    world = World(fault="mute:10,starts-at-other-rate")
    assert_updated(world, world.update(files()), 41065)
    assert world.reporter.all("found")[0]["baud"] == 115200


@pytest.mark.parametrize("purpose", ["on-the-fly", "staged", "updater"])
@pytest.mark.parametrize("idle", ["times-out", "for-ever"])
def test_left_in_a_transfer_by_a_killed_updater(purpose, idle):
    """A modem that waits in a half block is found and finished by the same command."""
    mode = {"on-the-fly": "recovery", "staged": "application", "updater": "boot-loader"}[purpose]
    world = World(fault="in-transfer:" + purpose, assumption="stp_idle:" + idle, start_mode=mode)
    assert_updated(world, world.update(files()), 41065)


@pytest.mark.parametrize("mode", ["recovery", "boot-loader"])
def test_a_modem_that_answers_only_error(mode):
    """ERROR to everything is good news: it is recovered."""
    world = World(fault="errors-only:" + mode, start_mode=mode, start_half_written=True)
    assert_updated(world, world.update(files()), 41065)


def test_a_modem_in_data_mode():
    world = World(fault="data-mode")
    assert_updated(world, world.update(files()), 41065)


@pytest.mark.parametrize(
    "fault",
    [
        "leftover:3",
        "urc:1",
        "urc-flood:400",
        "urc-flood:50",
        "echo-on:3",
        "showver-error:1",
        "switch-refused:2",
        "switch-refused:5",
        "other-mode:application:1",
        "other-mode:boot-loader:1",
        "install-fails:1",
        "old-build:1",
        "open-refused:2",
        "nuls:8",
        "reply-cut:3:4",
        "stall:3:120",
        "other-rate:1",
        "other-rate",
    ],
)
def test_faults_on_the_way(fault):
    """One fault at a time, and the modem is updated all the same."""
    world = World(fault=fault)
    result = world.update(files())
    assert ended(result) == "updated", (ended(result), world.reporter.events[-8:])
    assert_updated(world, result, 41065)


def test_power_lost_at_a_block_and_given_again():
    """The power of the modem goes in mid-transfer and comes back: the second attempt finishes."""
    for assumption in ("recovery", "boot-loader"):
        world = World(fault="die:3:10", assumption="transfer_power_cut:" + assumption)
        assert_updated(world, world.update(files()), 41065)


@pytest.mark.parametrize(("fault", "code"), [("mute:100000", "modem-silent"), ("nuls", "modem-nuls")])
def test_a_modem_that_never_answers(fault, code):
    """Silence and NULs have their own words, after both rates were tried twice."""
    world = World(fault=fault)
    result = world.update(files())
    assert isinstance(result, Problem) and result.code == code and result.modem_state == "untouched"
    rates = [event["baud"] for event in world.reporter.all("probe")]
    assert rates.count(921600) >= 2 and rates.count(115200) >= 2


def test_an_install_that_never_ends():
    """Twenty minutes are waited, with words at least every quarter of a minute; then the state is unknown."""
    world = World(fault="sticks:9")
    result = world.update(files())
    assert ended(result) == "install-timeout" and result.modem_state == "unknown"
    assert len([event for event in world.reporter.all("stall") if event["phase"] == "install"]) > 60


def test_installs_that_fail_for_good():
    """Two failures are reported as what they are, and the modem is recoverable."""
    world = World(fault="install-fails:9")
    result = world.update(files())
    assert ended(result) == "install-failed" and result.modem_state == "recoverable"


@pytest.mark.parametrize("fault", ["refuse:1", "reply-cut:1:999999"])
def test_a_modem_that_never_leaves_its_transfer(fault):
    """Neither the end of its session nor an AT dialogue behind it is to be had."""
    world = World(fault="in-transfer:on-the-fly," + fault, start_mode="recovery")
    result = world.update(files())
    assert (ended(result), result.modem_state) == ("modem-in-transfer", "recoverable")


def test_an_updater_that_never_starts(monkeypatch):
    """The wait for it ends, with words."""
    monkeypatch.setattr(steps, "INSTALL_MS", 60_000)  # for how long it is looked for afterwards
    slow = dataclasses.replace(find("pycom-catm1").timing, updater_start_us=10**12)
    world = World(start_mode="boot-loader", start_half_written=True, timing=slow)
    result = world.update(files())
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("modem-lost", "unknown")
    assert steps.UPDATER_MS < world.wire.ticks_ms() < 2 * steps.UPDATER_MS
