"""A modem that left a transfer and speaks AT again: all begins anew at once, not after five minutes."""

import pytest

from modemflash.phases import SILENCE_S
from modemflash_host.links.talkers import refuse_others
from support.table_modem import TableModem
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


@pytest.mark.parametrize("after", ["recovery", "boot-loader"])
@pytest.mark.parametrize("recovery_baud", [921_600, 115_200])
def test_it_wakes_at_the_other_rate_and_is_silent_there(recovery_baud, after):
    """No byte comes where noise is no command to it.

    Nothing tells it from one that erases, which no noise of another rate may reach: it has the whole silence
    that a modem is allowed, and then all begins anew.
    """

    def run(world):
        feed, take = world.modem.feed, world.modem.take
        is_heard = lambda baud: baud == world.modem.baud  # noqa: E731
        world.modem.feed = lambda now, data, baud: feed(now, data if is_heard(baud) else b"", baud)
        world.modem.take = lambda now: [each for each in take(now) if each[1] == world.wire.baud]
        assert_updated(world, world.update([full(41065), updater()], all_consents=True), 41065)

    times = []
    for fault in ("", "die:1:10"):
        world = World(fault=fault, assumption=f"transfer_power_cut:{after},recovery_baud:{recovery_baud}")
        times.append(lost_ms(world, run))
    assert times[1] - times[0] < PATIENCE_MS + SILENCE_S * 1000


class Restarted(TableModem):
    """A board that led to the modem (mirror mode): it greets at the console's rate, and shows its prompt."""

    def __init__(self, now_us):
        greeting = b"\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\nPycom MicroPython 1.20.2.r6\r\n>>> "
        super().__init__({}, 115_200, ((now_us / 1e6 + 0.5, 1e6, greeting),))

    def answer(self, command):
        return f"{command}\r\nNameError: name '{command}' isn't defined\r\n>>> ".encode()


def test_a_board_between_that_restarts_is_named_soon():
    """Its prompt ends the transfer long before the silence that a modem is allowed."""
    world = World()
    feed, blocks = world.modem.feed, []

    def restart_at_the_third_block(now_us, data, baud):
        blocks.extend([data] * (len(data) > 1000))
        if len(blocks) > 2:
            world.wire.wire.device = Restarted(now_us)
        else:
            feed(now_us, data, baud)

    world.modem.feed = restart_at_the_third_block
    problem = world.update([full(41065), updater()], all_consents=True, who_else=refuse_others)
    assert (problem.code, problem.modem_state) == ("board-console", "recoverable")
    assert world.wire.ticks_ms() < 200_000
