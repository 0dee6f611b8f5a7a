"""A module's USB through a TCP server that the vendor's tool knows, too ("usb2tcp"): loopback only.

    server, once    tag, 12, vendor, product, number of interfaces     five u32, little-endian
    then both ways  tag, length, bytes

Rules: nobody is asked for a password there, so an address that leads away from
this computer is refused; one interface is a boot ROM, several are an application,
of which the server gives the DM port. What breaks in use is `port-lost`. Source:
docs/quectel-edl.md ("The protocol").
"""

from __future__ import annotations

import ipaddress
import select
import socket
import struct
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from modemflash_host.errors import LinkProblem, Refusal

SCHEME = "usb2tcp://"
_TAG = 0x12345678
_HEADER = struct.Struct("<5I")
_FRAME = struct.Struct("<II")
_CONNECT_S = 3.0
_HEADER_S = 3.0
_MOST_IN_FRAME = 1 << 20
_MOST_SENT_IN_FRAME = 1 << 14  # the largest payload of programmers that are known
_STEP_S = 0.25
_BLOCKED_S = 120.0


def is_usb2tcp(name: str) -> bool:
    """Whether the name of a port is the address of such a server."""
    return name.startswith(SCHEME)


class Usb2tcpLink:
    """The engine's port through such a server (`modemflash.line`).

    Args:
        name: usb2tcp://127.0.0.1:9008.
        on_wait: called four times a second while a write or the header waits.
        header_s: how long the server may say nothing, as one does while its module changes its state.
        is_over: whether nobody waits for the header any more.

    Attributes:
        usb: vendor and product of the module, such as "05c6:9008".
        interfaces: how many it has.

    Raises:
        Refusal: `usb2tcp-not-here`.
        LinkProblem: `port-absent` or `port-not-opened`.
    """

    max_burst = 0

    def __init__(
        self,
        name: str,
        on_wait: Callable[[], None] = lambda: None,
        header_s: float = _HEADER_S,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._name = name
        self._on_wait = on_wait
        self._raw = bytearray()
        self._held = bytearray()
        try:
            self._socket = socket.create_connection(_loopback(name), _CONNECT_S)
        except OSError as error:
            raise LinkProblem("port-absent", f"{name}: {error}") from error
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setblocking(False)
            self.usb, self.interfaces = self._header(header_s, is_over)
        except LinkProblem:
            self.close()
            raise LinkProblem("port-not-opened", f"{name} does not begin like usb2tcp") from None

    def is_there(self) -> bool:
        """Whether the server has not sent us away, as it does when the module leaves the bus."""
        try:
            self._receive(0)
            self._unframe()
        except LinkProblem:
            return False
        return True

    def readinto(self, buf: bytearray | memoryview, n: int, timeout_ms: int) -> int:
        """See `modemflash.line`."""
        deadline = time.monotonic() + timeout_ms / 1000
        while not self._held:
            left = max(0.0, deadline - time.monotonic())
            if not self._receive(left):
                return 0
            self._unframe()
        piece = self._held[:n]
        buf[: len(piece)] = piece
        self._held[: len(piece)] = b""
        return len(piece)

    def write(self, buf: bytes | bytearray | memoryview, off: int, n: int) -> None:
        """See `modemflash.line`."""
        data = memoryview(buf)[off : off + n]
        pieces = [data[at : at + _MOST_SENT_IN_FRAME] for at in range(0, n, _MOST_SENT_IN_FRAME)]
        view = memoryview(b"".join(each for piece in pieces for each in (_head(piece), piece)))
        taken_at = time.monotonic()
        while view:
            try:
                if select.select([], [self._socket], [], _STEP_S)[1]:
                    view = view[self._socket.send(view) :]
                    taken_at = time.monotonic()
                    continue
            except BlockingIOError:
                continue
            except (OSError, ValueError) as error:
                raise self._lost() from error
            self._on_wait()
            if time.monotonic() - taken_at > _BLOCKED_S:
                raise LinkProblem("port-blocked", self._name)

    def drain(self, timeout_ms: int) -> bool:
        """What was taken is on its way."""
        return True

    def set_baud(self, rate: int) -> bool:
        """It has no rate."""
        return False

    def drop_input(self) -> None:
        """See `modemflash.line`."""
        rest = bytearray(4096)
        while self.readinto(rest, len(rest), 0):
            pass

    def close(self) -> None:
        """Let it go."""
        self._socket.close()

    def _header(self, within_s: float, is_over: Callable[[], bool]) -> tuple[str, int]:
        deadline = time.monotonic() + within_s
        while len(self._raw) < _HEADER.size:
            left = deadline - time.monotonic()
            if left <= 0 or is_over():
                raise self._lost()
            if not self._receive(min(left, _STEP_S)):
                self._on_wait()
        tag, length, vendor, product, interfaces = _HEADER.unpack_from(self._raw)
        if (tag, length) != (_TAG, 12):
            raise self._lost()
        self._raw[: _HEADER.size] = b""
        self._unframe()
        return f"{vendor & 0xFFFF:04x}:{product & 0xFFFF:04x}", interfaces

    def _receive(self, within_s: float) -> bool:
        """Whether something came."""
        try:
            if not select.select([self._socket], [], [], within_s)[0]:
                return False
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return True
        except (OSError, ValueError) as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        self._raw += data
        return True

    def _unframe(self) -> None:
        """The bytes of all frames that are whole."""
        while len(self._raw) >= _FRAME.size:
            tag, length = _FRAME.unpack_from(self._raw)
            if tag != _TAG or length > _MOST_IN_FRAME:
                raise self._lost()
            whole = _FRAME.size + length
            if len(self._raw) < whole:
                return
            self._held += self._raw[_FRAME.size : whole]
            self._raw[:whole] = b""

    def _lost(self) -> LinkProblem:
        return LinkProblem("port-lost", self._name)


def _head(piece: memoryview) -> bytes:
    return _FRAME.pack(_TAG, len(piece))


def _loopback(name: str) -> tuple[str, int]:
    """Host and port of an address that stays on this computer.

    Raises:
        Refusal: `usb2tcp-not-here`.
        LinkProblem: `port-not-opened`: it is no such address.
    """
    try:
        parts = urlsplit(name)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise LinkProblem("port-not-opened", f"{name}: {error}") from error
    if port is None:
        raise LinkProblem("port-not-opened", f"{name} names no port, such as usb2tcp://127.0.0.1:9008")
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise Refusal("usb2tcp-not-here", name)
    return host, port
