"""Serves the page on this computer alone: loopback, a token in its address, the files of its list.

Rules: a request without the token, or by another name of this computer than loopback's, gets nothing, so no
other page and no other user reaches it; it is only read from; what a browser may do with the page is said
in every answer (Content-Security-Policy).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

HOST, PORT = "127.0.0.1", 8473
"""What a browser keeps for the page, it keeps for this port; see `docs/web.md`."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What is served.

    Attributes:
        files: name → content.
        token: without it nothing is.
    """

    files: dict[str, bytes]
    token: str

    @classmethod
    def of_folder(cls, folder: Path) -> Site:
        """The files of the list in a folder that `build` made; a new token.

        Raises:
            OSError, ValueError, KeyError: it is no page.
        """
        rows = json.loads((folder / "files.json").read_bytes())["files"]
        names = ["files.json", *(Path(str(row["name"])).name for row in rows)]
        return cls({name: (folder / name).read_bytes() for name in names}, secrets.token_urlsafe(18))

    def file_at(self, path: str) -> tuple[str, bytes] | None:
        """Name and content at a path of the address; None for nothing."""
        path = path.partition("?")[0]
        start = f"/{self.token}/"
        if not secrets.compare_digest(path[: len(start)].encode(), start.encode()):
            return None
        name = path[len(start) :] or "index.html"
        content = self.files.get(name)
        return None if content is None else (name, content)


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    """What answers each request."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "modemflash", ""

        def do_GET(self) -> None:
            self._answer(with_content=True)

        def do_HEAD(self) -> None:
            self._answer(with_content=False)

        def _answer(self, with_content: bool) -> None:
            host = self.headers.get("Host", "").rpartition(":")
            is_ours = host[0] in (HOST, "localhost") and host[2] == str(self.connection.getsockname()[1])
            found = site.file_at(self.path) if is_ours else None
            name, content = found or ("", b"")
            self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
            for each, value in _HEADERS.items():
                self.send_header(each, value)
            self.send_header("Content-Type", _TYPES.get(Path(name).suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if with_content:
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Nobody reads it."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would share a port with whoever has it already

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked went away in the middle, as a tab does that is closed: nobody is there to be told."""


@contextmanager
def served(folder: Path, port: int = PORT) -> Iterator[str]:
    """Serve a page while the block runs.

    Args:
        folder: see `Site.of_folder`.
        port: 0 for any that is free.

    Yields:
        Its address, with the token.

    Raises:
        OSError: the port is in use.
    """
    site = Site.of_folder(folder)
    server = _Server((HOST, port), handler(site))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/{site.token}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
