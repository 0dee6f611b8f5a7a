"""A device with several USB ports that come and go, in real time: a pty for each, or usb2tcp for the first.

Rules: one thread owns the device and all endpoints, sleeps in `select` and wakes for
bytes, for the next moment of the device, or to stop; nothing is paced, as on USB; what
a port says while nobody is connected waits there; a port that leaves takes its
pty, or its client, with it.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from modemflash_sim.endpoints.own_thread import StopSignal, running
from modemflash_sim.endpoints.pace import Endpoint
from modemflash_sim.endpoints.usb2tcp import Usb2tcpEndpoint
from modemflash_sim.endpoints.wire import Device

_CLOSE_PATIENCE_S = 10.0
_PIECES_AT_ONCE = 16


class UsbPort(Device, Protocol):
    """One port."""

    @property
    def vendor(self) -> int:
        """Of its USB id."""

    @property
    def product(self) -> int:
        """Of its USB id."""

    @property
    def interface(self) -> int:
        """Its number."""

    @property
    def role(self) -> str:
        """What it is for."""


class UsbDevice(Protocol):
    """The device."""

    @property
    def ports(self) -> Sequence[UsbPort]:
        """Those that it has now, the most important one first."""

    @property
    def now_us(self) -> int:
        """Its time."""

    def advance(self, now_us: int) -> None:
        """Let time pass."""

    def due_us(self) -> int | None:
        """When it does something by itself; None for never."""


class UsbEndpoints(Protocol):
    """Endpoints for ports."""

    def meet(self, ports: Sequence[UsbPort]) -> list[tuple[UsbPort, Endpoint]]:
        """Open and close endpoints, so that there are those for these ports."""

    def files(self) -> list[Endpoint]:
        """What to wait on for reading."""

    def close(self) -> None:
        """Close all."""


class PtyEndpoints:
    """A pseudo terminal for each port, under a name that says what it is.

    Args:
        folder: where `2c7c-0801-0-DM` and its like are links to the terminals.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, tuple[UsbPort, Endpoint, Path]] = {}

    def meet(self, ports: Sequence[UsbPort]) -> list[tuple[UsbPort, Endpoint]]:
        """See `UsbEndpoints`."""
        from modemflash_sim.endpoints.pty import PtyEndpoint

        here = {id(port) for port in ports}
        for key in [key for key in self._open if key not in here]:
            _, endpoint, link = self._open.pop(key)
            link.unlink()
            endpoint.close()
        for port in ports:
            if id(port) not in self._open:
                endpoint = PtyEndpoint(carries_rate=False)
                link = self._folder / f"{port.vendor:04x}-{port.product:04x}-{port.interface}-{port.role}"
                link.symlink_to(endpoint.url)
                self._open[id(port)] = (port, endpoint, link)
        return [(port, endpoint) for port, endpoint, _ in self._open.values()]

    def files(self) -> list[Endpoint]:
        """See `UsbEndpoints`."""
        return [endpoint for _, endpoint, _ in self._open.values()]

    def close(self) -> None:
        """See `UsbEndpoints`."""
        self.meet(())


class Usb2tcpEndpoints:
    """The first port at one address.

    Args:
        endpoint: there.
    """

    def __init__(self, endpoint: Usb2tcpEndpoint) -> None:
        self._endpoint = endpoint
        self._port: UsbPort | None = None

    def meet(self, ports: Sequence[UsbPort]) -> list[tuple[UsbPort, Endpoint]]:
        """See `UsbEndpoints`."""
        first = ports[0] if ports else None
        if first is not self._port:
            self._endpoint.hang_up()
            self._port = first
            self._endpoint.present = None if first is None else (first.vendor, first.product, len(ports))
        return [(first, self._endpoint)] if first is not None and self._endpoint.is_taken else []

    def files(self) -> list[Endpoint]:
        """See `UsbEndpoints`."""
        return [self._endpoint]

    def close(self) -> None:
        """See `UsbEndpoints`."""
        self._endpoint.close()


class UsbPump:
    """Moves bytes between the ports of `device` and their endpoints.

    Args:
        device: it belongs to the pump until `run` has returned.
        endpoints: see above.
    """

    def __init__(self, device: UsbDevice, endpoints: UsbEndpoints) -> None:
        self._device = device
        self._endpoints = endpoints
        self._unread: dict[int, bytearray] = {}
        self._start_ns = time.monotonic_ns() - device.now_us * 1_000
        self._stop_signal = StopSignal()

    def run(self) -> None:
        """Serve until `stop`."""
        with self._stop_signal:
            endpoints: list[tuple[UsbPort, Endpoint]] = []
            while not self._stop_signal.is_set:
                now_us = self._now_us()
                self._device.advance(now_us)
                for port, endpoint in endpoints:  # the last words of a port that leaves
                    self._hand_over(now_us, port, endpoint)
                endpoints = self._endpoints.meet(self._device.ports)
                for port, endpoint in endpoints:
                    self._hand_over(now_us, port, endpoint)
                ready = self._wait(now_us, endpoints)
                for port, endpoint in endpoints:
                    if endpoint in ready:
                        self._take_in(port, endpoint)
                if not endpoints:
                    for endpoint in self._endpoints.files():
                        endpoint.read()  # a client is let in, or sent away

    def stop(self) -> None:
        """Let `run` return soon. May be called from any thread, and more than once."""
        self._stop_signal.set()

    def _now_us(self) -> int:
        """The device's time, which goes on from where it was."""
        return (time.monotonic_ns() - self._start_ns) // 1_000

    def _hand_over(self, now_us: int, port: UsbPort, endpoint: Endpoint) -> None:
        unread = self._unread.setdefault(id(port), bytearray())
        for data, _ in port.take(now_us):
            unread += data
        if unread or endpoint.pending:
            taken = endpoint.write(bytes(unread))
            del unread[:taken]
        if not unread:
            del self._unread[id(port)]

    def _take_in(self, port: UsbPort, endpoint: Endpoint) -> None:
        """What the client has sent; a busy one does not keep us from the rest for long."""
        for _ in range(_PIECES_AT_ONCE):
            pieces = endpoint.read()
            for data, _baud in pieces:
                port.feed(self._now_us(), data, 0)
            if not pieces:
                break

    def _wait(
        self, now_us: int, endpoints: list[tuple[UsbPort, Endpoint]]
    ) -> Sequence[Endpoint | StopSignal]:
        """Sleep until something is to be done; who has something to read."""
        moments = [self._device.due_us(), *(port.next_due() for port, _ in endpoints)]
        next_us = min((moment for moment in moments if moment is not None), default=None)
        patience_s = None if next_us is None else max(0, next_us - now_us) / 1_000_000
        waiting = [end for port, end in endpoints if end.pending or self._unread.get(id(port))]
        readers: list[Endpoint | StopSignal] = [self._stop_signal, *self._endpoints.files()]
        return select.select(readers, waiting, [], patience_s)[0]


@contextmanager
def serve_usb(
    device: UsbDevice, endpoints: UsbEndpoints, on_end: Callable[[], object] = lambda: None
) -> Iterator[None]:
    """Serve the device in a thread of this process.

    Args:
        device: leave it alone until the endpoints are closed.
        endpoints: they are closed at the end.
        on_end: called from the thread when it ends, by itself, too.
    """
    pump = UsbPump(device, endpoints)
    with running("device with USB ports", pump.run, pump.stop, endpoints.close, on_end, _CLOSE_PATIENCE_S):
        yield
