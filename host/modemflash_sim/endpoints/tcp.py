"""A plain TCP server as the device's serial port, for pyserial's socket:// URLs.

Rules: loopback only, because whoever connects is the device's master; one client
at a time, the next one waits until the first has left; what the device says
while nobody listens is lost, as on a cable that is not plugged in.
"""

import socket

PIECE_BYTES = 4_096


class TcpEndpoint:
    """A listening socket and its client.

    Args:
        baud: the rate at which the line is taken to run, because a socket carries
            none; 0 for the one the device uses at that moment.
        port: the TCP port; 0 lets the system choose.
    """

    scheme = "socket"
    rts = True
    pending = 0
    piece_bytes = PIECE_BYTES

    def __init__(self, baud: int = 0, port: int = 0) -> None:
        self.baud = baud
        self._client: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.setblocking(False)
        self.url = f"{self.scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def is_taken(self) -> bool:
        """Whether a client is there."""
        return self._client is not None

    def fileno(self) -> int:
        """The client, or the listener while there is none."""
        return (self._client or self._listener).fileno()

    def read(self) -> list[tuple[bytes, int]]:
        """See `Endpoint.read`. A new client is let in here."""
        if self._client is None:
            self._let_in()
            return []
        try:
            data = self._client.recv(self.piece_bytes)
        except BlockingIOError:
            return []
        except ConnectionError:
            data = b""
        if not data:
            self.hang_up()
        return self.heard(data)

    def write(self, data: bytes) -> int:
        """See `Endpoint.write`."""
        if self._client is None:
            return len(data)
        try:
            return self._client.send(data)
        except BlockingIOError:
            return 0
        except ConnectionError:
            self.hang_up()
            return len(data)

    def heard(self, data: bytes) -> list[tuple[bytes, int]]:
        """What the device is to hear of `data` from the client."""
        return [(data, self.baud)]

    def greet(self) -> None:
        """A client has come."""

    def close(self) -> None:
        """Close the client and the listener."""
        self.hang_up()
        self._listener.close()

    def hang_up(self) -> None:
        """The client is sent away."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _let_in(self) -> None:
        try:
            self._client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        self._client.setblocking(False)
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.greet()
