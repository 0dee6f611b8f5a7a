"""ModemManager takes a fresh port for a modem: it is waited out, and what it typed disturbs nothing.

Rules: it is a process of its own on a real pseudo terminal, with the name and the
habits of the real one; the board behind the port runs a real MicroPython.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.board.console.connect import INTERRUPTED, REPL, connect
from modemflash_host.cli import app
from modemflash_host.links import setup
from modemflash_host.links.open import open_console
from modemflash_host.links.wait import GRAB_PATIENCE_MS
from modemflash_host.run import exit_codes
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import profiles
from modemflash_sim.sequans.modem import SimModem
from support import unprivileged
from support.consoles import Simulated, simulated

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ModemManager is Linux's")

END_S = 30


@contextmanager
def grabbed(port: str, seconds: float, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A ModemManager that has just opened the port, and lets go of it by itself."""
    command = [
        sys.executable,
        "-m",
        "modemflash_sim.board.modem_manager",
        port,
        "--seconds",
        str(seconds),
        *words,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "has it\n"
            yield process
            process.wait(END_S)
        finally:
            process.kill()


@pytest.fixture
def board(
    tool: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Simulated]:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    with simulated(tool, tmp_path) as served:
        yield served


def device(folder: Path, url: str) -> str:
    """A name for the port as a USB adapter has one."""
    link = folder / "ttyACM0"
    link.symlink_to(url)
    return str(link)


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = app.run([*words, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def notes(events: list[dict[str, Any]]) -> list[str]:
    return [event["text"] for event in events if event["event"] == "note"]


def test_a_grab_is_waited_out(board: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has the port and how long we wait is said once; then the board answers, without a reset for it."""
    port = device(tmp_path, board.url)
    with grabbed(port, 2, "--baud", "115200", "--leave", "AT+CG") as grabber:
        code, events = typed(capsys, "board", "info", "-p", port)
        assert grabber.wait(END_S) == 0
        assert grabber.stdout is not None and "Error" in grabber.stdout.read(), "the REPL did answer it"
    assert code == exit_codes.DONE
    waits = [text for text in notes(events) if "ModemManager" in text]
    assert len(waits) == 1
    assert f"ModemManager ({grabber.pid}) has the port" in waits[0]
    assert f"{GRAB_PATIENCE_MS // 1000} s" in waits[0] and "modemflash setup" in waits[0]
    assert board.console.resets == ["plain", "plain"], "once at power-on, once when it was given back"


def test_a_grab_of_the_modems_own_port_is_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same where the modem itself is at the port: it was asked at two rates, and is found."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    with serve(SimModem(profiles.find("pycom-catm1")), paced=False) as url:
        port = device(tmp_path, url)
        with grabbed(port, 1):
            code, events = typed(capsys, "info", "-p", port, "--via", "direct")
    assert (code, events[-1]["code"]) == (exit_codes.DONE, "modem-asked")
    assert any("ModemManager (" in text for text in notes(events))


def test_who_cannot_see_the_holder_waits_too(board: Simulated, tmp_path: Path) -> None:
    """An ordinary user does not see who has the port; that ModemManager runs is enough."""
    home = tmp_path / "user"
    home.mkdir()
    Path(board.url).chmod(0o666)
    with grabbed(board.url, 3, "--baud", "115200"):
        done = unprivileged.typed(home, "board", "info", "-p", board.url, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == exit_codes.DONE, done.stdout + done.stderr
    assert any("ModemManager has the port" in text for text in notes(events))


@pytest.mark.parametrize("leave", ["AT+CG", "for x in ["])
@pytest.mark.parametrize("baud", ["115200", "57600"])
def test_what_it_typed_does_not_confuse_the_repl(board: Simulated, baud: str, leave: str) -> None:
    """Errors of Python and half a line at the prompt, or noise of its own rate: Ctrl-C is enough.

    At 57600 each A that it types is heard as Ctrl-F, so it sends the board into safe boot again and again.
    """
    with grabbed(board.url, 0.6, "--baud", baud, "--leave", leave):
        pass
    heard = -1
    while heard != (heard := len(board.console.heard)):
        time.sleep(0.5)  # the board is still at the last of it
    resets = list(board.console.resets)
    assert ("safe" in resets) == (baud == "57600")
    assert len(board.console.heard) > 50
    found = connect(lambda bits: open_console(board.url, data_bits=bits), lambda _: None)
    with closing(found.link):
        assert (found.state, found.by) == (REPL, INTERRUPTED)
        assert found.repl.run("print(6 * 7)") == b"42\r\n"
    assert board.console.resets == resets


def test_setup_names_the_rule_against_it(board: Simulated, capsys: pytest.CaptureFixture[str]) -> None:
    """While it runs, `setup` says what it does, which rule stops that for good, and how for one evening."""
    with grabbed(board.url, 0.5):
        code, events = typed(capsys, "setup")
    assert code == exit_codes.DONE
    advice = {event["title"]: event for event in events if event["event"] == "advice"}
    assert "sudo systemctl stop ModemManager" in advice["ModemManager"]["lines"]
    rules = advice["Rules for the devices"]
    assert setup.RULES_FILE in rules["text"] and "ModemManager leaves them alone" in rules["text"]
    assert any('ENV{ID_MM_DEVICE_IGNORE}="1"' in line for line in rules["lines"])
