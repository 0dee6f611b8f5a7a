"""Rules of `subprocess_server`: a device in a process of its own."""

import subprocess

import pytest
import serial

from modemflash_sim.plain_data import made
from modemflash_sim.sequans.verdict import Verdict
from modemflash_sim.subprocess_server import serve_in_subprocess


def test_it_answers_and_gives_its_verdict_at_the_end() -> None:
    """The device answers at its endpoint, and its verdict comes when that is closed."""
    with serve_in_subprocess("sim://gm02s?mode=recovery&quick=1", "--unpaced") as modem:
        with serial.Serial(modem.url, 921_600, timeout=10) as client:
            client.write(b"AT\r\n")
            assert client.read_until(b"OK\r\n").endswith(b"OK\r\n")
        assert modem.verdict is None
    verdict: Verdict = made(Verdict, modem.verdict, "verdict")
    assert (verdict.mode, verdict.violations) == ("recovery", ())


def test_an_error_of_the_user_ends_the_process() -> None:
    """The process does not outlive the block in which it was opened."""

    def leave_early() -> None:
        with serve_in_subprocess("sim://gm02s"):
            raise subprocess.SubprocessError("left early")

    with pytest.raises(subprocess.SubprocessError, match="left early"):
        leave_early()


def test_a_device_that_does_not_start(capfd: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the arguments is said, and raised."""
    with pytest.raises(RuntimeError, match="did not start"), serve_in_subprocess("sim://toaster"):
        pass
    assert "no simulated device is named 'toaster'" in capfd.readouterr().err
