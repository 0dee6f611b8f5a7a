"""What the tests of the ways through a board share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.desk import Desk, make_flash


@pytest.fixture(scope="session")
def flash(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with the updater and a user's program."""
    return make_flash(tmp_path_factory.mktemp("flash") / "flash", interpreter)


@pytest.fixture(scope="session")
def fresh_flash(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with a user's program alone."""
    return make_flash(tmp_path_factory.mktemp("flash") / "flash", interpreter, fresh=True)


@pytest.fixture
def desk(
    interpreter: Path, flash: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Desk]:
    """`desk(profile=…, modem=…)`: a PC and a board."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made: list[Path] = []

    def build(use_flash: Path = flash, **words: object) -> Desk:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(folder)
        return Desk(folder, interpreter, use_flash, **words)  # type: ignore[arg-type]

    return build
