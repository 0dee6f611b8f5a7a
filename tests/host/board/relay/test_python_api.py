"""The Python API by way of a board, which is given back as it was, whatever the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host import api
from modemflash_host.board.console import session
from modemflash_sim.sequans import images
from support.desk import RUNS, Build


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = {
        "CATM1-41065.dup": images.make_full_image(41065, size_bytes=60_000),
        "updater.elf": images.make_updater_elf(66_000),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def test_a_module_behind_a_board_is_updated(
    desk: Build, fresh_flash: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan says what goes onto the board; nothing of it is there any more at the end."""
    with desk(fresh_flash) as table:
        monkeypatch.setattr(session, "find_board", lambda _port, _reporter: table.board_port())
        before = table.keeps()
        with pytest.raises(ZeroDivisionError), api.open("simulated", *files, via="relay") as module:
            print(1 // len(module.plan().needs))
        assert table.keeps() == before
        assert RUNS in table.shows()
        with api.open("simulated", *files, via="relay") as module:
            plan = module.plan()
            assert plan.preparation is not None
            assert not plan.preparation.stays
            heard = list(module.iter_update(plan))
        assert module.result is not None
        assert (module.result.status, module.result.to_version) == ("updated", "41065")
        assert any(isinstance(event, api.events.Phase) and event.phase == "deploy" for event in heard)
        assert table.keeps() == before
        assert RUNS in table.shows()
