"""Writes the story and the bytes of a run into its captures, masked.

Rules: identities leave neither in bytes nor in events, unless a raw capture was
asked for by name, and neither does the name of the user's home folder; only
whole frames of the family's protocol pass as they are, everything else goes
through the masks; talk that comes while firmware is under way is cut beyond a
few bytes, because it could be an echo of firmware; progress is written down
once a second, because the blocks are there by themselves.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

from modemflash_host.capture.file import CaptureFile, Record
from modemflash_host.families.contract import FILLING, FRAME, TALK, Framer, Piece, TalkOnly
from modemflash_host.privacy import Masker, mask_event, without_home
from modemflash_host.reporters import Event, Sink

_LONGEST_ANSWER = 64
_PROGRESS_EVERY_MS = 1000


class Recorder(Sink):
    """A sink of the `Reporter`, and where a `CapturingPort` writes.

    Args:
        wire: gets everything.
        story: gets the events only; None where `wire` is the run's own file.
        raw: keep payloads and identities.
    """

    def __init__(self, wire: CaptureFile, story: CaptureFile | None = None, raw: bool = False) -> None:
        self.wire = wire
        self.story = story
        self.raw = raw
        self.now_ms: Callable[[], int] = _since_start()
        self._phase = ""
        self._progress_at_ms = -_PROGRESS_EVERY_MS
        self._framer: Framer = TalkOnly()
        self._masks = {"tx": Masker(), "rx": Masker()}

    # -- the sink

    def report(self, event: Event, at_s: float) -> None:
        """Write an event down."""
        if event["event"] == "phase":
            self._phase = event["phase"]
        elif event["event"] == "progress" and event["done"] < event["total"]:
            if self.now_ms() - self._progress_at_ms < _PROGRESS_EVERY_MS:
                return
            self._progress_at_ms = self.now_ms()
        masked = without_home(mask_event(event))
        self._put(event=event if self.raw else masked)
        if self.story is not None:
            self.story.write({"at_ms": self.now_ms(), "phase": self._phase, "event": masked})

    def tick(self, at_s: float) -> None:
        """Time is in every record."""

    def close(self) -> None:
        """The run is over: what the masks still hold goes out, and the files are closed."""
        for direction, piece in self._framer.rest():
            self._put_piece(direction, piece)
        for direction, mask in self._masks.items():
            self._put_text(direction, mask.finish())
        self.wire.close()
        if self.story is not None:
            self.story.close()

    # -- the port

    def use(self, framer: Framer) -> None:
        """From here on the wire is that of one family; before, everything on it is talk."""
        self._framer = framer

    def sent(self, data: bytes) -> None:
        """Bytes that we write."""
        for piece in self._framer.sent(data):
            self._put_piece("tx", piece)

    def heard(self, data: bytes, dropped: bool = False) -> None:
        """Bytes that came."""
        more: Record = {"dropped": True} if dropped else {}
        if self.raw:
            self._put_text("rx", data, **more)
            return
        for piece in self._framer.heard(data):
            self._put_piece("rx", piece, **more)

    def link(self, max_burst: int) -> None:
        """What the port says of itself: a replay needs the same."""
        self._put(max_burst=max_burst)

    def baud(self, rate: int) -> None:
        """Our rate from here on."""
        self._put(baud=rate)

    def relay(self, **frame: Any) -> None:
        """A frame between this PC and a board that relays; what was in it is an event, or not kept."""
        self._put(**frame)

    def _put_piece(self, direction: str, piece: Piece, **more: Any) -> None:
        mask = self._masks[direction]
        if piece.kind == TALK and self.raw:
            self._put_text(direction, piece.data, **more)
        elif piece.kind == TALK:
            data = mask.feed(piece.data)
            if direction == "rx" and self._framer.in_transfer and len(data) > _LONGEST_ANSWER:
                more |= {"cut": len(data) - _LONGEST_ANSWER, "crc32": f"{zlib.crc32(data):08x}"}
                data = data[:_LONGEST_ANSWER]
            self._put_text(direction, data, **more)
        else:
            self._put_text(direction, mask.finish())
            if piece.kind == FRAME:
                self._put_text(direction, piece.data, **more)
            elif piece.kind == FILLING:
                self._put(tx_same=[piece.data[0], len(piece.data)])
            elif piece.data:
                more = {"data": piece.data} if self.raw else {}
                self._put(tx_block=len(piece.data), crc32=f"{zlib.crc32(piece.data):08x}", **more)

    def _put_text(self, direction: str, data: bytes, **more: Any) -> None:
        if data:
            self._put(**{direction: data.decode("latin-1")}, **more)

    def _put(self, **record: Any) -> None:
        self.wire.write({"at_ms": self.now_ms(), "phase": self._phase, **record})


def _since_start() -> Callable[[], int]:
    """Milliseconds until a port brings its own clock."""
    start = time.monotonic_ns()
    return lambda: (time.monotonic_ns() - start) // 1_000_000
