"""Rules of `scheduler`: time never goes back, and what is due comes at its own moment."""

from __future__ import annotations

import pytest

from modemflash_sim.board.scheduler import Ended, Scheduler


def test_an_end_comes_at_its_moment() -> None:
    """The earliest first; once it came it is gone."""
    scheduler = Scheduler()
    scheduler.end_at("watchdog", 500)
    scheduler.end_at("cut", 300)
    with pytest.raises(Ended) as ended:
        scheduler.pass_to(1_000)
    assert (ended.value.how, scheduler.now_us) == ("cut", 300)
    with pytest.raises(Ended) as ended:
        scheduler.spend(1_000)
    assert (ended.value.how, scheduler.now_us) == ("watchdog", 500)
    scheduler.pass_to(1_000)
    assert scheduler.now_us == 1_000


def test_an_end_is_moved_taken_back_and_cleared() -> None:
    """A fed watchdog ends it later; a reset clears all."""
    scheduler = Scheduler()
    scheduler.end_at("watchdog", 100)
    scheduler.end_at("watchdog", 200)
    scheduler.pass_to(150)
    scheduler.end_at("watchdog", None)
    scheduler.pass_to(300)
    scheduler.end_at("cut", 400)
    scheduler.clear()
    scheduler.pass_to(500)


def test_time_never_goes_back() -> None:
    """A moment that is over changes nothing."""
    scheduler = Scheduler(1_000)
    scheduler.pass_to(10)
    assert scheduler.now_us == 1_000


def test_events_happen_in_order_beside_the_program() -> None:
    """Each at its own moment, and what is due later waits; an end before them comes first."""
    scheduler = Scheduler()
    seen: list[tuple[str, int]] = []
    scheduler.at(200, lambda: seen.append(("b", scheduler.now_us)))
    scheduler.at(100, lambda: seen.append(("a", scheduler.now_us)))
    scheduler.at(900, lambda: seen.append(("c", scheduler.now_us)))
    scheduler.pass_to(500)
    assert seen == [("a", 100), ("b", 200)]
    scheduler.end_at("cut", 600)
    with pytest.raises(Ended):
        scheduler.pass_to(1_000)
    assert len(seen) == 2


def test_who_shares_the_time_acts_when_it_wants() -> None:
    """As often as it is due before the program's own moment."""

    class Outside:
        def __init__(self) -> None:
            self.acted: list[int] = []

        def next_us(self) -> int | None:
            return None if len(self.acted) == 2 else 100 * (len(self.acted) + 1)

        def act(self) -> None:
            self.acted.append(scheduler.now_us)

    scheduler = Scheduler()
    outside = scheduler.outside = Outside()
    scheduler.pass_to(1_000)
    assert (outside.acted, scheduler.now_us) == ([100, 200], 1_000)
