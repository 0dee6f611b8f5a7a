"""What takes long to make, and is made once for all tests of a run, whichever process asks first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.cache import made_once


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` filled; the other processes of a run wait for it and share it.

    Args:
        factory: knows the folder of the run.
        name: of the folder, the same in all tests that mean the same.
        make: fills the folder, which exists and is empty.
    """
    base = factory.getbasetemp()
    if base.name.startswith("popen-"):  # of pytest-xdist: each process has one below that of the run
        base = base.parent

    def fill(folder: Path) -> None:
        make(folder)

    return made_once(base / name, "of this run", fill)
