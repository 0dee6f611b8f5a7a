"""What the tests of whole boards share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from board.routes import ROUTES
from modemflash_sim.board.fat import FatImage
from support.card_board import PLAIN, Bench, make_flash

CARD_BYTES = 2 << 20


@pytest.fixture(scope="session")
def flash(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/flash with updater and hook."""
    return make_flash(tmp_path_factory.mktemp("flash") / "flash", interpreter)


@pytest.fixture(scope="session")
def route_card(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`route_card(name)`: the image of the card of a route of `ROUTES`, laid out once."""
    made: dict[str, Path] = {}

    def card(name: str) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp("card-" + name)
            image = FatImage(folder / "image", interpreter).make(CARD_BYTES)
            image.put(ROUTES[name].card(folder))
            made[name] = image.path
        return made[name]

    return card


@pytest.fixture
def bench(
    interpreter: Path, flash: Path, tmp_path: Path, route_card: Callable[[str], Path]
) -> Callable[..., Bench]:
    """`bench(card=…, modem=…, profile=…)`: a board on the table."""
    made: list[Path] = []

    def build(**words: object) -> Bench:
        if words.setdefault("card", PLAIN) is PLAIN:
            words["card"] = route_card("plain")
        folder = tmp_path / f"board-{len(made)}"
        folder.mkdir()
        made.append(folder)
        return Bench(folder, interpreter, flash, **words)  # type: ignore[arg-type]

    return build
