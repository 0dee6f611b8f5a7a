"""A computer whose serial ports are what a test plugs in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from serial.tools import list_ports as system


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """The ports of this computer: what a test puts in."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    found: list[Any] = []
    monkeypatch.setattr(system, "comports", lambda: found)
    return found
