"""The demonstration: a real `update` of a simulated modem, in about a minute.

Rules: the update is a process of its own and knows nothing of the simulation,
it sees a serial port; nothing is left behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modemflash_host.run import exit_codes
from modemflash_sim.demonstration import FROM_BUILD, TO_BUILD, demonstration
from modemflash_sim.endpoints.serve import usual_endpoint
from modemflash_sim.sequans.verdict import Verdict

__all__ = ["FROM_BUILD", "TO_BUILD", "Shown", "show"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the demonstration ended: the update's exit code, and what the modem says about it."""

    exit_code: int
    verdict: Verdict


def show(tell: Callable[[str, list[str]], None], options: list[str]) -> Shown:
    """Run it.

    Args:
        tell: called once before the update begins, with the port and the update's command line.
        options: more options for the update.
    """
    folder = tempfile.mkdtemp(prefix="modemflash-demo-")
    with demonstration(usual_endpoint(), Path(folder)) as scene:
        files = [scene.firmware.name, "--updater", scene.updater.name]
        words = ["update", *files, "--port", scene.port, "--yes", *options]
        tell(scene.port, ["modemflash", *words])
        sys.stdout.flush()
        # Ctrl-C reaches both processes; the update is the one that answers it.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "modemflash", *words],
                cwd=folder,
                env={**os.environ, "MODEMFLASH_HOME": folder},
            )
        finally:
            signal.signal(signal.SIGINT, before)
    if done.returncode != exit_codes.UNEXPECTED:  # then it holds the file that should be reported
        shutil.rmtree(folder)
    return Shown(done.returncode, scene.modem.verdict)
