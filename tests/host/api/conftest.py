"""Firmware on the disk and a state folder of its own, for everything that uses the API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modemflash_sim.sequans import images

SMALL = 40_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: new.dup for a modem of CATM1, nb.dup of another radio, old.dup, and the updater."""
    for name in [name for name in os.environ if name.startswith("MODEMFLASH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name, build in (("CATM1-41065", 41065), ("CATM1-33988", 33988), ("NB1-41019", 41019)):
        Path(f"{name}.dup").write_bytes(images.make_full_image(build, size_bytes=SMALL))
    Path("updater.elf").write_bytes(images.make_updater_elf())
    return tmp_path
