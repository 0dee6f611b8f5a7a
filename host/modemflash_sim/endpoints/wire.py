"""A device at one end of a serial line, whoever talks to it at the other.

Rules: the wire owns no clock, its caller says what time it is and never goes
back; everything that is over by then happens in the order of its moments; the
far end hears noise where its rate is not the device's (the device itself does the
same to what it hears at a wrong rate).
"""

from collections.abc import Sequence
from typing import Protocol

from modemflash_sim.endpoints.direction import Direction
from modemflash_sim.endpoints.noise import noise


class Device(Protocol):
    """What an endpoint asks of a simulated device. Times in microseconds."""

    @property
    def baud(self) -> int:
        """The rate of the device's own UART now; 0 for USB, which has none and is never paced."""

    def advance(self, now_us: int) -> None:
        """Let time pass."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Bytes arrive that were sent at `baud`."""

    def next_due(self) -> int | None:
        """When the device does something by itself; None for never."""

    def take(self, now_us: int) -> Sequence[tuple[bytes, int]]:
        """What the device has sent by now, as (bytes, rate)."""

    def set_rts(self, level: bool) -> None:
        """Whether the far end is ready to receive."""


class PoweredDevice(Device, Protocol):
    """A device whose power can be cut."""

    def power(self, on: bool, now_us: int) -> None:
        """Cut the power, or give it."""


class Wire:
    """The line to `device`, as arithmetic.

    Args:
        device: the device at the near end.
        paced: False lets all bytes arrive at once, for tests that are in a hurry.
        latency_us: how late the far end sees what it received, see `Direction`.
    """

    def __init__(self, device: Device, paced: bool = True, latency_us: int = 0) -> None:
        self.device = device
        self._to_device = Direction(paced)
        self._from_device = Direction(paced, latency_us)

    @property
    def under_way(self) -> int:
        """Bytes that the far end sent and the device has not received yet."""
        return len(self._to_device)

    def send(self, now_us: int, data: bytes, baud: int) -> None:
        """The far end sends `data` at `baud` (0: at whatever rate the device uses)."""
        self.settle(now_us)
        self._to_device.put(now_us, data, baud or self.device.baud)

    def hear(self, now_us: int, baud: int) -> bytes:
        """What the far end, listening at `baud` (0: at the right rate), received by now."""
        self.settle(now_us)
        if not self._from_device:
            return b""
        heard = bytearray()
        for _, data, sent_baud in self._from_device.take(now_us):
            heard += data if 0 in (baud, sent_baud) or baud == sent_baud else noise(data, sent_baud, baud)
        return bytes(heard)

    def settle(self, now_us: int) -> None:
        """Let everything happen that is over by now."""
        if self._to_device:
            for at_us, data, baud in self._to_device.take(now_us):
                self._collect(at_us)
                self.device.feed(at_us, data, baud)
        self._collect(now_us)
        self.device.advance(now_us)

    def set_rts(self, now_us: int, level: bool) -> None:
        """The far end says whether it is ready to receive."""
        self.settle(now_us)
        self.device.set_rts(level)

    def next_us(self, now_us: int, grain_us: int | None = None) -> int | None:
        """The next moment at which `settle` or `hear` is worth a call; None for never.

        Args:
            now_us: the time now.
            grain_us: how often to look while bytes are arriving; None looks when
                the last of them has arrived.
        """
        first_us = self.device.next_due()
        for direction in (self._to_device, self._from_device):
            if direction:
                next_us = direction.next_us(now_us, grain_us)
                if next_us is not None and (first_us is None or next_us < first_us):
                    first_us = next_us
        return first_us

    def sent_us(self) -> int:
        """When all that the far end sent so far has left it."""
        return self._to_device.free_us

    def _collect(self, until_us: int) -> None:
        while (due_us := self.device.next_due()) is not None and due_us <= until_us:
            self.device.advance(due_us)
            for data, baud in self.device.take(due_us):
                self._from_device.put(due_us, data, baud)
