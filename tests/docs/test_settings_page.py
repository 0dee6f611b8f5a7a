"""docs/settings.md names the folder in which this program keeps what it must remember."""

from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_state_folder_of_each_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is the one that the library names, which the program asks."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    table = PAGE.read_text(encoding="utf-8").partition("## The state folder")[2]
    for system in (Unix, MacOS):
        folder = system("modemflash", appauthor=False).user_state_dir
        assert f"`{folder.replace(str(tmp_path), '~')}`" in table
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda _name: "%LOCALAPPDATA%")
    windows = Windows("modemflash", appauthor=False).user_state_dir
    assert f"`{windows.replace('/', chr(92))}`" in table
