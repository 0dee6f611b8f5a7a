"""When the PC acts in the time of a board, and what ends the board's program then.

Rules that hold here: PC and board never compute at the same moment; what the PC did to the
board from outside (power, reset) is felt one action a turn, in order, none is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from modemflash_sim.board.pc_end import PcEnd
from modemflash_sim.board.scheduler import Ended, Scheduler
from modemflash_sim.board.uart import Uart


class PcTurns:
    """The PC beside a board. See `scheduler.Outside`.

    Args:
        pc: the PC's end of the cable.
        scheduler: the board's time.
        console_uart: what the PC may be waiting for.
        process: the board's Python process now; another object after every reset.
        interrupted: whether a Ctrl-C waits for a program that runs.
    """

    def __init__(
        self,
        pc: PcEnd,
        scheduler: Scheduler,
        console_uart: Uart,
        process: Callable[[], object],
        interrupted: Callable[[], bool],
    ) -> None:
        self._pc = pc
        self._scheduler = scheduler
        self._console_uart = console_uart
        self._process = process
        self._interrupted = interrupted
        self._actions: deque[str] = deque()

    def put(self, action: str) -> None:
        """Do something to the board: it ends its program with that, see `Ended`."""
        self._actions.append(action)

    def next_us(self) -> int | None:
        """When the PC wants to act next."""
        moments = [self._pc.next_us()]
        if self._pc.wants_input:
            moments.append(self._console_uart.next_us())  # the PC may be waiting for just that
        return min((moment for moment in moments if moment is not None), default=None)

    def act(self) -> None:
        """The PC's turn.

        Raises:
            Ended: for what it did to the board.
        """
        process = self._process()
        action = self._next_action()
        due_us = self._pc.next_us()
        if action is None and due_us is not None and due_us <= self._scheduler.now_us:
            self._pc.give_turn()
            action = self._next_action()
        if action is not None:
            raise Ended(action)
        self._scheduler.settle()
        if self._process() is not process:
            raise Ended("restarted")  # Ctrl-F, from inside the console
        if self._interrupted():
            raise Ended("interrupt")

    def _next_action(self) -> str | None:
        return self._actions.popleft() if self._actions else None
