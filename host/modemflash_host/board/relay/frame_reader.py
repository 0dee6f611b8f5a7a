"""Whole frames out of what comes from a board, as `modemflash.board.pc_line` sends them.

Rules: what is damaged, or does not come to its end in time, is passed over byte by
byte, because a frame may begin within; what was passed over last is kept, for
it may be the words of a board that starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemflash.crc import crc16
from modemflash.interface import HALF_FRAME_MS, SYNC

if TYPE_CHECKING:
    from modemflash.contracts import Clock

_MOST_BODY_BYTES = 16_384
_JUNK_BYTES = 64


class FrameReader:
    """The frames of one line.

    Args:
        clock: tells when the rest of a frame is overdue.

    Attributes:
        passed_over_bytes: since somebody set it to 0.
    """

    def __init__(self, clock: Clock) -> None:
        self.passed_over_bytes = 0
        self._clock = clock
        self._unread = bytearray()
        self._junk = bytearray()
        self._half_since_ms: int | None = None

    def feed(self, data: bytes | bytearray) -> None:
        """Bytes that came. Of what was passed over before, only the last stays."""
        del self._junk[:-_JUNK_BYTES]
        self._unread += data

    def clear(self) -> None:
        """Forget all that came: it was at another rate."""
        self._unread.clear()
        self._junk.clear()

    def has_heard(self, signs: tuple[bytes, ...]) -> bool:
        """Whether one of these texts is in what was passed over since the last `feed`, or shortly before."""
        return any(sign in self._junk for sign in signs)

    @property
    def heard_noise(self) -> bool:
        """Whether bytes came that are no text: a board that relays at another rate, perhaps."""
        return sum(byte >= 0x80 or byte < 0x07 for byte in self._junk[-_JUNK_BYTES:]) > 4

    def next(self, baud: int) -> tuple[bytes, bytes] | None:
        """Kind and body of the next whole frame; None until more comes.

        Args:
            baud: the rate, for how long the rest of a frame may take.
        """
        unread = self._unread
        while True:
            begin = unread.find(SYNC)
            if begin:
                self._pass_over(len(unread) if begin < 0 else begin)
            if len(unread) < 4:
                return None
            size = unread[2] << 8 | unread[3]
            end = 4 + size + 2
            if size > _MOST_BODY_BYTES:
                self._pass_over(1)
                continue
            if len(unread) < end:
                now_ms = self._clock.ticks_ms()
                if self._half_since_ms is None:
                    self._half_since_ms = now_ms
                allowed_ms = HALF_FRAME_MS + size * 10_000 // baud
                if self._clock.ticks_diff(now_ms, self._half_since_ms) < allowed_ms:
                    return None
                self._half_since_ms = None
                self._pass_over(1)
                continue
            self._half_since_ms = None
            if crc16(unread, 0, 1, end - 2) != unread[end - 2] << 8 | unread[end - 1]:
                self._pass_over(1)
                continue
            kind, body = bytes(unread[1:2]), bytes(unread[4 : end - 2])
            del unread[:end]
            return kind, body

    def _pass_over(self, count: int) -> None:
        self.passed_over_bytes += count
        self._junk += self._unread[:count]
        del self._unread[:count]
