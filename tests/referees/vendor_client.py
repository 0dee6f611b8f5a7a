"""The vendor's client and the vendor's file, for tests and benchmarks.

Rules: both come from the package `pysequansutils` in its own environment, the
file by its path; the client gets a deadline of ours and is ended by its own
process id.
"""

import subprocess
from pathlib import Path

DRIVER = Path(__file__).with_name("vendor_driver.py")
FILE_NAME = "GM02RB6Q_LR8.0.5.13-59577.dup"


def firmware_file(client: Path) -> Path:
    """The vendor's full image.

    Args:
        client: the interpreter of the vendor client's environment.
    """
    (path,) = client.parents[1].glob("[Ll]ib/**/pysequansutils/fw/" + FILE_NAME)
    return path


def transfer(client: Path, port: str, file: Path, compressed: bool, deadline_s: float) -> float:
    """Let the vendor's client transfer `file` through `port`.

    Returns:
        The seconds that the transfer took, without the start of its interpreter.

    Raises:
        AssertionError: it failed, or took longer than `deadline_s`.
    """
    command = [str(client), str(DRIVER), port, str(file), "zip" if compressed else "plain"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=deadline_s,
        )
    except subprocess.TimeoutExpired as late:
        raise AssertionError("the vendor's client was ended at its deadline") from late
    last_words = (done.stdout.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    assert done.returncode == 0, last_words
    return float(last_words.rpartition("seconds: ")[2])
