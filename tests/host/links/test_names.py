"""A name that can be no port's is said to be that, whatever is done with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.cli import app
from modemflash_host.links.names import fault_of

ODD = (
    "",
    "  ",
    "rfc2217://",
    "rfc2217://host",
    "rfc2217://]x:1",
    "socket://host",
    "socket://:4000",
    "socket://host:99999",
    "socket://host:abc",
    "socket://[::1",
    "sim://[::1",
    "usb2tcp://[",
    "foo://[x",
    "rfc2217:/host:4000",
    "sim:lg290p",
)
COMMANDS = (["info"], ["board", "info"], ["backup", "-o", "copy"])


@pytest.mark.parametrize("name", ODD)
def test_every_command_has_words(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No number of ours is compared with nothing, and no server is blamed."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert fault_of(name)
    for words in COMMANDS:
        assert app.run([*words, "-p", name, "--json"]) not in (0, 1)
        shown = capsys.readouterr()
        assert "port-not-opened" in shown.out and "NoneType" not in shown.out
        assert not (tmp_path / "crashes").exists()


@pytest.mark.parametrize(
    "name", ["auto", "COM5", "/dev/ttyUSB0", "socket://[::1]:4000", "rfc2217://a:b@host:1/x", "sim://lg290p"]
)
def test_what_may_be_a_port_is_left_to_the_system(name: str) -> None:
    assert fault_of(name) == ""
