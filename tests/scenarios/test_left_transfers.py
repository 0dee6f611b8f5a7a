"""A modem that left a transfer and speaks AT again: all begins anew at once, not after five minutes."""

import pytest

from support.world import World, assert_updated, difference, full, updater

PATIENCE_MS = 120_000  # of which the modem itself takes half, and its stall at 8 % is none here


def lost_ms(world, run):
    """How much longer `run` takes in `world` than in one where nothing happens."""
    run(world)
    return world.wire.ticks_ms()


@pytest.mark.parametrize("seconds", [1, 10])
@pytest.mark.parametrize("block", [2, 9])
def test_power_lost_while_a_difference_is_stored(block, seconds):
    """It starts its application again, whose words end the transfer."""

    def run(world):
        assert_updated(world, world.update([difference(38638, 41065)], all_consents=True), 41065)

    good, cut = World(), World(fault=f"die:{block}:{seconds}")
    assert lost_ms(cut, run) - lost_ms(good, run) < PATIENCE_MS
    assert cut.reporter.all("retry")[0]["reason"] == "text-in-transfer"


@pytest.mark.parametrize("after", ["recovery", "boot-loader"])
@pytest.mark.parametrize("recovery_baud", [921_600, 115_200])
def test_power_lost_in_recovery(recovery_baud, after):
    """Whether it wakes at the rate of the transfer or at the other one, where its words are noise."""
    files = [full(41065), updater()]

    def run(world):
        assert_updated(world, world.update(files, all_consents=True), 41065)

    times = []
    for fault in ("", "die:1:10"):
        world = World(fault=fault, assumption=f"transfer_power_cut:{after},recovery_baud:{recovery_baud}")
        times.append(lost_ms(world, run))
    assert world.reporter.all("retry")[0]["reason"] == "text-in-transfer"
    assert times[1] - times[0] < PATIENCE_MS
