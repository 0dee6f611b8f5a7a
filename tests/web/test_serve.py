"""The page on this computer: who gets it, and what they are told with it."""

from __future__ import annotations

import http.client
import json
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


def got(port: int, path: str, host: str = "", method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}"})
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


@pytest.mark.parametrize("path", ["/", "/index.html", "/wrong/index.html", "//", "/../secret.txt"])
def test_nothing_without_the_token(address: tuple[int, str], path: str) -> None:
    assert got(address[0], path).status == 404


@pytest.mark.parametrize("name", ["secret.txt", "../secret.txt", "%2e%2e/secret.txt", "none"])
def test_nothing_but_the_files_of_the_list(address: tuple[int, str], name: str) -> None:
    assert got(address[0], address[1] + name).status == 404


@pytest.mark.parametrize("host", ["example.com", "example.com:80", "127.0.0.1", "127.0.0.1.example.com"])
def test_nothing_by_another_name(address: tuple[int, str], host: str) -> None:
    """A page of somebody else whose name leads here (DNS rebinding) gets nothing."""
    assert got(address[0], address[1], host).status == 404


def test_it_is_only_read(address: tuple[int, str]) -> None:
    assert got(*address, method="POST").status == 501
    assert got(*address, method="HEAD").status == 200
