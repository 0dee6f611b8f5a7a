"""What an ordinary user meets on a computer that was not set up yet: ports that belong to others."""

from __future__ import annotations

import json
import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_host.links.setup import RULES_FILE
from modemflash_host.run import exit_codes
from support.unprivileged import typed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rights of devices are Linux's")


@pytest.fixture
def port() -> Iterator[str]:
    """A serial port that an ordinary user may not open."""
    far, near = pty.openpty()
    name = os.ttyname(near)
    Path(name).chmod(0o600 if os.geteuid() == 0 else 0)
    yield name
    os.close(near)
    os.close(far)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("via", ["direct", "relay"])
def test_a_port_that_is_not_permitted(port: str, home: Path, via: str) -> None:
    """Exit code 3, its own code, and the way out in words; by the modem's way and by the board's."""
    done = typed(home, "info", "-p", port, "--via", via, "--json")
    assert done.returncode == exit_codes.NO_PORT == 3, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    problem = next(event for event in events if event["event"] == "problem")
    assert (problem["code"], problem["modem_state"]) == ("port-not-permitted", "untouched")
    assert port in problem["happened"]
    assert "modemflash setup" in problem["hint"]
    assert events[-1]["code"] == "port-not-permitted"


def test_the_same_in_words(port: str, home: Path) -> None:
    """A person reads what happened, that the modem is untouched, and what to type; no traceback."""
    done = typed(home, "board", "info", "-p", port)
    words = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == exit_codes.NO_PORT
    assert "may not open the port" in words and port in words
    assert "modemflash setup" in words
    assert "Traceback" not in words


def test_setup_for_an_ordinary_user(home: Path) -> None:
    """`setup` needs no rights: it names the group to join and the rule file, as the user would type them."""
    done = typed(home, "setup")
    assert done.returncode == exit_codes.DONE, done.stderr
    assert "sudo usermod -aG" in done.stdout or "You are in the group" in done.stdout
    assert RULES_FILE in done.stdout and "You are root" not in done.stdout
