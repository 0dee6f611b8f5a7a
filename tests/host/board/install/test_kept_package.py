"""The packed files are kept: as they were made, for the sources that they were made of, or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_host.board.install.kept_package import kept

FILES = {"a.py": b"# \x00\xff", "b.py": b""}


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """Counts how often it is asked; what is kept lies in a folder of the test."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    asked: list[int] = []

    def made() -> dict[str, bytes]:
        asked.append(1)
        return FILES

    made.asked = asked  # type: ignore[attr-defined]
    return made


def the_file(folder: Path) -> Path:
    [found] = folder.rglob("package-*.json")
    return found


def asked(make: Callable[[], dict[str, bytes]]) -> int:
    return len(make.asked)  # type: ignore[attr-defined]


def test_it_is_made_once_for_the_same_sources(make: Callable[[], dict[str, bytes]]) -> None:
    assert kept({"x": b"1"}, make) == kept({"x": b"1"}, make) == FILES
    assert asked(make) == 1
    kept({"x": b"2"}, make)
    assert asked(make) == 2


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 64 + b"\n{}", b"\xff" * 100])
def test_what_is_damaged_is_made_anew(
    make: Callable[[], dict[str, bytes]], tmp_path: Path, damage: bytes
) -> None:
    kept({"x": b"1"}, make)
    the_file(tmp_path).write_bytes(damage)
    assert kept({"x": b"1"}, make) == FILES
    assert asked(make) == 2


def test_where_nothing_may_be_written_it_is_made_each_time(
    make: Callable[[], dict[str, bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept({"x": b"1"}, make) == kept({"x": b"1"}, make) == FILES
    assert asked(make) == 2 and not [*tmp_path.rglob("package-*")]
