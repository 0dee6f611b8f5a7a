"""A board that says far too much in the middle of a run: memory and capture stay small, and the run ends."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from modemflash.crc import crc16
from modemflash.interface import EVENT, HEARTBEAT, RUNNING, SYNC
from modemflash_host.board.relay.conversation import RelayTalk
from modemflash_host.board.relay.line import RelayLost
from modemflash_host.capture.file import MOST_BYTES
from modemflash_host.capture.runs import begin_run
from modemflash_host.reporters import Reporter
from modemflash_host.reporters.masking_sink import MaskingSink
from modemflash_host.run.stop_requests import StopRequests
from support.scripted_relay import ScriptedRelay, talk_to
from support.sinks import EventSink

FLOOD_BYTES = 3 << 19
MOST_MEMORY = 1 << 20  # of the conversation and the capture, while half as much again comes


class Enough(Exception):
    """The flood is over: the cable was pulled."""


class Flood(ScriptedRelay):
    """After its first heartbeat it sends the same kind of thing for ever, at its rate."""

    def __init__(self, kind: str) -> None:
        super().__init__([(RUNNING, ())])
        self._kind = kind
        self._sent = 0

    def _piece(self) -> bytes:
        self._sent += 1
        words = f"{self._sent:06x} " * 150
        if self._kind == "nuls":
            return bytes(8_192)
        if self._kind == "heartbeats":
            return framed(HEARTBEAT, RUNNING.encode() + words.encode())
        number = bytes([self._sent % 256])
        if self._kind == "nested":
            return framed(EVENT, number + b"[" * 4_000)
        events = {
            "crashes": {"event": "crash-dump", "size": 9, "raw": words},
            "records": {"event": "record", "before": {words: "a"}, "after": {}},
        }
        return framed(EVENT, number + json.dumps(events[self._kind]).encode())

    def readinto(self, buf: bytearray, n: int, timeout_ms: int) -> int:
        if not self._unread and self._state:
            self._unread += self._piece()
            self.clock.sleep_ms(len(self._unread) // 92)
            if self._sent * len(self._unread) > FLOOD_BYTES:
                raise Enough
        return super().readinto(buf, n, timeout_ms)


def framed(kind: bytes, body: bytes) -> bytes:
    """As a board sends it."""
    frame = bytes([SYNC]) + kind + len(body).to_bytes(2, "big") + body
    return frame + crc16(frame, 0, 1, len(frame)).to_bytes(2, "big")


class Counting(EventSink):
    """A screen: what was shown is gone."""

    def report(self, event: dict[str, object], at_s: float) -> None:
        """Nothing stays."""


@pytest.mark.parametrize("kind", ["nuls", "heartbeats", "nested", "crashes", "records"])
def test_a_board_that_floods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whatever it sends for ever, well made or not."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    recorder, own_file = begin_run(["update"], "sim", print, to=None, raw=False, facts={})
    reporter = Reporter([MaskingSink(Counting())], StopRequests(), recorder)
    talk: RelayTalk = talk_to(Flood(kind), reporter)
    tracemalloc.start()
    try:
        with pytest.raises((Enough, RelayLost)):
            talk.await_end()
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    reporter.end_recording({"event": "result"})
    assert own_file.stat().st_size < MOST_BYTES
