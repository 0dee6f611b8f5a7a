"""Wear and weather: bad lines make the updater slower, and nothing grows over hundreds of updates."""

import gc
import os
import statistics
import time
from pathlib import Path
from typing import Any

from matrix.cases import TIMING
from modemflash_sim.endpoints.virtual import VirtualLine
from modemflash_sim.sequans.profiles import FAST_BAUD
from support.world import World, assert_updated, full, updater

LONGEST_WHOLE = 600  # bytes of a message that the weather lets through


class Weather(VirtualLine):
    """A line that damages long messages to a boot loader while it talks at 921600 baud."""

    def write(self, buf: Any, off: int, n: int) -> None:
        modem = self.wire.device
        if n > self.longest and self.baud == FAST_BAUD and modem.live.mode in self.modes:  # type: ignore[attr-defined]
            hurt = bytearray(buf[off : off + n])
            hurt[n // 2] ^= 0x10
            buf, off = hurt, 0
        super().write(buf, off, n)

    longest = LONGEST_WHOLE
    modes: tuple[str, ...] = ("boot-loader",)


def warnings(world: World, code: str) -> list[str]:
    return [event["text"] for event in world.reporter.all("warning") if event["code"] == code]


def test_where_no_long_block_arrives_the_next_attempt_sends_short_ones_and_one_line_says_so() -> None:
    world = World(timing=TIMING)
    line = Weather(world.modem)
    line.modes = ("recovery",)
    world.wire = line
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    assert warnings(world, "smaller-blocks") == [
        "blocks of 496 bytes from here on, because larger ones did not arrive"
    ]


def test_blocks_that_get_lost_now_and_then_become_smaller_and_a_line_says_so() -> None:
    """One long block in two is damaged: within the session, blocks become shorter."""
    world = World(timing=TIMING, fault="flip-to:0.5", seed=1)
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    assert warnings(world, "smaller-blocks")[0] == (
        "blocks of 4088 bytes from here on, because larger ones get lost"
    )


def test_a_boot_loader_that_loses_too_much_at_921600_gets_its_updater_at_115200() -> None:
    """After a transfer that failed at 921600 baud, the next attempt stays at 115200, and one line says so."""
    world = World(start_mode="boot-loader", start_half_written=True, timing=TIMING)
    line = Weather(world.modem)
    line.longest = 40
    world.wire = line
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    assert [event["what"] for event in world.reporter.all("retry") if event["what"] == "the whole update"]
    [said] = warnings(world, "slow-boot-loader")
    assert said.startswith("the boot loader stays at 115200 baud, because at 921600 too much of the updater")


def test_a_good_line_is_not_made_slow() -> None:
    world = World(start_mode="boot-loader", start_half_written=True, timing=TIMING)
    assert_updated(world, world.update([full(41065), updater()]), 41065)
    assert warnings(world, "slow-boot-loader") == warnings(world, "smaller-blocks") == []


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if os.name == "posix" else 0


def test_two_hundred_updates_leave_nothing_behind() -> None:
    """Old to new to old, 200 times in one process: no growth in memory, handles, or time."""
    world = World(timing=TIMING)
    there, back = [full(41065, size=16000), updater()], [full(38638, size=16000), updater()]
    seconds, objects = [], []
    open_before = 0
    for number in range(100):
        start = time.process_time()
        assert_updated(world, world.update(there, all_consents=True), 41065)
        assert_updated(world, world.update(back, all_consents=True), 38638)
        seconds.append(time.process_time() - start)
        world.modem.record.images.clear()  # the simulated modem's memory of all that it took
        if number in (9, 99):
            gc.collect()
            objects.append(len(gc.get_objects()))
            open_before = open_before or handles()
    assert objects[1] - objects[0] < 200, objects
    assert handles() == open_before
    assert statistics.median(seconds[-20:]) < 2 * statistics.median(seconds[5:25])
    assert sum(len(slot) for slot in world.slots.slots.values()) < 1000
