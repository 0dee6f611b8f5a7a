"""The device, as a program of its own on a TCP port: no code of the product is in it."""

from __future__ import annotations

import socket
import threading
from types import TracebackType


class TinyDevice:
    """Serves one client after the other.

    Attributes:
        version: what it runs.
        writes: how often it was written.
    """

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.writes = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = "socket://127.0.0.1:%d" % self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> TinyDevice:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                try:
                    self._talk(client, stream)
                except OSError:
                    continue

    def _talk(self, client: socket.socket, stream: object) -> None:
        read = getattr(stream, "read")  # noqa: B009
        while command := read(1):
            if command == b"V":
                client.sendall(b"tiny " + self.version.encode() + b"\n")
            elif command == b"W":
                body = read(int.from_bytes(read(2), "big"))
                self.version = body[4:].split(b"\n")[0].decode()
                self.writes += 1
                client.sendall(b"done\n")
