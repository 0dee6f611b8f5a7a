"""The worker's JavaScript as the page's Python sees it, without a browser: a device, a store, a wait."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Promised:
    """Something that a wait gives at once."""

    value: Any


def wait(promise: Any) -> Any:
    """Nothing has to be waited for."""
    return promise.value


@dataclass
class JsBytes:
    """A Uint8Array."""

    data: bytes

    def to_bytes(self) -> bytes:
        return self.data


@dataclass
class StandInDevice:
    """A port: what comes is put into `coming`, each piece after one wait; what was done stands in `done`."""

    usb: str = "04d8:f012"
    isOpen: bool = False  # noqa: N815 (JavaScript's names)
    isLost: bool = False  # noqa: N815
    coming: deque[bytes] = field(default_factory=deque)
    there: bytes = b""
    done: list[tuple[object, ...]] = field(default_factory=list)
    refuses: str = ""
    waiting: int = 0
    room_after: int = 0
    cts: bool = True

    def open(self, baud: int, flow_control: bool) -> Promised:
        self.done.append(("open", baud, flow_control))
        self.isOpen = not self.refuses
        return Promised(self.refuses)

    def clearToSend(self, timeout_ms: int) -> Promised:
        return Promised(self.cts)

    def close(self) -> Promised:
        self.done.append(("close",))
        self.isOpen = False
        return Promised(None)

    def take(self, count: int) -> JsBytes | None:
        got, self.there = self.there[:count], self.there[count:]
        return JsBytes(got) if got else None

    def read(self, count: int, timeout_ms: int) -> Promised:
        self.done.append(("wait", timeout_ms))
        if self.coming:
            self.there += self.coming.popleft()
        return Promised(self.take(count))

    def write(self, data: bytes) -> int:
        self.done.append(("write", bytes(data)))
        return -1 if self.isLost else self.waiting

    def drained(self, most_bytes: int, timeout_ms: int) -> Promised:
        self.room_after -= 1
        return Promised(self.room_after <= 0)

    def forget(self) -> None:
        self.there = b""

    def find(self) -> Promised:
        return Promised(not self.isLost)


@dataclass
class StandInBrowser:
    """The worker: what is kept in `kept`, or why not in `why`; what was posted in `posted`."""

    why: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    answers: deque[str] = field(default_factory=deque)
    stopped: int = 0
    awake: list[bool] = field(default_factory=list)
    can_hold: bool = True

    def save(self, name: str, data: bytes) -> Promised:
        if not self.why:
            self.kept[name] = data
        return Promised(self.why)

    def stops(self) -> int:
        return self.stopped

    def answer(self) -> Promised:
        return Promised(self.answers.popleft())

    def sleep(self, ms: float) -> Promised:
        return Promised(None)

    def holdAwake(self, on: bool) -> Promised:
        self.awake.append(on)
        return Promised(self.can_hold)

    def post(self, message: str) -> None:
        raise AssertionError("jobs post by a function of their own")

    def saveAs(self, name: str, data: bytes) -> None:
        self.kept[name] = data
