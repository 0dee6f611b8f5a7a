"""Writes the story and the bytes of a run into its captures, masked.

Rules: of what a module and this PC say to each other only what the family lists
as readable is kept, of the rest its shape, unless a raw capture was asked for by
name; events of the run's own file are masked even then; only what the
family's framer calls a frame passes as it is, everything else goes through the
masks; what the masks hold back goes out before we write again; talk that comes
while firmware is under way is cut beyond a few bytes, because it could be an
echo of firmware; progress is written down once a second, because the blocks are
there by themselves.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

from modemflash_host.capture.file import CaptureFile, Record
from modemflash_host.families.contract import FILLING, FRAME, TALK, Framer, Piece, TalkOnly
from modemflash_host.families.vocabulary import Readable, Vocabulary
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
        self._readable: Readable | None = None
        self._is_dropped = False

    # -- the sink

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        """From here on the talk is that of one family."""
        self._release()
        self._readable = vocabulary.readable
        self._masks = {direction: Masker(self._readable) for direction in self._masks}
        for file in (self.wire, self.story):
            if file is not None and vocabulary.family:
                file.write({"at_ms": self.now_ms(), "phase": self._phase, "family": vocabulary.family})

    def report(self, event: Event, at_s: float) -> None:
        """Write an event down."""
        if event["event"] == "phase":
            self._phase = event["phase"]
        elif event["event"] == "progress" and event["done"] < event["total"]:
            if self.now_ms() - self._progress_at_ms < _PROGRESS_EVERY_MS:
                return
            self._progress_at_ms = self.now_ms()
        masked = without_home(mask_event(event, self._readable))
        self._put(event=event if self.raw and self.story is not None else masked)
        if self.story is not None:
            self.story.write({"at_ms": self.now_ms(), "phase": self._phase, "event": masked})

    def tick(self, at_s: float) -> None:
        """Time is in every record."""

    def close(self) -> None:
        """The run is over: what the masks still hold goes out, and the files are closed."""
        for direction, piece in self._framer.rest():
            self._put_piece(direction, piece)
        self._release()
        self.wire.close()
        if self.story is not None:
            self.story.close()

    def give_up(self, error: Exception) -> None:
        """What goes over the wire cannot be written down any more; the story goes on."""
        self.wire.trouble(f"the wire is not captured any more: {type(error).__name__}")

    # -- the port

    def use(self, framer: Framer) -> None:
        """From here on the wire is that of one family; before, everything on it is talk."""
        self._framer = framer

    def sent(self, data: bytes) -> None:
        """Bytes that we write."""
        self._put_talk("rx", self._masks["rx"].flush())
        for piece in self._framer.sent(data):
            self._put_piece("tx", piece)
            if piece.kind == TALK:
                self._put_talk("tx", self._masks["tx"].flush())  # a write of ours is whole
                self._masks["rx"].expect(piece.data.decode("latin-1"))

    def heard(self, data: bytes, dropped: bool = False) -> None:
        """Bytes that came."""
        if dropped != self._is_dropped:
            self._put_talk("rx", self._masks["rx"].flush())
            self._is_dropped = dropped
        more = self._mark()
        if self.raw:
            self._put_text("rx", data, **more)
            return
        for piece in self._framer.heard(data):
            self._put_piece("rx", piece, **more)

    def link(self, max_burst: int) -> None:
        """What the port says of itself: a replay needs the same."""
        self._put(max_burst=max_burst)

    def baud(self, rate: int) -> None:
        """Our rate from here on: what came before is in no line with what comes."""
        self._put_talk("rx", self._masks["rx"].finish())
        self._put(baud=rate)

    def relay(self, **frame: Any) -> None:
        """A frame between this PC and a board that relays; what was in it is an event, or not kept."""
        self._put(**frame)

    def _put_piece(self, direction: str, piece: Piece, **more: Any) -> None:
        mask = self._masks[direction]
        if piece.kind == TALK and self.raw:
            self._put_text(direction, piece.data, **more)
        elif piece.kind == TALK:
            self._put_talk(direction, mask.feed(piece.data))
        else:
            self._put_talk(direction, mask.finish())
            if piece.kind == FRAME:
                self._put_text(direction, piece.data, **more)
            elif piece.kind == FILLING:
                self._put(tx_same=[piece.data[0], len(piece.data)])
            elif piece.data:
                more = {"data": piece.data} if self.raw else {}
                self._put(tx_block=len(piece.data), crc32=f"{zlib.crc32(piece.data):08x}", **more)

    def _release(self) -> None:
        """What the masks hold back goes out."""
        for direction, mask in self._masks.items():
            self._put_talk(direction, mask.finish())

    def _mark(self) -> Record:
        """What is said of bytes that came."""
        return {"dropped": True} if self._is_dropped else {}

    def _put_talk(self, direction: str, data: bytes) -> None:
        """What a mask gave."""
        more = self._mark() if direction == "rx" else {}
        if direction == "rx" and self._framer.in_transfer and len(data) > _LONGEST_ANSWER:
            more |= {"cut": len(data) - _LONGEST_ANSWER, "crc32": f"{zlib.crc32(data):08x}"}
            data = data[:_LONGEST_ANSWER]
        self._put_text(direction, data, **more)

    def _put_text(self, direction: str, data: bytes, **more: Any) -> None:
        if data:
            self._put(**{direction: data.decode("latin-1")}, **more)

    def _put(self, **record: Any) -> None:
        self.wire.write({"at_ms": self.now_ms(), "phase": self._phase, **record})


def _since_start() -> Callable[[], int]:
    """Milliseconds until a port brings its own clock."""
    start = time.monotonic_ns()
    return lambda: (time.monotonic_ns() - start) // 1_000_000
