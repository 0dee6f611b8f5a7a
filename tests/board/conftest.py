"""What the tests of whole boards share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from board.bench import Bench, make_flash


@pytest.fixture(scope="session")
def interpreter(tool: Callable[[str], Path]) -> Path:
    return tool("micropython")


@pytest.fixture(scope="session")
def flash(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with updater and hook."""
    return make_flash(tmp_path_factory.mktemp("flash") / "flash", interpreter)


@pytest.fixture
def bench(interpreter: Path, flash: Path, tmp_path: Path) -> Callable[..., Bench]:
    """`bench(card=…, modem=…, profile=…)`: a board on the table."""
    made: list[Path] = []

    def build(**words: object) -> Bench:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(folder)
        return Bench(folder, interpreter, flash, **words)  # type: ignore[arg-type]

    return build
