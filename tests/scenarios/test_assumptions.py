"""No promise rests on an assumption: every route once with every assumption switched the other way.

The modem may die only where the simulator's rules say that no updater could
help, and there nobody may say that it was updated.
"""

import pytest

from modemflash.errors import Problem
from modemflash_sim.sequans.assumptions import every_other_way
from support.world import World, boot_rom, difference, full, parts, updater

ROUTES = {
    "staged": (World, lambda: [difference(38638, 41065)], 41065),
    "recovery": (World, lambda: [full(41065), updater()], 41065),
    "from-recovery": (
        lambda **more: World(start_mode="recovery", start_half_written=True, **more),
        lambda: [full(41065), updater()],
        41065,
    ),
    "boot-loader": (
        lambda **more: World(start_mode="boot-loader", start_half_written=True, **more),
        lambda: [full(41065), updater()],
        41065,
    ),
    "mtools": (
        lambda **more: World(start_mode="mtools", start_half_written=True, **more),
        lambda: [full(41065), updater()],
        41065,
    ),
    "factory": (
        lambda **more: World("pycom-factory", **more),
        lambda: [full(41065), updater(), boot_rom()],
        41065,
    ),
    "two-part": (lambda **more: World(build=41065, **more), parts, 48829),
    "gm02s": (
        lambda **more: World("gm02s", **more),
        lambda: [full(59999, "GM02RB6Q_LR8.0.5.13-59999.dup", product="GM02S")],
        59999,
    ),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("assumption", "behaviour"), [(name, value) for name, value, _ in every_other_way()])
def test_every_route_with_every_assumption_the_other_way(route, assumption, behaviour):
    """With one assumption switched, the same command ends with the modem updated."""
    make_world, files, build = ROUTES[route]
    world = make_world(assumption=assumption + ":" + behaviour)
    result = world.update(files(), all_consents=True)
    said = result.code if isinstance(result, Problem) else result["status"]
    assert said == "updated", (said, world.reporter.events[-6:])
    assert world.verdict.build == build and world.verdict.whole and world.verdict.violations == ()
