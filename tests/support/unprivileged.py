"""The command line as a user types it who is not root.

Rules: the user may read what this interpreter is made of, wherever that is
installed, and has no other right; where the tests do not run as root, it is
just the user who runs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOBODY = 65_534
_ONLY_READING = "-all,+dac_read_search"


def typed(home: Path, *words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """`modemflash WORDS` as an ordinary user.

    Args:
        home: an empty folder for that user's journals.
        words: the command line.
        timeout_s: of its whole life.
    """
    program = [sys.executable, "-m", "modemflash", *words]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("there is no setpriv on this machine, to become an ordinary user by")
        os.chown(home, NOBODY, NOBODY)
        rights = [
            f"--{kind}-{name}" for kind, name in (("inh", "caps"), ("ambient", "caps"), ("bounding", "set"))
        ]
        user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        program = [setpriv, *user, *(f"{right}={_ONLY_READING}" for right in rights), *program]
    environment = {**os.environ, "MODEMFLASH_HOME": str(home), "HOME": str(home), "COLUMNS": "200"}
    return subprocess.run(
        program, capture_output=True, text=True, timeout=timeout_s, env=environment, check=False
    )
