"""Rules of `state`: the queue of output, the timers, and what grows the revision."""

from __future__ import annotations

from modemflash_sim.sequans import faults, profiles
from modemflash_sim.sequans.assumptions import Assumptions
from modemflash_sim.sequans.state import State


def fresh(fault: str = "") -> State:
    return State(profiles.find("pycom-catm1"), Assumptions(), faults.parse(fault), 0, 1_000, None, None, None)


def test_output_leaves_in_the_order_it_was_queued() -> None:
    """What is queued later with a shorter wait still leaves later."""
    state = fresh()
    state.send(b"late", 5_000)
    state.send(b"early", 0)
    assert state.next_due() == 6_000
    assert state.sent() == []
    state.now_us = 6_000
    assert [data for data, _ in state.sent()] == [b"late", b"early"]
    assert state.next_due() is None


def test_the_end_of_output_is_when_its_last_byte_left() -> None:
    """Ten bits a byte at the rate of the moment."""
    assert fresh().send(b"12345", 0) == 1_000 + 5 * 10 * 1_000_000 // 921_600


def test_a_busy_modem_sends_afterwards() -> None:
    """Output waits until what it erases or writes is done."""
    state = fresh()
    state.live.busy_until_us = 50_000
    state.send(b"OK", 0)
    assert state.next_due() == 50_000


def test_output_waits_for_a_receiver_and_can_be_dropped() -> None:
    """Nothing leaves while the other end is not ready; a power cut drops it all."""
    state = fresh()
    state.send(b"OK", 0)
    state.may_send = False
    assert (state.sent(), state.next_due()) == ([], None)
    state.may_send = True
    state.drop_output()
    assert state.sent() == []


def test_a_mute_modem_queues_nothing() -> None:
    """What would leave in its silence never leaves."""
    state = fresh("mute:10")
    assert not state.hears
    state.send(b"OK", 0)
    assert state.next_due() is None


def test_timers_fire_in_order_and_move_time() -> None:
    """The earliest first, at its own moment; those that are not due stay."""
    state = fresh()
    state.set_timer("b", 3_000)
    state.set_timer("a", 2_000)
    state.set_timer("c", 9_000)
    assert [(state.take_timer(5_000), state.now_us) for _ in range(3)] == [
        ("a", 2_000),
        ("b", 3_000),
        (None, 3_000),
    ]
    assert state.next_due() == 9_000


def test_a_counted_fault_is_spent() -> None:
    """So often and not again, and each time is something to keep."""
    state = fresh("leftover:2")
    before = state.revision
    assert [state.spend("leftover") for _ in range(3)] == [True, True, False]
    assert state.revision == before + 2
    assert not state.spend("sticks")


def test_a_note_is_taken_once_and_a_violation_each_time() -> None:
    """Notes are worth knowing; violations are counted."""
    state = fresh()
    for _ in range(2):
        state.note("n")
        state.violation("v")
    assert (state.record.notes, state.record.violations) == (["n"], ["v", "v"])
