"""How fast a whole update's transfer is, in virtual time: gates on the payload's share of the line."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.sequans.profiles import find
from referees import vendor_client
from support.memory_source import MemorySource
from support.world import World, assert_updated, full, updater

LINE_BYTES_PER_S = 92_160


def payload_share(
    files: list[MemorySource], profile: str, max_burst: int, answer_ms: int, build: int
) -> tuple[float, World]:
    """Bytes of the image over what the line could have carried from the session's opening to its end."""
    timing = dataclasses.replace(find(profile).timing, stalls=(), answer_us=answer_ms * 1000)
    world = World(profile, max_burst=max_burst, timing=timing)
    moments: list[int] = []

    def on_event(reporter: object, event: dict[str, object]) -> None:
        if event["event"] == "session" or (moments and event["event"] == "progress"):
            moments.append(world.wire.now_us)

    assert_updated(world, world.update(files, all_consents=True, on_event=on_event), build)
    seconds = (moments[-1] - moments[0]) / 1e6
    return files[0].size / seconds / LINE_BYTES_PER_S, world


@pytest.mark.parametrize(
    ("max_burst", "answer_ms", "gate"), [(2016, 1, 0.885), (0, 1, 0.965), (0, 16, 0.725)]
)
def test_the_payloads_share_of_the_line_in_version_1(max_burst: int, answer_ms: int, gate: float) -> None:
    files = [full(41065, size=1_500_000), updater()]
    share, _ = payload_share(files, "pycom-catm1", max_burst, answer_ms, 41065)
    assert share >= gate


def test_six_megabytes_once() -> None:
    """An image of the real size, with the real stalls, block by block."""
    image = full(41065, size=6_160_982)
    world = World(max_burst=2016)
    assert_updated(world, world.update([image, updater()]), 41065)
    (taken,) = world.verdict.images
    assert taken.size_bytes == 6_160_982 and taken.complete


@pytest.mark.referee
def test_the_vendors_file_goes_compressed_at_nearly_twice_the_lines_rate(tool: Callable[[str], Path]) -> None:
    path = vendor_client.firmware_file(tool("vendor-client"))
    image = MemorySource(path.read_bytes(), path.name)
    share, world = payload_share([image], "gm02s", 0, 1, 59577)
    assert share >= 1.80
    assert world.verdict.images[0].data_type == 5


@pytest.mark.referee
@pytest.mark.parametrize("name", ["GM02RB6Q_LR8.0.5.13-59577.dup", "CATM1-41065.dup", "x"])
def test_the_vendors_file_is_refused_by_a_pycom_modem_under_any_name(
    tool: Callable[[str], Path], name: str
) -> None:
    path = vendor_client.firmware_file(tool("vendor-client"))
    world = World()
    result = world.update([MemorySource(path.read_bytes(), name), updater()], all_consents=True)
    assert getattr(result, "code", "") == "wrong-product"
    assert world.verdict.images == ()
