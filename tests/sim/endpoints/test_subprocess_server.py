"""Rules of `endpoints.apart`: a modem in a process of its own."""

import subprocess

import pytest
import serial

from modemflash_sim.endpoints.subprocess_server import serve_in_subprocess


def test_it_answers_and_tells_its_verdict_at_the_end() -> None:
    """The modem talks through its door, and its account comes when the door is closed."""
    with serve_in_subprocess("gm02s", "--start-mode", "recovery", "--quick", "--unpaced") as modem:
        with serial.Serial(modem.url, 921_600, timeout=10) as client:
            client.write(b"AT\r\n")
            assert client.read_until(b"OK\r\n").endswith(b"OK\r\n")
        assert not modem.verdict
    assert modem.verdict["mode"] == "recovery"
    assert modem.verdict["violations"] == []


def test_an_error_of_the_user_ends_the_process() -> None:
    """The process does not outlive the block in which it was opened."""

    def leave_early() -> None:
        with serve_in_subprocess("gm02s"):
            raise subprocess.SubprocessError("left early")

    with pytest.raises(subprocess.SubprocessError, match="left early"):
        leave_early()


def test_a_modem_that_does_not_start_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the arguments is said, and raised."""
    with pytest.raises(RuntimeError, match="did not start"), serve_in_subprocess("toaster"):
        pass
    assert "invalid choice" in capfd.readouterr().err
