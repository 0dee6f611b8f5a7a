"""A device's USB through a TCP server, as one vendor's tool speaks it ("usb2tcp"): for usb2tcp:// addresses.

    server, once    tag, 12, vendor, product, number of interfaces     five u32, little-endian
    then both ways  tag, length, bytes

Rules: loopback only; a client that comes while nothing is on the bus is sent away;
one that sends another tag, too; bytes of a frame go on as they come.
"""

from __future__ import annotations

import struct

from modemflash_sim.endpoints.tcp import TcpEndpoint

TAG = 0x12345678
_HEADER = struct.Struct("<5I")
_FRAME = struct.Struct("<II")
_MOST_IN_FRAME = 1 << 16


class Usb2tcpEndpoint(TcpEndpoint):
    """A `TcpEndpoint` that frames, and says first what is on the bus.

    Attributes:
        present: vendor, product and number of interfaces; None while nothing is on the bus.
    """

    scheme = "usb2tcp"
    piece_bytes = 1 << 18

    def __init__(self, port: int = 0) -> None:
        super().__init__(port=port)
        self.present: tuple[int, int, int] | None = None
        self._out = bytearray()
        self._head = bytearray()
        self._left = 0

    @property
    def pending(self) -> int:  # type: ignore[override]
        """Bytes for the client that its socket has not taken yet."""
        return len(self._out)

    def greet(self) -> None:
        """A client has come."""
        self._out.clear()
        self._head.clear()
        self._left = 0
        if self.present is None:
            self.hang_up()
        else:
            self._out += _HEADER.pack(TAG, 12, *self.present)
            self._send()

    def heard(self, data: bytes) -> list[tuple[bytes, int]]:
        """The bytes that frames hold."""
        pieces: list[memoryview] = []
        rest = memoryview(data)
        while rest:
            if not self._left:
                take = _FRAME.size - len(self._head)
                self._head += rest[:take]
                rest = rest[take:]
                if len(self._head) < _FRAME.size:
                    break
                tag, self._left = _FRAME.unpack(self._head)
                self._head.clear()
                if tag != TAG:
                    self.hang_up()
                    break
            piece, rest = rest[: self._left], rest[self._left :]
            self._left -= len(piece)
            pieces.append(piece)
        return [(b"".join(pieces), 0)] if pieces else []

    def write(self, data: bytes) -> int:
        """See `Endpoint.write`."""
        if not self.is_taken:
            return len(data)
        for at in range(0, len(data), _MOST_IN_FRAME):
            piece = data[at : at + _MOST_IN_FRAME]
            self._out += _FRAME.pack(TAG, len(piece)) + piece
        self._send()
        return len(data)

    def _send(self) -> None:
        if self._out:
            sent = super().write(bytes(self._out[: 1 << 18]))
            del self._out[:sent]
