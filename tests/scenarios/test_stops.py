"""Stop requests, by step, as `phases.STEPS` has them: what the updater says is where the modem is."""

import dataclasses

import pytest

from modemflash import phases
from modemflash.errors import Problem
from modemflash_sim.sequans.profiles import find
from support.world import World, assert_updated, difference, ended, full, updater

# when the stop request comes: the phase that begins, and where the modem then ends
AFTER_THE_FIRST_WRITE = [
    ("enter-recovery", "stopped-on-the-way", "recoverable"),
    ("transfer", "stopped-in-transfer", "recoverable"),
    ("install", "stopped-watching", "unknown"),
    ("reboot", "stopped-watching", "unknown"),
    ("read-back", "stopped-watching", "unknown"),
]


def files():
    return [full(41065), updater()]


def wishing(phase, stop_requests):
    """Somebody who asks to stop as soon as a phase begins."""

    def on_event(reporter, event):
        if event["event"] == "phase" and event["phase"] == phase:
            reporter.stops += stop_requests

    return on_event


@pytest.mark.parametrize("phase", ["find", "identify", "prepare"])
def test_before_the_first_write_one_stop_request_stops(phase):
    world = World()
    result = world.update(files(), on_event=wishing(phase, 1))
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == ("stopped-before-write", "untouched")
    assert world.verdict.images == () and world.verdict.mode == "application"
    assert world.slots.slots == {}, "nothing was begun, so the journal holds nothing"


def test_a_stop_request_in_the_last_moment_of_the_preparation_is_not_forgotten():
    """It was told that nothing has been written, so nothing may be written any more."""
    world = World()
    feed = world.modem.feed

    def stop_then_feed(now_us, data, baud):
        if b"AT+CFUN=4" in data:  # the last command of the preparation
            world.reporter.stops = 1
        feed(now_us, data, baud)

    world.modem.feed = stop_then_feed
    assert ended(world.update(files())) == "stopped-before-write"
    assert world.verdict.mode == "application" and world.slots.slots == {}


@pytest.mark.parametrize("end", ["stop request", "full disk"])
def test_who_stops_after_the_preparation_gets_the_radio_back(end):
    """The preparation switches the radio off; a run that ends there switches it on again."""
    world = World()
    assert radio(world) == "1"

    def full_disk(slot, data):
        raise OSError(28, "no space left")

    if end == "stop request":
        result = world.update(files(), on_event=wishing("prepare", 1))
    else:
        world.slots.save = full_disk
        result = world.update(files())
    assert (
        ended(result)
        == {"stop request": "stopped-before-write", "full disk": "no-place-for-the-journal"}[end]
    )
    assert result.modem_state == "untouched"
    assert radio(world) == "1"


def radio(world):
    """What the modem says to AT+CFUN?."""
    line = world.line()
    line.set_baud(921600)
    line.write(b"AT+CFUN?\r\n")
    heard, piece = b"", bytearray(64)
    while b"OK\r\n" not in heard:
        got = line.read(piece, 64, 1000)
        assert got, heard
        heard += bytes(piece[:got])
    return heard.split(b"+CFUN: ")[1][:1].decode()


@pytest.mark.parametrize(("phase", "code", "state"), AFTER_THE_FIRST_WRITE)
def test_after_the_first_write_one_stop_request_only_warns(phase, code, state):
    world = World()
    assert_updated(world, world.update(files(), on_event=wishing(phase, 1)), 41065)


@pytest.mark.parametrize(("phase", "code", "state"), AFTER_THE_FIRST_WRITE)
def test_after_the_first_write_two_stop_requests_stop_and_the_same_command_finishes(phase, code, state):
    world = World()
    result = world.update(files(), on_event=wishing(phase, 2))
    assert isinstance(result, Problem)
    assert (result.code, result.modem_state) == (code, state)
    again = world.update(files())
    assert_updated(world, again, 41065)


def test_one_stop_request_in_each_phase_never_adds_up():
    """A stop request that was answered in one phase does not stop the next one."""
    world = World()

    def on_event(reporter, event):
        if event["event"] == "phase" and event["phase"] not in ("find", "identify", "prepare"):
            reporter.stops += 1

    assert_updated(world, world.update(files(), on_event=on_event), 41065)


def test_two_stop_requests_with_the_last_block_say_that_the_modem_installs():
    """The image is whole then, so "it waits for a whole image" would be a lie."""
    world = World()

    def on_event(reporter, event):
        if event["event"] == "progress" and event["phase"] == "transfer" and event["done"] == event["total"]:
            reporter.stops += 2

    result = world.update(files(), on_event=on_event)
    assert (ended(result), result.modem_state) == ("stopped-watching", "unknown")
    assert_updated(world, world.update(files()), 41065)


def test_two_stop_requests_while_a_difference_is_stored_leave_the_old_firmware_running():
    world = World()
    result = world.update([difference(38638, 41065)], on_event=wishing("transfer", 2))
    assert (ended(result), result.modem_state) == ("stopped-in-staging", "untouched")
    assert world.verdict.build == 38638 and world.verdict.mode == "application" and world.verdict.whole
    assert_updated(world, world.update([difference(38638, 41065)]), 41065)


def test_a_stop_request_in_a_long_erase_ends_with_the_next_answer():
    """The modem erases for four minutes: the transfer ends when it answers, not before, and is not torn."""
    erase_us = 240 * 1_000_000
    world = World(timing=dataclasses.replace(find("pycom-catm1").timing, stalls=((8, erase_us),)))

    def impatient(reporter, event):
        if event["event"] == "stall" and event["seconds"] == 20:
            reporter.stops += 2
            reporter.asked_ms = world.wire.ticks_ms()

    assert ended(world.update(files(), on_event=impatient)) == "stopped-in-transfer"
    waited_s = (world.wire.ticks_ms() - world.reporter.asked_ms) / 1000
    assert 200 < waited_s < phases.SILENCE_S
    assert world.verdict.violations == ()
    assert_updated(world, world.update(files()), 41065)


def test_a_slow_transfer_is_not_cut_short():
    """More than half an hour, an answer at least every five minutes: it comes to its end."""
    minutes = tuple((per_cent, 280 * 1_000_000) for per_cent in range(10, 100, 10))
    world = World(timing=dataclasses.replace(find("pycom-catm1").timing, stalls=minutes))
    assert_updated(world, world.update(files()), 41065)
    [transfer] = [each for each in world.reporter.all("phase") if each["phase"] == "transfer"]
    assert (transfer["allowed_s"], transfer["silence_s"]) == (0, phases.SILENCE_S)
    assert world.wire.ticks_ms() > 30 * 60 * 1000
