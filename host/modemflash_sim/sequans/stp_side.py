"""The STP side of the simulated modem: bytes in, requests out to the session under way.

Rules that hold here: there is one session at a time, from the AT command that opens a
transfer to its closing RESET, its time-out, or a boot; what a request does is the session's
business, what becomes of the image afterwards is `flashing`.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_sim.sequans import flashing
from modemflash_sim.sequans import stp_frames as frames
from modemflash_sim.sequans.memory import Session
from modemflash_sim.sequans.state import State
from modemflash_sim.sequans.stp_answers import Answers
from modemflash_sim.sequans.stp_frames import Request
from modemflash_sim.sequans.stp_reader import StpReader
from modemflash_sim.sequans.stp_session import TransferSession

# A modem that starts inside a half block waits for so many bytes, and has so many of them.
HALF_BLOCK_BYTES, HALF_BLOCK_HAVE_BYTES = 4096, 1500
HALF_BLOCK_TRANSACTION = 9


class StpSide:
    """Takes transfer sessions.

    Args:
        state: of the modem.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers = Answers(state)
        self._reader = StpReader(state, self._answers)
        self.forget()

    @property
    def timers(self) -> dict[str, Callable[[], None]]:
        """What to do when a timer of this side fires."""
        return {"idle": self._idle, "late": self._late}

    def forget(self) -> None:
        """No session, no bytes: as after a boot."""
        self._reader.forget()
        self._last_us = 0
        self._session: TransferSession | None = None

    def saved(self) -> Session | None:
        """The session under way as plain data; None when there is none."""
        if self._session is None:
            return None
        return self._session.saved(self._last_us, *self._reader.half())

    def load(self, session: Session) -> None:
        """Go on with a session that was saved. What was in a half block is zeros now."""
        self._begin(session.purpose).load(session)
        self._last_us = session.last_us
        if session.half_header:
            half = bytes.fromhex(session.half_header) + bytes(session.half_payload_bytes)
            self._reader.put(half)

    # -- sessions ------------------------------------------------------------

    def open(self, purpose: str) -> None:
        """An AT command opened the transfer of an image for `purpose`."""
        self._begin(purpose)
        if purpose == "staged":
            self._state.memory.staged = None
        self._state.enter("stp")
        self._touch()

    def start_inside_a_block(self, purpose: str) -> None:
        """An updater died here: a session is open, half a block is in, the rest never came."""
        self.open(purpose)
        assert self._session is not None
        self._session.start_inside_a_block(HALF_BLOCK_TRANSACTION, HALF_BLOCK_BYTES)
        request = Request(frames.BLOCK, 1, HALF_BLOCK_TRANSACTION, bytes(HALF_BLOCK_BYTES))
        self._reader.put(frames.request_bytes(request)[:HALF_BLOCK_HAVE_BYTES])

    def end_session(self) -> None:
        """The power went: what was taken so far is all there is."""
        if self._session is not None:
            self._session.end_image()

    def _begin(self, purpose: str) -> TransferSession:
        self.forget()
        session = TransferSession(self._state, self._answers, purpose, self._reader.corrupts)
        self._session = session
        return session

    def _idle(self) -> None:
        """The idle timer fired."""
        state = self._state
        due_us = max(self._last_us, state.live.busy_until_us) + state.timing.stp_idle_us
        if due_us > state.now_us:
            state.set_timer("idle", due_us)
            return
        state.note("a session ended by its idle time-out")
        self._close()

    def _close(self) -> None:
        """Back to AT, or on to what a whole image leads to."""
        state, session = self._state, self._session
        state.live.timers.pop("idle", None)
        facts = session.end_image() if session is not None else None
        self.forget()
        state.enter("at")
        if session is None or facts is None or not facts.size_bytes:
            return
        if session.purpose == "updater":
            if facts.complete:
                flashing.start_updater(state)
        elif session.purpose == "staged":
            state.memory.staged = facts if facts.complete else None
            state.memory.report = ""
        elif facts.complete:
            flashing.begin_install(state, facts, session.purpose, state.now_us)
        else:
            state.memory.report = "fail: short"

    def _touch(self) -> None:
        state = self._state
        self._last_us = state.now_us
        if state.assumptions.stp_idle == "times-out" and "idle" not in state.live.timers:
            state.set_timer("idle", state.now_us + state.timing.stp_idle_us)

    # -- bytes ---------------------------------------------------------------

    def take(self, data: bytes, first_us: int) -> bytes:
        """Read bytes; returns those behind the RESET that closed the session."""
        state = self._state
        gap_us = first_us - self._last_us
        if gap_us > state.timing.short_payload_us and state.assumptions.short_payload == "dropped":
            self._reader.rest()
        self._touch()
        self._reader.put(data)
        while state.live.phase == "stp" and self._session is not None:
            request = self._reader.next()
            if request is None:
                return b""
            self._session.handle(request)
            if self._session.over:
                self._close()
        return self._reader.rest()

    def _late(self) -> None:
        """A message that the wire held back arrives."""
        self.take(self._reader.late_message(), self._state.now_us)
