"""A pty that says everything again, in capital letters, and knows at which rate it was asked."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from modemflash_sim.endpoints.pty import PtyEndpoint

_LOOKS_EACH_S = 0.05


class EchoPort:
    """An open one.

    Attributes:
        tty: what is opened.
        heard: each piece, with the rate that the other side had set.
    """

    def __init__(self, endpoint: PtyEndpoint) -> None:
        self.tty = endpoint.url
        self.heard: list[tuple[bytes, int]] = []
        self._endpoint = endpoint

    def step(self) -> None:
        if select.select([self._endpoint], [], [], _LOOKS_EACH_S)[0]:
            for data, rate in self._endpoint.read():
                self.heard.append((data, rate))
                self._endpoint.write(data.upper())


@contextmanager
def echo_port() -> Iterator[EchoPort]:
    """A pty that answers from a thread, until the block ends."""
    endpoint = PtyEndpoint()
    port, over = EchoPort(endpoint), threading.Event()

    def run() -> None:
        while not over.is_set():
            port.step()

    thread = threading.Thread(target=run, name="echo port", daemon=True)
    thread.start()
    try:
        yield port
    finally:
        over.set()
        thread.join()
        endpoint.close()
