"""An update may be cut anywhere: the same command leads to its end, and no word on the way is false.

A fixed sample of `tests/matrix/all.py`, which runs them all.
"""

import pytest

from matrix.cases import ROUTES, Case
from matrix.cuts import clean, every_assumption, play, random_cuts, single_cuts

STRIDE = 53  # has no divisor in common with the number of cuts: each cut meets every kind of operation
ROUTES_AT_ONCE = 3  # with each assumption, in turn


@pytest.mark.parametrize("route", ROUTES)
def test_a_clean_run_counts_operations_of_every_kind(route: str) -> None:
    run = clean(route)
    assert (run.end, run.runs, run.wrong) == ("updated", 1, ())
    assert set(run.operations) == {"write", "read", "wait", "rate", "journal", "mode"}


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("route", ROUTES)
def test_one_cut(route: str, part: int) -> None:
    """Killed, link lost, power lost: the same command again until it is done."""
    wrong = []
    for case in list(single_cuts(route))[part * STRIDE :: 4 * STRIDE]:
        outcome = play(case)
        wrong += [(str(case), outcome.codes, outcome.wrong)] if outcome.wrong else []
    assert wrong == []


@pytest.mark.parametrize(("number", "assumption"), list(enumerate(every_assumption())))
def test_several_cuts_with_every_assumption(number: int, assumption: str) -> None:
    wrong = []
    routes = list(ROUTES)
    for turn in range(ROUTES_AT_ONCE):
        route = routes[(number * ROUTES_AT_ONCE + turn) % len(routes)]
        case = random_cuts(route, 1000, assumption)
        outcome = play(case)
        wrong += [(str(case), outcome.codes, outcome.wrong)] if outcome.wrong else []
    assert wrong == []


def test_a_defect_is_seen() -> None:
    """The judge is no yes-man: a modem that dies of a bad path is not excused by a cut."""
    case = Case("factory", ((0, 10**6, "link lost"),), "factory_without_updater:fails")
    assert play(case).end == "updated", "a cut behind the end cuts nothing"


def test_an_install_that_goes_on_is_watched_and_not_disturbed() -> None:
    """The link was lost at the end of the transfer, the install runs: the next command waits for its end."""
    for route in ("recovery", "from-recovery", "mtools"):
        numbers = range(clean(route).count // 2, clean(route).count, 3)
        for case in [Case(route, ((0, number, "link lost"),)) for number in numbers]:
            outcome = play(case)
            assert (outcome.wrong, outcome.runs <= 2) == ((), True), (str(case), outcome.codes)
