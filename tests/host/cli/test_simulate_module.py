"""`modemflash simulate module` with USB ports: endpoints that fit, and a verdict at the end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host.cli import app

DEADLINE_S = 60.0


def test_a_modem_by_usb2tcp_says_at_its_end_what_was_done_to_it(tmp_path: Path) -> None:
    """As JSON; and its file keeps that it is in EDL."""
    state = tmp_path / "modem.json"
    words = ["simulate", "module", "--profile", "rm520n", "--endpoint", "usb2tcp", "--json"]
    command = [sys.executable, "-m", "modemflash", *words, "--state", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split("usb2tcp://127.0.0.1:")[1]
        with socket.create_connection(("127.0.0.1", int(port)), DEADLINE_S) as client:
            client.settimeout(DEADLINE_S)
            assert client.recv(20)[8:12] == bytes.fromhex("7C2C0000")
            client.sendall(bytes.fromhex("78563412 07000000 4B650100540F7E"))
            while client.recv(100):
                pass
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=DEADLINE_S)[0]
    verdict = json.loads(said.splitlines()[-1])
    assert verdict["counts"]["switches"] == 1 and verdict["violations"] == []
    assert json.loads(state.read_text())["mode"] == "edl"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--profile", "rm520n", "--endpoint", "tcp"], "rm520n takes pty or usb2tcp, not tcp"),
        (["--endpoint", "usb2tcp"], "lg290p takes pty or tcp or rfc2217, not usb2tcp"),
        (["--profile", "rm520n", "--fault", "rain"], "no such fault: 'rain'"),
        (["--profile", "rm520n", "--hand", "3"], "knows no 'hand_s'"),
    ],
)
def test_what_does_not_fit_is_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["simulate", "module", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_the_list_has_both_families(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["simulate", "module", "--list"]) == 0
    said = capsys.readouterr().out
    assert "GNSS modules: faults" in said and "hello-lost" in said and "lost-link:forgets|waits" in said
