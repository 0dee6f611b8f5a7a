"""The demonstration: a real `update` of a simulated modem, in under a minute.

Rules: the update is a process of its own and knows nothing of the simulation,
it sees a serial port; nothing is left behind; the modem's times are shortened,
everything else is as it is for an owner.
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
from modemflash_sim.endpoints.serve import serve
from modemflash_sim.sequans import faults, images, profiles
from modemflash_sim.sequans.modem import SimModem
from modemflash_sim.sequans.verdict import Verdict

FROM_BUILD, TO_BUILD = 38638, 41065
FAULTS = "leftover:2,crash-dump:3000,switch-refused:1,drop:0.01"
_IMAGE_BYTES = 500_000
_SECOND = profiles.SECOND_US
_TIMES = profiles.Timing(boot_us=2 * _SECOND, stalls=((30, 11 * _SECOND),), install_us=6 * _SECOND)


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
    modem = SimModem(profiles.find("pycom-catm1", timing=_TIMES), faults=faults.parse(FAULTS), seed=3)
    endpoint = "pty" if os.name == "posix" else "tcp"
    folder = tempfile.mkdtemp(prefix="modemflash-demo-")
    with serve(modem, endpoint) as port:
        firmware = Path(folder, f"CATM1-{TO_BUILD}.dup")
        firmware.write_bytes(images.make_full_image(TO_BUILD, size_bytes=_IMAGE_BYTES))
        updater = Path(folder, "updater.elf")
        updater.write_bytes(images.make_updater_elf())
        words = ["update", firmware.name, "--updater", updater.name, "--port", port, "--yes", *options]
        tell(port, ["modemflash", *words])
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
    return Shown(done.returncode, modem.verdict)
