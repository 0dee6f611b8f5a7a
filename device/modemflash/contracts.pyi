"""What the engine is handed, as types: port, clock, reporter, source, store.

Rules: for the type checker only, so it is a stub; nothing inherits from these,
whoever has the methods fits. The words are in the docstrings of `line` (port,
clock, reporter), `image` (source) and `journal` (store). Import them under
`if TYPE_CHECKING:`; a board has no such file.
"""

from typing import Any, Protocol

Event = dict[str, Any]
Readable = bytes | bytearray | memoryview
Writable = bytearray | memoryview

class Port(Protocol):
    """The link to a modem."""

    @property
    def max_burst(self) -> int:
        """Bytes of a block that may be under way unanswered; 0 for no limit."""

    def readinto(self, buf: Writable, n: int, timeout_ms: int) -> int:
        """At most `n` bytes at the start of `buf`, as soon as there are any; 0 on time-out."""

    def write(self, buf: Readable, off: int, n: int) -> object:
        """Send `n` bytes of `buf` from `off` on."""

    def drain(self, timeout_ms: int) -> bool:
        """Wait until all is sent; True when it is."""

    def set_baud(self, rate: int) -> bool | None:
        """Drain, then change the rate; False where the link cannot."""

    def drop_input(self) -> object:
        """Forget what was received and not read."""

class Clock(Protocol):
    """Milliseconds that may wrap."""

    def ticks_ms(self) -> int:
        """Now; only for `ticks_diff`."""

    def ticks_diff(self, end: int, start: int) -> int:
        """Milliseconds from `start` to `end`."""

    def sleep_ms(self, ms: int) -> object:
        """Wait."""

class Reporter(Protocol):
    """Who is told, and who is asked whether to go on."""

    def report(self, event: Event) -> object:
        """One event; its "event" names it."""

    def tick(self, now: int) -> object:
        """A sign of life, at least every 250 ms of a wait; `now` is the clock's."""

    def stop_wanted(self) -> int:
        """How many times the user asked to stop; 0: go on."""

class Source(Protocol):
    """One firmware file."""

    @property
    def name(self) -> str:
        """The name that the user knows it by."""

    @property
    def size(self) -> int:
        """Bytes."""

    def readinto(self, offset: int, buf: Writable) -> int:
        """Fill `buf` from `offset` on: how many bytes; fewer than asked only at the end."""

class Store(Protocol):
    """Two slots that survive a power cut."""

    def load(self, slot: int) -> bytes:
        """The bytes of a slot; empty when there are none."""

    def save(self, slot: int, data: bytes) -> object:
        """Write a slot; it is safe when this returns."""
