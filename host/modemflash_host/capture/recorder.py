"""Writes the story and the bytes of a run into its captures, masked.

Rules: identities leave neither in bytes nor in events, unless a raw capture was
asked for by name, and neither does the name of the user's home folder; an
answer inside a session is no text and passes as it is, so that not one byte of
it is held back; what a modem sends there beyond a few bytes is cut, because it
could be an echo of firmware; progress is written down once a second, because
the blocks are there by themselves.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

from modemflash_host.capture.file import CaptureFile, Record
from modemflash_host.families.sequans.framer import Block, Filling, Frame, Frames
from modemflash_host.privacy import Masker, mask_event, without_home

_LONGEST_ANSWER = 64
_PROGRESS_EVERY_MS = 1000


class Recorder:
    """A voice of the `Reporter`, and where a `CapturingPort` writes.

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
        self._frames = Frames()
        self._sent_mask, self._heard_mask = Masker(), Masker()

    # -- the voice

    def report(self, event: dict[str, Any], at_s: float) -> None:
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
        self._put_text("tx", self._sent_mask.finish())
        self._put_text("rx", self._heard_mask.finish())
        self.wire.close()
        if self.story is not None:
            self.story.close()

    # -- the port

    def sent(self, data: bytes) -> None:
        """Bytes that we write."""
        for each in self._frames.split(data):
            if isinstance(each, bytes):
                self._put_text("tx", each if self.raw else self._sent_mask.feed(each))
                continue
            self._put_text("tx", self._sent_mask.finish())
            if isinstance(each, Frame):
                self._put_text("tx", each.data)
            elif isinstance(each, Filling):
                self._put(tx_same=[each.byte, each.count])
            else:
                self._put_block(each)

    def heard(self, data: bytes, dropped: bool = False) -> None:
        """Bytes that came."""
        more: Record = {"dropped": True} if dropped else {}
        if self.raw:
            self._put_text("rx", data, **more)
        elif self._frames.in_session:
            self._put_text("rx", self._heard_mask.finish())
            if len(data) > _LONGEST_ANSWER:
                more |= {"cut": len(data) - _LONGEST_ANSWER, "crc32": f"{zlib.crc32(data):08x}"}
            self._put_text("rx", data[:_LONGEST_ANSWER], **more)
        else:
            self._put_text("rx", self._heard_mask.feed(data), **more)

    def link(self, max_burst: int) -> None:
        """What the port says of itself: a replay needs the same."""
        self._put(max_burst=max_burst)

    def baud(self, rate: int) -> None:
        """Our rate from here on."""
        self._put(baud=rate)

    def relay(self, **frame: Any) -> None:
        """A frame between this PC and a board that relays; what was in it is an event, or not kept."""
        self._put(**frame)

    def _put_block(self, block: Block) -> None:
        more: Record = {"data": block.data} if self.raw else {}
        self._put(tx_block=block.size, crc32=f"{block.crc32:08x}", **more)

    def _put_text(self, direction: str, data: bytes, **more: Any) -> None:
        if data:
            self._put(**{direction: data.decode("latin-1")}, **more)

    def _put(self, **record: Any) -> None:
        self.wire.write({"at_ms": self.now_ms(), "phase": self._phase, **record})


def _since_start() -> Callable[[], int]:
    """Milliseconds until a port brings its own clock."""
    start = time.monotonic_ns()
    return lambda: (time.monotonic_ns() - start) // 1_000_000
