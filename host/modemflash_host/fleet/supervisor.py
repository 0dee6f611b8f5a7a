"""Carries a fleet through: begins boards in order, hears them, waits for ports, passes stop requests on.

Rules: what happens to one board changes nothing for another; a process that
ended without a result, or whose port went away, is begun again, because the
same command takes up what is unfinished; after a stop request none is begun;
few processes are started at a time; no wait is without an end: a process that
says nothing for longer than its phase allows is left alone and counted as not
known.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from modemflash_host.errors import StopNow
from modemflash_host.families.vocabulary import Event
from modemflash_host.fleet.board_state import AWAY, NOT_BEGUN, RUNNING, WAITING, BoardState
from modemflash_host.fleet.rollout import Rollout
from modemflash_host.fleet.worker import Events, Heard, Worker, events
from modemflash_host.reporters import AT_ONCE

_TICK_S = 0.2
_MOST_STARTS = 5  # of a process that ends without a result
_MOST_LOSSES = 25  # of an open port
_REST_SHARE, _LONGEST_REST_S = 3, 15.0  # after a try in vain so many times as long as it took
_DEFAULT_PHASE_S = 300.0
_STOPPED = "a stop was asked for"
_START_S = 3.0  # then a process counts as started, whatever it says

Start = Callable[[BoardState, Events], Worker]
"""Begins the process of a board."""


class View(Protocol):
    """Who watches a fleet."""

    def event(self, state: BoardState, event: Event) -> None:
        """One event of a board."""

    def tick(self, states: Sequence[BoardState], now_s: float) -> None:
        """Time goes by; several times a second."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How a fleet is carried through.

    Attributes:
        jobs: boards at a time.
        canary: so many first; all must end well.
        stop_after: failures after which none is begun; 0 for never.
        port_wait_s: how long a port that is away is waited for.
        silent_s: how long a process may be silent beyond what its phase allows.
        again_s: until a port that is away is looked for again.
        starting: processes at a time that have not come to their port yet: to start one takes all that a
            processor can do for a second, and those that transfer would wait meanwhile.
        last_words_s: how long processes are heard after the third stop request.
    """

    jobs: int
    canary: int = 0
    stop_after: int = 0
    port_wait_s: float = 120.0
    silent_s: float = 180.0
    again_s: float = 2.0
    starting: int = os.cpu_count() or 2
    last_words_s: float = 15.0


class Supervisor:
    """One run of a fleet.

    Args:
        states: its boards.
        limits: see there.
        start: begins a board's process.
        view: who watches.
        stop_wanted: how often the user asked to stop; the third request raises `StopNow`.
    """

    def __init__(
        self,
        states: Sequence[BoardState],
        limits: Limits,
        start: Start,
        view: View,
        stop_wanted: Callable[[], int],
    ) -> None:
        self._states = {state.entry.name: state for state in states}
        self._limits = limits
        self._start = start
        self._view = view
        self._stop_wanted = stop_wanted
        self._stops_told = 0
        self._events = events()
        self._workers: dict[str, Worker] = {}
        self._again_at: dict[str, float] = {}
        self._rollout = Rollout(list(self._states), limits.jobs, limits.canary, limits.stop_after)
        self._began = time.monotonic()

    def run(self) -> None:
        """Until every board that was begun has ended; what became of each stands in its state."""
        try:
            while not self._rollout.is_over:
                self._begin_again()
                self._begin_next()
                self._step()
                self._leave_silent()
        except StopNow:
            self._hear_last_words(self.now_s + self._limits.last_words_s)
            self._leave(list(self._workers))
        for state in self._states.values():
            if state.stage == AWAY:
                self._end(state, 0)
        self._leave_out_the_rest()

    @property
    def now_s(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    @property
    def is_halted(self) -> bool:
        """Boards that could have been begun were not."""
        return self._rollout.is_halted

    def _hear_last_words(self, until_s: float) -> None:
        while self._workers and self.now_s < until_s:
            with suppress(StopNow):  # it is asked for again and again
                self._step()

    def _step(self) -> None:
        self._hear()
        self._pass_stops_on()
        if self._rollout.is_halted:
            self._leave_out_the_rest()
        self._view.tick(list(self._states.values()), self.now_s)

    def _leave_out_the_rest(self) -> None:
        """Those that were not begun are not waited for."""
        for state in self._states.values():
            if state.stage == WAITING:
                state.stage = NOT_BEGUN
                state.happened = f"It was not begun: {self._rollout.halted_by or _STOPPED}"
                self._tell_end(state)

    def _begin_next(self) -> None:
        while self._may_start() and (name := self._rollout.next()) is not None:
            self._begin(self._states[name])

    def _may_start(self) -> bool:
        """Whether one more process leaves the others their share of this computer."""
        states = (self._states[name] for name in self._workers)
        early = (state for state in states if not state.has_started and self.now_s - state.start_s < _START_S)
        return sum(1 for _ in early) < self._limits.starting

    def _begin(self, state: BoardState) -> None:
        state.begin(self.now_s)
        self._workers[state.entry.name] = self._start(state, self._events)

    def _hear(self) -> None:
        until = time.monotonic() + _TICK_S
        while (left := until - time.monotonic()) > 0:
            try:
                self._take(self._events.get(timeout=left))
            except queue.Empty:
                return

    def _take(self, heard: Heard) -> None:
        state = self._states[heard.name]
        if state.stage not in (RUNNING, AWAY):
            return  # it was left
        if heard.event is not None:
            state.take(heard.event, self.now_s)
            self._view.event(state, heard.event)
            return
        self._workers.pop(heard.name, None)
        if state.is_away:
            state.go_away(self.now_s)
        if self._is_worth_another(state):
            state.stage = AWAY
            self._rollout.leave(heard.name)
            self._again_at[heard.name] = self.now_s + max(self._limits.again_s, self._rest_s(state))
            return
        if not state.result and not state.phases and self._stop_wanted():
            state.stop_early()
        self._end(state, heard.exit_code or 0)

    def _rest_s(self, state: BoardState) -> float:
        """After a try in vain: a process takes a place and a second of the processor, which others need."""
        if state.away_s is None or state.has_lost_port:
            return 0.0
        return min(_REST_SHARE * (self.now_s - state.start_s), _LONGEST_REST_S)

    def _is_worth_another(self, state: BoardState) -> bool:
        if self._stop_wanted():
            return False
        if not state.result:  # killed or crashed
            return state.starts < _MOST_STARTS
        if not state.is_away or state.away_s is None or state.losses > _MOST_LOSSES:
            return False
        return self.now_s - state.away_s < self._limits.port_wait_s

    def _end(self, state: BoardState, exit_code: int) -> None:
        state.end(exit_code, self.now_s)
        self._again_at.pop(state.entry.name, None)
        self._rollout.end(state.entry.name, state.is_good)
        self._tell_end(state)

    def _tell_end(self, state: BoardState) -> None:
        self._view.event(state, {"event": "board-ended", **state.row()})

    def _begin_again(self) -> None:
        for name, at_s in list(self._again_at.items()):
            state = self._states[name]
            if self._stop_wanted():
                self._end(state, 0)
            elif self.now_s >= at_s and self._may_start() and self._rollout.come_back(name):
                del self._again_at[name]
                self._begin(state)

    def _pass_stops_on(self) -> None:
        count = min(self._stop_wanted(), AT_ONCE)
        if not count:
            return
        self._rollout.halt(_STOPPED)
        for _ in range(count - self._stops_told):
            for worker in self._workers.values():
                worker.ask_to_stop()
            self._stops_told += 1

    def _leave_silent(self) -> None:
        for name in list(self._workers):
            state = self._states[name]
            allowed_s = state.watch.allowed_s or state.watch.silence_s or _DEFAULT_PHASE_S
            if self.now_s - state.heard_s > allowed_s + self._limits.silent_s:
                self._leave([name])

    def _leave(self, names: Sequence[str]) -> None:
        """Their processes are not waited for any more, and not ended: they may be writing."""
        for name in names:
            state = self._states[name]
            self._workers.pop(name, None)
            state.result = {}
            state.may_have_written = True
            state.happened = "Its process says nothing any more, and was left alone"
            state.hint = "Keep its power on, look at the board, then run the same command again."
            self._end(state, 0)
