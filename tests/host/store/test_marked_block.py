"""A block of ours in a file of the user's: everything else in it stays as it is, whatever that is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from modemflash_host.store.marked_block import BEGIN, END, TornBlock, put_in, take_out

CONTENTS = [None, b"", b"x=1", b"x=1\n", b"\n\n", b"a\r\nb\r\n", b"\xff\xfe\x00", b"no end\n\n\n"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".bashrc"


@pytest.mark.parametrize("before", CONTENTS)
def test_what_is_taken_out_leaves_the_file_as_it_was(path: Path, before: bytes | None) -> None:
    if before is not None:
        path.write_bytes(before)
    put_in(path, "complete this").apply()
    assert path.read_bytes().startswith(before or b"") and b"\ncomplete this\n" in path.read_bytes()
    take_out(path).apply()
    assert (path.read_bytes() if path.exists() else b"") == (before or b"")


@given(before=some.binary(max_size=40), after=some.binary(max_size=40))
def test_what_stands_around_it_stays(
    before: bytes, after: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A user goes on writing behind our block: the next version of it changes the block alone."""
    path = tmp_path_factory.mktemp("home") / "rc"
    path.write_bytes(before)
    put_in(path, "one").apply()
    path.write_bytes(path.read_bytes() + after)
    put_in(path, "two").apply()
    assert path.read_bytes() == before + b"\n" + BEGIN + b"two\n" + END + after
    take_out(path).apply()
    assert (path.read_bytes() if path.exists() else b"") == before + after


def test_the_same_again_changes_nothing(path: Path) -> None:
    put_in(path, "one").apply()
    assert not put_in(path, "one").changes and put_in(path, "two").changes
    assert not take_out(path.with_name("other")).changes


def test_no_link_is_followed(path: Path, tmp_path: Path) -> None:
    """Neither a symbolic one nor a hard one: what it leads to keeps its bytes, and the link stays."""
    other = tmp_path / "dotfiles"
    for link in (path.symlink_to, path.hardlink_to):
        other.write_bytes(b"x=1\n")
        link(other)
        for edit in (put_in, lambda where, _: take_out(where)):
            with pytest.raises(OSError, match="link"):
                edit(path, "one")
        assert other.read_bytes() == b"x=1\n" and path.samefile(other)
        path.unlink()


@pytest.mark.parametrize(
    "torn",
    [b"\n" + BEGIN + b"x\n", b"x\n" + END, END + b"\n" + BEGIN, (b"\n" + BEGIN + END) * 2, BEGIN + END],
)
def test_damaged_marks_are_not_guessed_at(path: Path, torn: bytes) -> None:
    path.write_bytes(torn)
    for edit in (lambda: put_in(path, "one"), lambda: take_out(path)):
        with pytest.raises(TornBlock):
            edit()
    assert path.read_bytes() == torn


def test_what_somebody_wrote_meanwhile_is_not_lost(path: Path) -> None:
    path.write_bytes(b"x=1\n")
    edit = put_in(path, "one")
    path.write_bytes(b"x=2\n")
    with pytest.raises(OSError, match="meanwhile"):
        edit.apply()
    assert path.read_bytes() == b"x=2\n" and list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are of POSIX")
def test_rights_stay_as_they_were(path: Path) -> None:
    """A file for its owner alone stays one; one that was not there is made as an editor makes it."""
    put_in(path, "one").apply()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o600)
    put_in(path, "two").apply()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_cannot_be_written_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"x=1\n")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put_in(path, "one").apply()
    assert path.read_bytes() == b"x=1\n" and list(path.parent.iterdir()) == [path]
