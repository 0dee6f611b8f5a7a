"""The places of an update's files: named as they were given, as long as they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.store.firmware_places import places, remember

NAMES = ("CATM1-41065.dup", "updater.elf")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_files_in_an_archive_elsewhere_are_named_by_it(tmp_path: Path) -> None:
    """A name without its path leads nowhere from another folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "package.zip").touch()
    remember(NAMES, ["elsewhere/package.zip"])
    assert places(NAMES) == ("elsewhere/package.zip",)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert places(NAMES[::-1]) == ("package.zip",)
        patch.chdir("/")
        assert places(NAMES) == (str(folder / "package.zip"),) or places(NAMES)[0].endswith("package.zip")
    (folder / "package.zip").unlink()
    assert places(NAMES) == NAMES


def test_simulated_firmware_keeps_its_address() -> None:
    remember(NAMES, ["sim://CATM1-41065.dup"])
    assert places(NAMES) == ("sim://CATM1-41065.dup",)


@pytest.mark.parametrize(
    "text", ["", "[]", "[" * 5000, '{"a": 1}', '{"CATM1-41065.dup\\nupdater.elf": [1]}', "\x00"]
)
def test_what_is_not_ours_is_no_place(home: Path, text: str) -> None:
    home.mkdir()
    (home / "firmware-places.json").write_text(text)
    assert places(NAMES) == NAMES
    remember(NAMES, ["sim://x.dup"])
    assert places(NAMES) in (NAMES, ("sim://x.dup",))


def test_where_nothing_can_be_kept_nothing_is_said(home: Path) -> None:
    home.write_text("no folder")
    remember(NAMES, ["a.dup"])
    assert places(NAMES) == NAMES


def test_the_last_updates_only(home: Path) -> None:
    for number in range(30):
        remember([f"{number}.dup"], ["sim://here.dup"])
    assert places(["5.dup"]) == ("5.dup",)
    assert places(["29.dup"]) == ("sim://here.dup",)
