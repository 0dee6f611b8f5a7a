"""The thread of a board that shares its time with a PC.

Rules that hold here: the board runs only while the PC waits, see `pc_end`; what breaks in
this thread is raised in the PC's, at its next turn.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from modemflash_sim.board.pc_end import PcEnd
from modemflash_sim.board.scheduler import Ended

_END_S = 10.0


class BoardThread:
    """Runs a board step by step.

    Args:
        pc: who hands over the turn.
        step: lets the board do one thing.
        end: does what ended the board's program, see `Ended`.
        leave: the thread ends.
    """

    def __init__(
        self, pc: PcEnd, step: Callable[[], None], end: Callable[[str], None], leave: Callable[[], None]
    ) -> None:
        self._pc = pc
        self._step = step
        self._end = end
        self._leave = leave
        self._failure: BaseException | None = None
        self._over = False
        self._thread = Thread(target=self._run, name="simulated board", daemon=True)

    def start(self) -> None:
        """Begin, unless it runs already."""
        if not self._thread.is_alive():
            self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        if self._thread.is_alive():
            self._over = True
            self._pc.leave()
            self._thread.join(_END_S)

    def check(self) -> None:
        """Raise what broke in the thread."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        self._pc.begin()
        try:
            while not self._over:
                try:
                    self._step()
                except Ended as ended:
                    self._end(ended.how)
        except BaseException as failure:  # noqa: BLE001 (the PC's thread raises it)
            self._failure = failure
        self._leave()
        self._pc.wake()
