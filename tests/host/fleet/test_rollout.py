"""The order of a fleet: canaries, so many at a time, a halt after failures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modemflash_host.fleet.rollout import Rollout


def begun(rollout: Rollout) -> list[str]:
    names = []
    while (name := rollout.next()) is not None:
        names.append(name)
    return names


def test_canaries_are_through_before_anybody_else_begins() -> None:
    rollout = Rollout(["a", "b", "c", "d"], jobs=3, canary=2)
    assert begun(rollout) == ["a", "b"]
    rollout.end("a", True)
    assert begun(rollout) == []
    rollout.end("b", True)
    assert begun(rollout) == ["c", "d"]


def test_a_canary_that_fails_halts_the_fleet() -> None:
    rollout = Rollout(["a", "b", "c"], jobs=2, canary=1)
    assert begun(rollout) == ["a"]
    rollout.end("a", False)
    assert rollout.is_over and rollout.waiting == ["b", "c"]


def test_after_so_many_failures_the_running_ones_finish_and_none_begins() -> None:
    rollout = Rollout(["a", "b", "c", "d"], jobs=2, stop_after=1)
    assert begun(rollout) == ["a", "b"]
    rollout.end("a", False)
    assert begun(rollout) == [] and not rollout.is_over
    rollout.end("b", True)
    assert rollout.is_over


def test_a_board_that_waits_for_its_port_holds_up_no_other() -> None:
    rollout = Rollout(["a", "b", "c"], jobs=1)
    assert begun(rollout) == ["a"]
    rollout.leave("a")
    assert begun(rollout) == ["b"] and not rollout.come_back("a")
    rollout.end("b", True)
    assert rollout.come_back("a") and begun(rollout) == []
    rollout.leave("a")
    assert begun(rollout) == ["c"]
    rollout.end("c", True)
    assert not rollout.is_over
    rollout.end("a", True)
    assert rollout.is_over


def test_a_canary_that_waits_for_its_port_is_waited_for() -> None:
    rollout = Rollout(["a", "b"], jobs=1, canary=1)
    assert begun(rollout) == ["a"]
    rollout.leave("a")
    assert begun(rollout) == []
    rollout.end("a", False)
    assert rollout.is_over and rollout.waiting == ["b"]


few = st.integers(0, 5)


@given(st.integers(1, 20), st.integers(1, 5), few, few, st.lists(st.booleans()), st.data())
def test_whatever_happens_it_ends_and_each_board_is_begun_once(
    count: int, jobs: int, canary: int, stop_after: int, ends: list[bool], data: st.DataObject
) -> None:
    rollout = Rollout([str(number) for number in range(count)], jobs, canary, stop_after)
    seen: list[str] = []
    outcomes = iter([*ends, *[True] * count])
    while not rollout.is_over:
        seen += begun(rollout)
        assert len(rollout.running) <= jobs and (rollout.running or rollout.away)
        name = data.draw(st.sampled_from(sorted(rollout.running | rollout.away)))
        if name in rollout.away:
            rollout.come_back(name)
        elif data.draw(st.booleans()):
            rollout.leave(name)
        else:
            rollout.end(name, next(outcomes))
    assert len(seen) == len(set(seen))
    assert rollout.is_halted or len(seen) == count
