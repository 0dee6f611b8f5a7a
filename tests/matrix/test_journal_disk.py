"""A journal that cannot be written stops an update that has not begun, and no other."""

from matrix.truth import Flash
from modemflash.errors import Refusal
from support.world import Slots, World, assert_updated, difference, ended, full, updater


class FullDisk(Slots):
    """Takes so many records, then no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def save(self, slot: int, data: bytes) -> None:
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        self.room -= 1
        super().save(slot, data)


def test_a_full_disk_before_the_first_write_is_a_refusal() -> None:
    for files in ([full(41065), updater()], [difference(38638, 41065)]):
        world = World()
        before = Flash.of(world.modem)
        world.slots = FullDisk(0)
        result = world.update(files)
        assert isinstance(result, Refusal)
        assert (ended(result), result.modem_state) == ("no-place-for-the-journal", "untouched")
        assert Flash.of(world.modem) == before


def test_a_disk_that_fills_up_midway_stops_nothing() -> None:
    """Half an update is worse than an update without notes."""
    for room in range(1, 8):
        world = World()
        world.slots = FullDisk(room)
        assert_updated(world, world.update([full(41065), updater()]), 41065)
        said = [event["code"] for event in world.reporter.all("warning")]
        assert said.count("journal-not-kept") == (room < 6), "said once"
