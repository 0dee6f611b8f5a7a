"""What the worker's JavaScript offers, as types; tests put a stand-in in its place.

Rule: Python runs in the worker and is the only one that decides; JavaScript passes on bytes, clicks and
files, and nothing else. What is awaited suspends Python (JSPI), and the worker hears of clicks meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")
Wait = Callable[[Awaitable[T]], T]
"""Suspends Python until a promise is kept; `pyodide.ffi.run_sync`."""


class JsBytes(Protocol):
    """A Uint8Array."""

    def to_bytes(self) -> bytes: ...


class Device(Protocol):
    """A serial port, see `page/serial.js`.

    Attributes:
        isOpen: it is open now.
        isLost: it went away; a new one has to be found.
        usb: "vvvv:pppp", "" where the browser does not say.
    """

    isOpen: bool  # noqa: N815 (JavaScript's names)
    isLost: bool  # noqa: N815
    usb: str

    def open(self, baud: int, flow_control: bool, /) -> Awaitable[str]:
        """Open it, closing it before where need be: "" or the name of what went wrong."""

    def clearToSend(self, timeout_ms: int, /) -> Awaitable[bool]:  # noqa: N802
        """Whether the other side lets it send, as soon as that is so."""

    def close(self) -> Awaitable[object]:
        """Send what waits, and let it go."""

    def take(self, count: int, /) -> JsBytes | None:
        """At most so many bytes that came; None for none."""

    def read(self, count: int, timeout_ms: int, /) -> Awaitable[JsBytes | None]:
        """The same, as soon as there are any, or None when the time is over."""

    def write(self, data: object, /) -> int:
        """Begin to send; how many bytes are not yet taken by the browser."""

    def drained(self, most_bytes: int, timeout_ms: int, /) -> Awaitable[bool]:
        """True when no more than so many are waiting."""

    def forget(self) -> None:
        """Drop what came."""

    def find(self) -> Awaitable[bool]:
        """Whether it is plugged in; one that was away is taken up again."""


class Browser(Protocol):
    """The worker."""

    def post(self, message: str, /) -> None:
        """A message for the page, as JSON."""

    def stops(self) -> int:
        """How often somebody asked to stop, in this job."""

    def answer(self) -> Awaitable[str]:
        """What somebody answers to the question that was posted last."""

    def sleep(self, ms: float, /) -> Awaitable[object]:
        """So long."""

    def copy(self, index: int, path: str, /) -> Awaitable[str]:
        """Copy a file that somebody chose to a path: "" or the name of what went wrong."""

    def save(self, name: str, data: object, /) -> Awaitable[str]:
        """Keep a file in the browser's storage: "" when the disk has it, else why not."""

    def saveAs(self, name: str, data: object, /) -> None:  # noqa: N802
        """Give somebody a file."""

    def holdAwake(self, on: bool, /) -> Awaitable[bool]:  # noqa: N802
        """Hold the screen awake, or no longer; False where the browser does not."""
