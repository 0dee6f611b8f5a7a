"""The page on this computer: who gets it, and what they are told with it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_web.serve import POLICY, served


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Its port, and the path with the token."""
    files = {"index.html": b"<title>page</title>", "page.js": b"// page", "secret.txt": b"not of the page"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    rows = [{"name": "index.html"}, {"name": "page.js"}]
    (tmp_path / "files.json").write_text(json.dumps({"files": rows}))
    with served(tmp_path, 0) as where:
        _, _, host, path = where.split("/", 3)
        yield int(host.rpartition(":")[2]), f"/{path}"


def got(
    port: int, path: str, host: str = "", method: str = "GET", origin: str = ""
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Origin": origin} if origin else {}
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_page_comes_with_its_policy(address: tuple[int, str]) -> None:
    port, path = address
    for name in ("", "index.html", "page.js", "page.js?x", "files.json"):
        answer = got(port, path + name)
        assert (answer.status, answer.headers["Content-Security-Policy"]) == (200, POLICY)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert got(port, path + "page.js").headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/", "/index.html", "/wrong/index.html", "//", "/../secret.txt", "*", ""])
def test_nothing_without_the_token(address: tuple[int, str], path: str) -> None:
    assert got(address[0], path).status in (400, 404)


def test_nothing_by_a_token_that_is_not_quite_it(address: tuple[int, str]) -> None:
    port, path = address
    token = path.strip("/")
    for other in (
        token[:-1],
        token + "x",
        token.swapcase(),
        token[::-1],
        "%" + hex(ord(token[0]))[2:] + token[1:],
    ):
        assert got(port, f"/{other}/index.html").status == 404, other
    for trick in (
        f"/{token}",
        f"/x/../{token}/",
        f"/{token}//index.html",
        f"/{token}/./index.html",
        f"/?{token}/",
    ):
        assert got(port, trick).status == 404, trick
    assert got(port, f"http://example.com{path}index.html").status == 404


def test_what_is_answered_is_for_this_page_alone(address: tuple[int, str]) -> None:
    """A page of somebody else that knows the address may neither read it nor show it."""
    answer = got(*address, origin="https://example.com")
    assert answer.headers["Access-Control-Allow-Origin"] is None
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_of_two_hosts_the_first_counts(address: tuple[int, str]) -> None:
    port, path = address
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: a.example\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert b" 404 " in wire.recv(100)


@pytest.mark.parametrize("name", ["secret.txt", "../secret.txt", "%2e%2e/secret.txt", "none"])
def test_nothing_but_the_files_of_the_list(address: tuple[int, str], name: str) -> None:
    assert got(address[0], address[1] + name).status == 404


@pytest.mark.parametrize(
    "host",
    ["example.com", "example.com:80", "127.0.0.1", "127.0.0.1.example.com", "127.0.0.1:1", "[::1]", " "],
)
def test_nothing_by_another_name(address: tuple[int, str], host: str) -> None:
    """A page of somebody else whose name leads here (DNS rebinding) gets nothing."""
    assert got(address[0], address[1], host).status == 404


def test_who_goes_away_in_the_middle_makes_no_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As a tab that is closed while it loads: neither a traceback nor the token comes to the terminal."""
    (tmp_path / "large.bin").write_bytes(bytes(16 << 20))
    (tmp_path / "files.json").write_text(json.dumps({"files": [{"name": "large.bin"}]}))
    with served(tmp_path, 0) as where:
        _, _, host, path = where.split("/", 3)
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=10) as wire:
            wire.sendall(f"GET /{path}large.bin HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert b" 200 " in wire.recv(100)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        assert got(int(host.rpartition(":")[2]), f"/{path}files.json").status == 200
        time.sleep(0.2)
    assert capfd.readouterr() == ("", "")


@pytest.mark.referee
def test_the_command_ends_by_ctrl_c(page_folder: Path, tmp_path: Path) -> None:
    """It says its address and ends without a word more, whatever was asked of it."""
    shutil.copytree(page_folder, tmp_path / "web" / "page")
    environment = {**os.environ, "MODEMFLASH_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "modemflash_host", "web", "--no-browser", "--http-port", str(free_port())]
    with subprocess.Popen(words, env=environment, stdout=-1, stderr=-1, text=True) as command:
        assert command.stdout is not None
        while "http://" not in (line := command.stdout.readline()):
            assert line, command.communicate()
        _, _, host, path = line.split()[-1].split("/", 3)
        port = int(host.rpartition(":")[2])
        assert got(port, f"/{path}").status == 200 and got(port, "/wrong/").status == 404
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)
    assert command.returncode == 0 and err == "" and path not in out


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_it_is_only_read(address: tuple[int, str]) -> None:
    assert got(*address, method="POST").status == 501
    assert got(*address, method="HEAD").status == 200
