"""The PC's end of a board's USB cable, in the board's own virtual time: port and clock in one.

Rules that hold here: PC and board never compute at the same moment, they hand
each other the turn; a wait of the PC lets the board run until bytes have
arrived or the time is over; what the adapter cannot do (a rate, a pulled plug)
is refused as the real one refuses it.
"""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue
from typing import Protocol

from modemflash.errors import LinkProblem
from modemflash_sim.board.repl import SimConsole
from modemflash_sim.endpoints.direction import Direction
from modemflash_sim.endpoints.noise import noise

CONSOLE_BAUD = 115_200
_PATIENCE_S = 120.0  # real time in which the other side must hand back the turn


class Cable:
    """Both directions of the wire between adapter and board, as the far end of UART 0.

    Args:
        latency_us: how long the adapter holds what the board sent.
        most_baud: the highest rate that the adapter passes.
    """

    def __init__(self, latency_us: int = 1_000, most_baud: int = 3_000_000) -> None:
        self.latency_us = latency_us
        self.most_baud = most_baud
        self.baud = CONSOLE_BAUD
        self.plugged = True
        self.console: SimConsole | None = None
        self._to_board: deque[tuple[int, bytes, int]] = deque()
        self._printed = Direction(latency_us=latency_us)
        self._arrived: deque[tuple[int, bytes, int]] = deque()

    # -- as the `wire.Device` of UART 0 ------------------------------------------

    def advance(self, now_us: int) -> None:
        """Nothing happens by itself."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """The board sent bytes."""
        if self.plugged and data:
            self._arrived.append((now_us + self.latency_us, data, baud))

    def next_due(self) -> int | None:
        """When the PC's next bytes begin."""
        return self._to_board[0][0] if self._to_board else None

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """The PC's bytes for the program's own UART; the console gets its own before."""
        said = []
        while self._to_board and self._to_board[0][0] <= now_us:
            at_us, data, baud = self._to_board.popleft()
            if self.console is not None and self.console.attached:
                self.console.feed(at_us, data, baud)
            else:
                said.append((data, baud))
        return said

    def set_rts(self, level: bool) -> None:
        """Nobody wires it."""

    # -- for the PC ---------------------------------------------------------------

    def show(self, now_us: int, data: bytes) -> None:
        """The console printed."""
        if self.plugged and data:
            self._printed.put(now_us, data, CONSOLE_BAUD)

    def send(self, now_us: int, data: bytes) -> None:
        """The PC sends."""
        if self.plugged and data:
            self._to_board.append((now_us, data, self.baud))

    def hear(self, now_us: int) -> bytes:
        """What has arrived at the PC by now."""
        heard = bytearray()
        for _, data, baud in self._printed.take(now_us):
            heard += data if baud == self.baud else noise(data, baud, self.baud)
        while self._arrived and self._arrived[0][0] <= now_us:
            _, data, baud = self._arrived.popleft()
            heard += data if baud == self.baud else noise(data, baud, self.baud)
        return bytes(heard)

    def next_us(self, now_us: int) -> int | None:
        """When something more arrives at the PC; None for never."""
        moments = [self._printed.next_us(now_us, 1_000)]
        if self._arrived:
            moments.append(self._arrived[0][0])
        return min((moment for moment in moments if moment is not None), default=None)

    def forget(self) -> None:
        """The plug is out, or the board without power: what was under way is gone."""
        self._to_board.clear()


class Shared(Protocol):
    """What a PC's end wants of its board."""

    @property
    def now_us(self) -> int:
        """The time."""

    def check(self) -> None:
        """Raise what went wrong on the board's side."""


class PcEnd:
    """See `modemflash.line` for ports and clocks. The board's time passes while this waits.

    Args:
        cable: to the board.
        board: whose time it is.
    """

    max_burst = 0

    def __init__(self, cable: Cable, board: Shared) -> None:
        self.cable = cable
        self.wake_us = 0
        self.wants_input = False
        self._board = board
        self._unread = bytearray()
        # Turns: a queue costs a fifth of what a semaphore with a time-out does.
        self._mine: SimpleQueue[None] = SimpleQueue()
        self._boards: SimpleQueue[None] = SimpleQueue()

    # -- clock ---------------------------------------------------------------------

    @property
    def now_us(self) -> int:
        """The board's time."""
        return self._board.now_us

    def ticks_ms(self) -> int:
        """Milliseconds; they do not wrap."""
        return self.now_us // 1_000

    def ticks_diff(self, end: int, start: int) -> int:
        """`end` minus `start`."""
        return end - start

    def sleep_ms(self, ms: int) -> None:
        """Let time pass; input stays."""
        self._wait(self.now_us + ms * 1_000, for_input=False)

    # -- port ----------------------------------------------------------------------

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`; 0 when the time is over."""
        deadline_us = self.now_us + timeout_ms * 1_000
        self._take_in()
        while not self._unread and self.now_us < deadline_us:
            self._wait(deadline_us, for_input=True)
            self._take_in()
        got = min(n, len(self._unread))
        buf[:got] = self._unread[:got]
        self._unread[:got] = b""
        return got

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """Send `n` bytes of `buf` from `off` on."""
        self.check_plug()
        self.cable.send(self.now_us, bytes(buf[off : off + n]))

    def drain(self, timeout_ms: int) -> bool:
        """Nothing waits in a simulated adapter."""
        return True

    def set_baud(self, rate: int) -> bool:
        """Change the rate of the adapter; False for one that it does not pass."""
        self.check_plug()
        if rate > self.cable.most_baud:
            return False
        self.cable.baud = rate
        return True

    def drop_input(self) -> None:
        """Forget what came and was not read."""
        self._take_in()
        self._unread.clear()

    def close(self) -> None:
        """The port is closed; opened again it has the console's rate."""
        self._unread.clear()
        self.cable.baud = CONSOLE_BAUD

    # -- the turn ------------------------------------------------------------------

    def next_us(self) -> int | None:
        """When the PC wants its turn."""
        if not self.wants_input:
            return self.wake_us
        arrives_us = self.cable.next_us(self.now_us)
        return self.wake_us if arrives_us is None else min(self.wake_us, arrives_us)

    def leave(self) -> None:
        """The PC wants nothing any more: the board's thread may end."""
        self.wake_us = self.now_us
        self._boards.put(None)

    def give_turn(self) -> None:
        """From the board's thread: the PC's turn, until it waits again."""
        self._mine.put(None)
        self._boards.get()

    def begin(self) -> None:
        """From the board's thread: wait for the first turn."""
        self._boards.get()

    def wake(self) -> None:
        """From the board's thread at its end: nobody hands over any more."""
        self._mine.put(None)

    def yield_turn(self) -> None:
        """Let the board have its turn, at this very moment."""
        self._wait(self.now_us, for_input=False)

    def _wait(self, until_us: int, for_input: bool) -> None:
        self.wake_us, self.wants_input = until_us, for_input
        self._boards.put(None)
        try:
            self._mine.get(timeout=_PATIENCE_S)
        except Empty:
            raise RuntimeError("the simulated board does not hand back the turn") from None
        self._board.check()

    def _take_in(self) -> None:
        self.check_plug()
        self._unread += self.cable.hear(self.now_us)

    def check_plug(self) -> None:
        """Raise `port-lost` while the plug is out."""
        if not self.cable.plugged:
            raise LinkProblem("port-lost", "simulated board")
