"""The power goes at every step of a run and comes back: the same card finishes, untouched by any hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from board.bench import PLAIN, RUNS, Bench
from modemflash_host.sim import images

Build = Callable[..., Bench]
POINTS = 12
MANY_POINTS = 60

TWO_PARTS = {
    "/CATM1-48829-1.dup": images.make_full_image(39529, size_bytes=30_000),
    "/CATM1-48829-2.dup": images.make_full_image(48829, size_bytes=30_000, seed=2),
    "/updater.elf": PLAIN["/updater.elf"],
}


def operations(bench: Build, **words: object) -> int:
    """How many operations a run without a cut has, up to the reset at its end."""
    with bench(**words) as table:
        assert table.boot() == "over", table.board.printed
        return table.board.operations


def finishes(table: Bench, cut_at: int, build: int) -> None:
    """Cut the power there, give it again, and find the modem updated."""
    table.board.cut_at_operation(cut_at)
    assert table.boot() in ("cut", "over")
    table.off()
    assert table.boot() == "over", table.board.printed
    assert table.verdict.build == build, (cut_at, table.board.printed)
    assert (table.verdict.mode, table.verdict.bricked, table.verdict.violations) == ("application", "", ())
    assert table.board.printed.rstrip().endswith(RUNS)
    assert table.results()[-1]["result"] in ("updated", "nothing-to-do")


@pytest.mark.parametrize("point", range(POINTS))
def test_cut_anywhere(bench: Build, point: int, counted: int) -> None:
    """Twelve moments, evenly spread over card, verify, modem and results."""
    with bench() as table:
        finishes(table, 1 + counted * (2 * point + 1) // (2 * POINTS), 41065)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_cut_everywhere(bench: Build, counted: int) -> None:
    """The same in many more places."""
    for point in range(MANY_POINTS):
        with bench() as table:
            finishes(table, 1 + counted * point // MANY_POINTS, 41065)


@pytest.fixture
def counted(bench: Build, request: pytest.FixtureRequest) -> int:
    """Operations of one clean run; counted once."""
    store = request.config.stash
    if _COUNTED not in store:
        store[_COUNTED] = operations(bench)
    return store[_COUNTED]


_COUNTED = pytest.StashKey[int]()
