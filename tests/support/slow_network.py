"""A network between a program and a TCP port of this computer: late by so much, or lost.

Rule: bytes are late, never slower: so many as are sent arrive, each after the same time.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress

_POLL_S = 0.05
_MOST = 65_536


class SlowNetwork:
    """See above.

    Args:
        port: where what comes here goes to.
        delay_s: how long a byte is under way, in either direction.

    Attributes:
        port: where a program connects to.
    """

    def __init__(self, port: int, delay_s: float = 0.0) -> None:
        self._to = ("127.0.0.1", port)
        self._delay_s = delay_s
        self._away_until = 0.0
        self._over = False
        self._links: list[socket.socket] = []
        self._broken: list[socket.socket] = []
        self._carriers: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_POLL_S)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def lose(self, for_s: float) -> None:
        """Every connection breaks, and there is none for so long."""
        self._away_until = time.monotonic() + for_s
        links, self._links = self._links, []
        self._broken += links
        for each in links:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The end of it."""
        self._over = True
        self._thread.join()
        self._listener.close()
        self.lose(0)
        for carrier in self._carriers:
            carrier.join()
        for each in self._broken:
            each.close()

    def _serve(self) -> None:
        while not self._over:
            try:
                near, _ = self._listener.accept()
            except OSError:
                continue  # nobody came
            if time.monotonic() < self._away_until:
                near.close()
                continue
            try:
                far = socket.create_connection(self._to, 5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._links += [near, far]
            for source, sink in ((near, far), (far, near)):
                under_way: queue.Queue[tuple[float, bytes]] = queue.Queue()
                for carrier in (
                    threading.Thread(target=self._take, args=(source, under_way)),
                    threading.Thread(target=self._give, args=(sink, under_way)),
                ):
                    self._carriers.append(carrier)
                    carrier.start()

    def _take(self, source: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        data = b"x"
        while data:
            try:
                data = source.recv(_MOST)
            except OSError:
                data = b""
            under_way.put((time.monotonic() + self._delay_s, data))

    def _give(self, sink: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        while True:
            at_s, data = under_way.get()
            time.sleep(max(0.0, at_s - time.monotonic()))
            try:
                if not data:
                    sink.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(data)
            except OSError:
                return
