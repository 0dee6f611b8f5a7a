"""The board's parts above the hardware, each module of checks on a real MicroPython with a real FAT."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUNNER = HERE.parent / "engine" / "run_micropython.py"


@pytest.mark.parametrize("module", sorted(path.stem for path in HERE.glob("check_*.py")))
@pytest.mark.parametrize("interpreter", ["micropython", "micropython-i386"])
def test_checks(module: str, interpreter: str, tool: Callable[[str], Path]) -> None:
    """Every check of the module passes."""
    done = subprocess.run(
        [tool(interpreter), "-X", "heapsize=2560k", RUNNER, module],
        capture_output=True,
        text=True,
        timeout=60,
        env={"MICROPYPATH": f"{HERE}:.frozen"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[1-9]\d* passed, 0 failed$", done.stdout, re.MULTILINE)
