"""Two commands on one port: the second is refused in plain words, and the first goes on."""

import json
import os
import pty
import signal
import subprocess
import sys
import tty
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks for a pseudo terminal")


def command(home: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "modemflash", *words],
        env={**os.environ, "MODEMFLASH_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGHUP, 130)])
def test_the_second_command_is_refused_and_the_first_one_can_be_stopped(
    number: int, code: int, tmp_path: Path
) -> None:
    """Exit code 3 and `port-busy`; then the first, which waits for a silent modem, ends at a stop request."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    port = os.ttyname(theirs)
    first = command(tmp_path, "info", "-p", port, "--json")
    try:
        os.read(ours, 1)  # it has the port, and has asked
        second = command(tmp_path, "info", "-p", port, "--json")
        said, _ = second.communicate(timeout=60)
        result = json.loads(said.splitlines()[-1])
        assert (second.returncode, result["code"], result["modem_state"]) == (3, "port-busy", "untouched")
        assert first.poll() is None
        first.send_signal(number)
        said, complaints = first.communicate(timeout=60)
        assert first.returncode == code, complaints
        assert "Traceback" not in complaints
        assert json.loads(said.splitlines()[-1])["modem_state"] == "untouched"
    finally:
        first.kill()
        first.communicate()
        os.close(ours)
        os.close(theirs)
