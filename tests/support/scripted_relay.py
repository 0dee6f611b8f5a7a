"""A board that relays, as a script: each line of it is a state and the messages that it tells in it.

Rules: its time is virtual, and only waiting moves it; it hears nothing, so it
says what it says whatever the PC wants; a message is bytes, well made or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from modemflash.crc import crc16
from modemflash.interface import EVENT, HEARTBEAT, SYNC
from modemflash.journal import Journal
from modemflash_host.board.modem_update import EngineRequest
from modemflash_host.board.relay.conversation import RelayTalk
from modemflash_host.reporters import Reporter
from support.sinks import Clock
from support.slots import Slots

_EVERY_MS = 500
JOB = b"0badcafe"


class ScriptedRelay:
    """The link to it, and its clock.

    Args:
        script: (state, messages) for each half second; the last state goes on for ever.
    """

    def __init__(self, script: Iterable[tuple[str, tuple[bytes, ...]]]) -> None:
        self.clock = Clock()
        self._script = list(script)
        self._state = ""
        self._number = 0
        self._unread = bytearray()
        self._due_ms = 0

    def readinto(self, buf: bytearray, n: int, timeout_ms: int) -> int:
        if not self._unread:
            self.clock.sleep_ms(250)  # longer than was allowed: an hour must pass in a moment
        if self.clock.now_ms >= self._due_ms:
            self._due_ms = self.clock.now_ms + _EVERY_MS
            self._speak()
        got = bytes(self._unread[:n])
        del self._unread[:n]
        buf[: len(got)] = got
        return len(got)

    def _speak(self) -> None:
        messages: tuple[bytes, ...] = ()
        if self._script:
            self._state, messages = self._script.pop(0)
        self._frame(HEARTBEAT, self._state.encode() + JOB)
        for message in messages:
            self._number = (self._number + 1) % 256
            self._frame(EVENT, bytes([self._number]) + message)

    def _frame(self, kind: bytes, body: bytes) -> None:
        frame = bytes([SYNC]) + kind + len(body).to_bytes(2, "big") + body
        self._unread += frame + crc16(frame, 0, 1, len(frame)).to_bytes(2, "big")

    def write(self, buf: Any, off: int, n: int) -> None:
        """It hears nothing."""

    def set_baud(self, rate: int) -> bool:
        return False

    def drain(self, timeout_ms: int) -> bool:
        return True

    def drop_input(self) -> None:
        self._unread.clear()

    def close(self) -> None:
        """Nothing to let go."""


def talk_to(board: ScriptedRelay, reporter: Reporter, **options: object) -> RelayTalk:
    """A conversation with it."""
    journal_of: Callable[..., Journal] = lambda line, key: Journal(Slots(), key)  # noqa: E731
    request = EngineRequest([], set(), options, journal_of)
    return RelayTalk(board, board.clock, reporter, request)  # type: ignore[arg-type]
