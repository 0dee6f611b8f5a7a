"""The pump: a wire in real time, with an endpoint at its far end.

Rules: one thread owns wire, device and endpoint; it sleeps in `select` and wakes
for bytes, for the next moment of the wire, or to stop; while bytes are under
way it wakes once a millisecond, not once a byte. A late wake-up costs latency,
never throughput: what is over is computed from the clock.
"""

import select
import time
from typing import Protocol

from modemflash_sim.endpoints.own_thread import StopSignal
from modemflash_sim.endpoints.wire import Device, Wire

TICK_US = 1_000
# One block of 8192 bytes waits here, as in the driver of a serial port; then the client's writes block.
ROOM_BYTES = 16_384


class Endpoint(Protocol):
    """What a client is connected to. Nothing here ever blocks."""

    @property
    def url(self) -> str:
        """What a client opens: a device path or a pyserial URL."""

    @property
    def baud(self) -> int:
        """The rate at which the client listens now; 0 where the endpoint does not carry one."""

    @property
    def rts(self) -> bool:
        """Whether the client is ready to receive."""

    @property
    def pending(self) -> int:
        """Bytes that `write` took and that still wait for the operating system."""

    def fileno(self) -> int:
        """What to wait on, for reading and for writing."""

    def read(self) -> list[tuple[bytes, int]]:
        """What the client sent, in order, each piece with the rate it was sent at."""

    def write(self, data: bytes) -> int:
        """Hand bytes to the client; how many were taken. All, when there is no client."""

    def close(self) -> None:
        """Give back what the operating system lent. May be called twice."""


class Pump:
    """Moves bytes between `endpoint` and `device` at the pace of a real line.

    Args:
        device: the device; it belongs to the pump until `run` has returned.
        endpoint: an endpoint; the caller closes it.
        paced: False lets bytes arrive at once.
        latency_us: how late the client sees what the device sent.
    """

    def __init__(self, device: Device, endpoint: Endpoint, paced: bool = True, latency_us: int = 0) -> None:
        self._wire = Wire(device, paced, latency_us)
        self._endpoint = endpoint
        self._unread = bytearray()
        self._ready = True
        self._start_ns = time.monotonic_ns()
        self._stop_signal = StopSignal()

    def run(self) -> None:
        """Serve until `stop`; what the client sent before that still reaches the device."""
        with self._stop_signal:
            while not self._stop_signal.is_set:
                now_us = self._now_us()
                self._hand_over(now_us)
                if self._wait(now_us):
                    self._take_in()
            while self._take_in():
                pass
            self._wire.settle(max(self._now_us(), self._wire.sent_us()))

    def stop(self) -> None:
        """Let `run` return soon. May be called from any thread, and more than once."""
        self._stop_signal.set()

    def _now_us(self) -> int:
        """The device's time; it starts at 0."""
        return (time.monotonic_ns() - self._start_ns) // 1_000

    def _take_in(self) -> bool:
        """Send what the client has sent; False when that was nothing."""
        pieces = self._endpoint.read()
        for data, baud in pieces:
            self._wire.send(self._now_us(), data, baud)
        return bool(pieces)

    def _hand_over(self, now_us: int) -> None:
        """Give the client what has arrived for it by now."""
        self._unread += self._wire.hear(now_us, self._endpoint.baud)
        if self._unread or self._endpoint.pending:
            taken = self._endpoint.write(bytes(self._unread))
            self._unread[:taken] = b""
        ready = self._endpoint.rts and len(self._unread) + self._endpoint.pending < ROOM_BYTES
        if ready != self._ready:
            self._ready = ready
            self._wire.set_rts(now_us, ready)

    def _wait(self, now_us: int) -> bool:
        """Sleep until something is to be done. True when the client has sent something."""
        readers: list[Endpoint | StopSignal] = [self._stop_signal]
        if self._wire.under_way < ROOM_BYTES:
            readers.append(self._endpoint)
        writers = [self._endpoint] if self._unread or self._endpoint.pending else []
        ready, _, _ = select.select(readers, writers, [], self._patience_s(now_us))
        return self._endpoint in ready

    def _patience_s(self, now_us: int) -> float | None:
        """How long nothing can happen unless the client sends something; None for ever."""
        next_us = self._wire.next_us(now_us, TICK_US)
        return None if next_us is None else max(0, next_us - now_us) / 1_000_000
