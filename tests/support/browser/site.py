"""A folder as a site on loopback, as `python -m http.server` serves it, without a word on the console."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve a folder until the block ends.

    Yields:
        The origin, `http://localhost:PORT`. Browsers count it as a secure context.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield "http://localhost:%d" % server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
