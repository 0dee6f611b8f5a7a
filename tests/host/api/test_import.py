"""`modemflash_host.api` is imported with the standard library alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROOMS = [str(ROOT / "device"), str(ROOT / "host")]


def test_it_takes_the_standard_library_alone() -> None:
    """-S: no site packages at all."""
    program = "import modemflash_host.api as api; print(len(api.__all__), len(api.events.EVENTS))"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", f"import sys; sys.path[:0] = {ROOMS!r}\n{program}"],
        capture_output=True, text=True, timeout=60, env=os.environ,
    )  # fmt: skip
    assert done.stderr == ""
    assert int(done.stdout.split()[0]) > 20


def test_a_module_is_updated_without_them(tmp_path: Path) -> None:
    """A simulated one, with a state folder that is named."""
    program = (
        "from modemflash_host import api\n"
        "with api.open('sim://pycom-catm1', 'sim://CATM1-41065.dup', 'sim://updater.elf',"
        " via='auto', answer_timeout_s=300) as module:\n"
        "    print(module.update(module.plan()).status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", f"import sys; sys.path[:0] = {ROOMS!r}\n{program}"],
        capture_output=True, text=True, timeout=60, env={**os.environ, "MODEMFLASH_HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("updated\n", "")
