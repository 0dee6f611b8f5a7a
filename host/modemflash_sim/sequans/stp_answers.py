"""The modem's STP answers on their way out, with everything that may go wrong there.

Rules that hold here: without faults an answer goes out as it is; a fault
changes what the wire carries, never what the modem did.
"""

from __future__ import annotations

import struct

from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.at_texts import URCS
from modemflash_sim.sequans.corruption import Corruption
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_frames import Request


class Answers:
    """Sends the answers of the STP side."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._wire = Corruption(state.faults, "from", state.random)
        self._sent = b""

    def send(self, request: Request, operation: int, payload: bytes = b"") -> bytes:
        """Answer a request; returns the answer as it should be on the wire."""
        with_crc = self._state.assumptions.answer_crc == "computed"
        true = frames.answer(request, operation, payload, with_crc)
        self._emit(self._altered(true))
        return true

    def send_again(self, answer: bytes) -> None:
        """The same answer once more."""
        self._emit(self._altered(answer))

    def out_of_sorts(self, request: Request) -> bool:
        """Whether the modem refuses this request without cause, or does not make it out."""
        if self._state.chance("refuse"):
            self.send(request, frames.REFUSE)
            return True
        if self._state.chance("not-understood"):
            self.send(request, frames.NOT_UNDERSTOOD)
            return True
        return False

    def left_over(self, size: int) -> int:
        """How many bytes at the end of a block the modem does not take this time."""
        state = self._state
        if state.chance("residue-all"):
            return size
        return state.random.randrange(size) if state.chance("residue") else 0

    def _altered(self, answer: bytes) -> bytes:
        state = self._state
        stale, self._sent = self._sent, answer
        if state.chance("residue-lie") and answer[4] == frames.BLOCK | frames.ACKNOWLEDGE:
            answer = answer[:-2] + struct.pack(">H", state.random.randrange(1, 4096))
        if state.chance("wrong-transaction"):
            answer = answer[:8] + struct.pack(">I", state.random.randrange(1 << 32)) + answer[12:]
        if state.chance("wrong-signature"):
            answer = b"fast" + answer[4:]
        if state.chance("stale-answer") and stale:
            answer = stale
        if state.chance("double-answer"):
            answer += answer
        if state.chance("stray"):
            answer = state.random.choice(URCS) + answer
        return answer

    def _emit(self, answer: bytes) -> None:
        answer, delay_us = self._wire.apply(answer)
        if answer:
            self._state.send(answer, self._state.timing.answer_us + delay_us)
