"""Rules of `endpoints.pipe`: a child process runs in the simulator's time."""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_sim.endpoints.pipe import ChildStuck, run_child
from modemflash_sim.sequans import images, profiles
from modemflash_sim.sequans.modem import SimModem
from support.echo_modem import EchoModem

ROOT = Path(__file__).resolve().parents[3]
CHILD = [str(ROOT / "tests/engine/child_line.py"), str(ROOT / "device")]


def environment() -> dict[str, str]:
    """Where a child finds its own modules, on either interpreter."""
    return {**os.environ, "MICROPYPATH": str(ROOT / "tests/engine")}


def check(interpreter: str) -> None:
    """The child's own assertions hold, and twelve seconds of its time cost next to none of ours."""
    modem = EchoModem(100_000, delay_us=5_000_000)
    start = time.monotonic()
    code, printed = run_child(modem, [interpreter, *CHILD], environment(), deadline_s=20)
    assert (code, printed) == (0, "right until 12005400\n")
    assert modem.power_seen == [(False, 12_005_400)]
    assert time.monotonic() - start < 5


def test_line_on_this_python() -> None:
    """The engine's `Line` runs over the pipe on CPython."""
    check(sys.executable)


@pytest.mark.referee
def test_line_on_a_micropython(tool: Callable[[str], Path]) -> None:
    """The same program on a real MicroPython sees the same time to the microsecond."""
    check(str(tool("micropython")))


def transfer(interpreter: str, folder: Path) -> str:
    """The engine's sender puts an image into the simulated modem; what the child printed."""
    image = images.make_full_image(41065, size_bytes=40_000)
    file = folder / "image.dup"
    file.write_bytes(image)
    modem = SimModem(profiles.without_waits(profiles.find("pycom-catm1", start_mode="recovery")))
    child = [str(ROOT / "tests/engine/child_stp.py"), str(ROOT / "device"), str(file)]
    code, printed = run_child(modem, [interpreter, *child], environment(), deadline_s=60)
    assert code == 0, printed
    (taken,) = modem.verdict.images
    assert taken.complete
    assert taken.sha256 == hashlib.sha256(image).hexdigest()
    assert not modem.verdict.violations
    return printed


def test_a_transfer_on_this_python(tmp_path: Path) -> None:
    """A whole transfer over the pipe takes the time of its bytes on the line, and little more."""
    milliseconds, _, blocks, _ = transfer(sys.executable, tmp_path).split()
    assert blocks == "5"
    assert 40_000 / 92.16 < int(milliseconds) < 1.1 * 40_000 / 92.16


@pytest.mark.referee
def test_a_transfer_on_a_micropython(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """A real MicroPython does the same transfer in the same virtual time as CPython."""
    assert transfer(str(tool("micropython")), tmp_path) == transfer(sys.executable, tmp_path)


def test_a_failing_child_is_told() -> None:
    """Exit code and output of the child come back."""
    code, printed = run_child(
        EchoModem(), [sys.executable, "-c", "print('no'); raise SystemExit(3)"], environment()
    )
    assert (code, printed) == (3, "no\n")


@pytest.mark.parametrize("first", ["pass", "os.close(int(sys.argv[2]))"], ids=["pipe-open", "pipe-closed"])
def test_a_stuck_child_is_ended(first: str) -> None:
    """A child that neither asks nor ends is killed at the deadline."""
    program = f"import os, sys, time; {first}; time.sleep(60)"
    with pytest.raises(ChildStuck):
        run_child(EchoModem(), [sys.executable, "-c", program], environment(), deadline_s=0.3)
