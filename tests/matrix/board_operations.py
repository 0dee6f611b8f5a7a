"""The operations of a simulated board, counted, and cut at a chosen one.

Rules: an operation is bytes to the modem or from it, a sector written, a note
(NVS, a boot flag), a reset that the board makes, or a change of what the modem
is doing; on the PC it is bytes to the board or from it, and a write of the
journal. A cut falls before its operation, with bytes into their middle.
"""

from __future__ import annotations

from collections.abc import Callable

from matrix.operations import POWER_OFF_S, Cuts
from modemflash_sim.board.answers import NOTHING, Answer
from modemflash_sim.board.process import BoardProcess
from modemflash_sim.board.requests import Op
from modemflash_sim.sequans.modem import SimModem

MODEM_UART = 1
_NOTES = {Op.NVS: (1, 2), Op.FLAG: (0, 1)}  # those that set and erase
_DRAIN_MS = 50


class BoardOperations:
    """Stands between a board's Python and what carries its requests out.

    Args:
        board: it stays under watch for good.
        modem: at its pins.
        strike: carries a cut out, from the board's own course of time; may raise `Ended`.

    Attributes:
        cuts: those of the command that runs; a new object counts anew.
    """

    def __init__(self, board: BoardProcess, modem: SimModem, strike: Callable[[str], None]) -> None:
        self.cuts = Cuts()
        self._board = board
        self._modem = modem
        self._strike = strike
        self._carry_out = board._answers.carry_out
        self._doing = self._what_it_does()
        board._answers.carry_out = self.carry_out  # type: ignore[method-assign]

    def carry_out(self, op: int, a: int, b: int, data: bytes) -> Answer:
        """See `Answers`."""
        kind = _kind_of(op, a, b)
        cut = self.cuts.next(kind) if kind else ""
        if cut and kind == "write":
            self._carry_out(op, a, b, data[: len(data) // 2])
            self._board.uart.wait_tx_done(_DRAIN_MS)
            self._strike(cut)
            return NOTHING
        if cut:
            self._strike(cut)
        number, answer = self._carry_out(op, a, b, data)
        if op == Op.UART_READ and b == MODEM_UART and answer and (cut := self.cuts.next("read")):
            self._strike(cut)
            number, answer = NOTHING
        if cut := self.mode_cut():
            self._strike(cut)
        return number, answer

    def mode_cut(self) -> str:
        """The cut that falls into a change of what the modem does, if it changed."""
        doing = self._what_it_does()
        if doing == self._doing:
            return ""
        self._doing = doing
        return self.cuts.next("mode")

    def cut_modem_power(self, comes_back: bool) -> None:
        """The modem's power goes, for ten seconds or until somebody gives it."""
        now_us = self._board.now_us
        self._modem.advance(now_us)
        if self._modem.live.powered:
            self._board.uart.drop_output()
            if comes_back:
                self._modem.cut_power(POWER_OFF_S, now_us)
            else:
                self._modem.power(False, now_us)
        self._doing = self._what_it_does()

    def _what_it_does(self) -> tuple[object, ...]:
        live = self._modem.live
        return live.phase, live.mode, live.installing is not None


def _kind_of(op: int, a: int, b: int) -> str:
    """What a request counts as, before it is carried out; "" for nothing, or for what is seen afterwards."""
    if op == Op.UART_WRITE and b == MODEM_UART:
        return "write"
    if op == Op.BLOCKS_WRITE:
        return "sector"
    if op == Op.RESET:
        return "reset"
    return "note" if a in _NOTES.get(Op(op), ()) else ""
