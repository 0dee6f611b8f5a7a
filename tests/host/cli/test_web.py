"""`modemflash web`: it builds what is not there, serves it here alone, and says why where it cannot."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from modemflash.errors import Refusal
from modemflash_host.cli import web as command
from modemflash_host.cli.app import modemflash_group
from modemflash_host.computer.programs import Unavailable
from modemflash_web import build, serve


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A page that is built already; the program ends as soon as it serves it."""
    (tmp_path / "index.html").write_text("page")
    (tmp_path / "files.json").write_text(json.dumps({"files": [{"name": "index.html"}]}))
    monkeypatch.setattr(command, "_page", lambda *_: tmp_path)

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_until_interrupted", interrupted)
    return tmp_path


def test_its_address_is_printed_and_opened(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(command.webbrowser, "open", lambda address: opened.append(address) or True)
    monkeypatch.setattr(serve, "PORT", 0)
    monkeypatch.setenv("DISPLAY", ":0")
    done = CliRunner().invoke(modemflash_group, ["web"], prog_name="modemflash")
    assert done.exit_code == 0
    assert len(opened) == 1
    assert opened[0].startswith("http://127.0.0.1:")
    assert opened[0] in done.output and "No browser" not in done.output


@pytest.mark.parametrize("screen", ["", ":0"])
def test_without_a_browser_it_is_said_where_to_open_it(
    page: Path, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    """Over ssh nothing is begun: a browser for a terminal would take it."""
    opened: list[str] = []
    monkeypatch.setattr(command.webbrowser, "open", opened.append)
    monkeypatch.setattr(command.sys, "platform", "linux")
    monkeypatch.setattr(serve, "PORT", 0)
    for name in ("BROWSER", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", screen)
    done = CliRunner().invoke(modemflash_group, ["web"], prog_name="modemflash")
    words = " ".join(done.output.split())
    port = words.partition("http://127.0.0.1:")[2].partition("/")[0]
    assert done.exit_code == 0 and bool(opened) is bool(screen)
    assert f"ssh -L {port}:127.0.0.1:{port}" in words


def test_a_port_in_use_is_said_with_what_stays_there(page: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(modemflash_group, ["web", "--no-browser", "--http-port", str(port)])
    words = " ".join(done.output.split())
    assert f"Another program has port {port}" in words
    assert "http://127.0.0.1:" in words


def test_without_npm_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def without_npm(_: Path) -> Path:
        raise Unavailable("there is no npm on this computer")

    monkeypatch.setattr(build, "build", without_npm)
    done = CliRunner().invoke(modemflash_group, ["web", "--build", str(tmp_path / "site")])
    assert isinstance(done.exception, Refusal)
    assert done.exception.code == "page-not-built"


def test_a_folder_for_a_web_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build, "build", lambda folder: folder)
    done = CliRunner().invoke(modemflash_group, ["web", "--build", str(tmp_path / "site")])
    assert done.exit_code == 0
    assert "site" in done.output
