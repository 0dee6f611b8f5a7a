"""One message in a hundred damaged in each direction, residues included: the image arrives whole."""

import pytest

from support.world import World, assert_updated, full, updater

DAMAGE = "drop:0.003,flip:0.004,duplicate:0.003,residue:0.01"


@pytest.mark.parametrize("seed", range(50))
def test_one_per_cent_of_the_messages_damaged(seed):
    profile = ("pycom-catm1", "gm02s")[seed % 2]
    max_burst = (2016, 2016, 0, 0, 8064, 8064, 0, 0)[seed % 8]
    world = World(profile, fault=DAMAGE, seed=seed, max_burst=max_burst)
    if profile == "gm02s":
        files, build = [full(59999, product="GM02S", size=256 * 1024)], 59999
    else:
        files, build = [full(41065, size=256 * 1024), updater()], 41065
    assert_updated(world, world.update(files, all_consents=True), build)
