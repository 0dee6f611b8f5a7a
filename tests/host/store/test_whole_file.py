"""A file has its name when it is whole, and not before; nothing that is there is overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from modemflash_host.store.whole_file import whole_file


def test_it_is_there_at_the_end_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with whole_file(path) as file:
        file.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar"]


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt(), ValueError("anything")])
def test_what_was_not_finished_is_removed(tmp_path: Path, error: BaseException) -> None:
    def write() -> None:
        with whole_file(tmp_path / "a.tar") as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("has_links", [True, False])
def test_what_came_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    """Also where the file system has no second names for a file."""

    def no_links(source: str, target: Path) -> None:
        raise OSError(1, "not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "a.tar"

    def write() -> None:
        with whole_file(path) as file:
            file.write(b"ours")
            path.write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        write()
    assert path.read_bytes() == b"theirs"
    path.unlink()
    with whole_file(path) as file:
        file.write(b"ours")
    assert path.read_bytes() == b"ours"
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar"]


def test_a_link_that_leads_nowhere_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.symlink_to(tmp_path / "b.tar")
    with pytest.raises(FileExistsError), whole_file(path):
        pass
    assert not (tmp_path / "b.tar").exists()
