"""A simulated board with its cable at an endpoint: any program of this computer may talk to it.

Rules that hold here: one thread owns board and endpoint; virtual time never runs
ahead of the clock on the wall (it may fall behind it); while a PIC listens for
commands, the console goes nowhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from modemflash_sim.board.pic import PicAdapter
from modemflash_sim.board.usb_board import UsbBoard
from modemflash_sim.endpoints.pace import Endpoint
from modemflash_sim.endpoints.rfc2217 import COMMAND_BITS, Rfc2217Endpoint

STEP_MS = 10
_END_S = 20.0


class ServedBoard:
    """A board, its adapter and an endpoint.

    Args:
        board: the board; whoever made it switches it on and closes it.
        endpoint: the endpoint; whoever made it closes it.
        pic: the adapter, where it is one of Pycom's; it needs an `Rfc2217Endpoint`.
        paced: False lets time run as fast as it can.
        step_ms: how long a step is.
    """

    def __init__(
        self,
        board: UsbBoard,
        endpoint: Endpoint,
        pic: PicAdapter | None = None,
        *,
        paced: bool = True,
        step_ms: int = STEP_MS,
    ) -> None:
        self.board = board
        self._endpoint = endpoint
        self._pic = pic
        self._paced = paced
        self._step_ms = step_ms
        self._unread = bytearray()
        self._room = bytearray(4096)
        self._start_s = time.monotonic() - board.now_us / 1_000_000
        if pic is not None:
            if not isinstance(endpoint, Rfc2217Endpoint):
                raise ValueError("only an rfc2217 endpoint carries data bits")
            endpoint.adapter = pic

    def step(self) -> None:
        """What came in and went out, and a little time."""
        cable, pc = self.board.cable, self.board.pc
        for data, baud in self._endpoint.read():
            cable.baud = baud or cable.baud
            pc.write(data, 0, len(data))
        cable.baud = self._endpoint.baud or cable.baud
        if self._pic is not None:
            self._pic.advance()
        pc.sleep_ms(self._step_ms)
        got = pc.readinto(self._room, len(self._room), 0)
        if getattr(self._endpoint, "data_bits", 8) != COMMAND_BITS or self._pic is None:
            self._unread += self._room[:got]
        taken = self._endpoint.write(bytes(self._unread))
        self._unread[:taken] = b""
        ahead_s = self.board.now_us / 1_000_000 - (time.monotonic() - self._start_s)
        if self._paced and ahead_s > 0:
            time.sleep(ahead_s)


@contextmanager
def serve_board(served: ServedBoard) -> Iterator[None]:
    """Let a board run in a thread of this process; leave it alone until it is over."""
    stopping = threading.Event()
    broke: list[BaseException] = []

    def run() -> None:
        try:
            while not stopping.is_set():
                served.step()
        except BaseException as error:  # noqa: BLE001 (handed to the thread that opened the endpoint)
            broke.append(error)

    thread = threading.Thread(target=run, name="board at an endpoint")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(_END_S)
        if broke:
            raise broke[0]
