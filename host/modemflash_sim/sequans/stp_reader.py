"""Finds the requests in the bytes that reach the modem's STP side.

Rules that hold here: bytes that start no signature are dropped; a header with
a wrong CRC is no header; a bad wire (see `corruption`) meets each whole message
once, however the bytes were cut into pieces.
"""

from __future__ import annotations

from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.corruption import Corruption
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_answers import Answers
from modemflash_sim.sequans.stp_frames import HEADER_BYTES, Header, Request


class StpReader:
    """The bytes that came and make no whole request yet.

    Args:
        state: of the modem.
        answers: where what could not be made out is answered.
    """

    def __init__(self, state: State, answers: Answers) -> None:
        self._state = state
        self._answers = answers
        self._wire = Corruption(state.faults, "to", state.random)
        self._buffer = bytearray()
        self._checked = 0
        self._late: list[bytes] = []

    @property
    def corrupts(self) -> bool:
        """The wire to the modem is bad: late and doubled messages are not the updater's fault."""
        return self._wire.possible

    def forget(self) -> None:
        """Nothing came, and nothing is on its way."""
        self.rest()
        self._late.clear()
        self._state.live.timers.pop("late", None)

    def put(self, data: bytes) -> None:
        """More bytes came."""
        self._buffer += data

    def rest(self) -> bytes:
        """What is not read yet; it is gone afterwards."""
        rest = bytes(self._buffer)
        self._drop(len(rest))
        return rest

    def half(self) -> tuple[str, int]:
        """The header of a request that is not whole, in hex, and how much of its payload came."""
        if len(self._buffer) < HEADER_BYTES:
            return "", 0
        return bytes(self._buffer[:HEADER_BYTES]).hex(), len(self._buffer) - HEADER_BYTES

    def next(self) -> Request | None:
        """The next whole request; None when more bytes are needed."""
        while True:
            self._find_signature()
            buffer = self._buffer
            if len(buffer) < HEADER_BYTES:
                return None
            header = frames.header_of(buffer)
            if not header.good:
                self._drop(len(frames.REQUEST))
                self._complain(header, self._state.assumptions.bad_header, frames.NOT_UNDERSTOOD)
                continue
            whole = HEADER_BYTES + header.payload_bytes
            if len(buffer) < whole:
                return None
            if not self._checked and self._is_corrupted(whole):
                continue
            payload = bytes(buffer[HEADER_BYTES:whole])
            self._drop(whole)
            if frames.payload_fits(header, payload):
                return Request(header.operation, header.session, header.transaction, payload)
            self._complain(header, self._state.assumptions.bad_payload, frames.REFUSE)

    def late_message(self) -> bytes:
        """The message that the wire held back longest; no more harm comes to it."""
        message = self._late.pop(0)
        if self._late:
            self._state.set_timer("late", self._state.now_us + self._wire.delay_us)
        if self._buffer:
            return b""
        self._checked = len(message)
        return message

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._checked = max(0, self._checked - count)

    def _find_signature(self) -> None:
        buffer = self._buffer
        start = buffer.find(frames.REQUEST)
        if start < 0:
            keep = next(n for n in (3, 2, 1, 0) if buffer.endswith(frames.REQUEST[:n]))
            start = len(buffer) - keep
        if b"AT" in buffer[:start]:
            self._state.note("AT text while a session waited")
        self._drop(start)

    def _complain(self, header: Header, assumption: str, operation: int) -> None:
        """Say that something is wrong with a request; version 1 has no answer for that."""
        if assumption != "silent" and self._state.profile.stp_version >= 2:
            request = Request(header.operation, header.session, header.transaction, b"")
            self._answers.send(request, operation)

    def _is_corrupted(self, whole: int) -> bool:
        """Let the wire corrupt the message at the start of the buffer; True: look again."""
        kind = self._wire.next_kind()
        self._checked = whole
        message = bytes(self._buffer[:whole])
        if kind == "drop":
            self._drop(whole)
        elif kind == "flip":
            self._buffer[:whole] = self._wire.flip(message)
        elif kind == "duplicate":
            self._buffer[:0] = message
            self._checked += whole
        elif kind == "delay":
            self._drop(whole)
            self._late.append(message)
            self._state.set_timer("late", self._state.now_us + self._wire.delay_us)
        return bool(kind)
