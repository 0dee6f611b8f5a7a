"""A package of npm counts only when its archive has the pinned hash."""

from __future__ import annotations

import base64
import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import cache, npm

CONTENT = "content of the package\n"


def integrity_of(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text(CONTENT)
    made = tmp_path / "made.tgz"
    with tarfile.open(made, "w:gz") as opened:
        opened.add(tmp_path / "file", "package/file")
    return made


@pytest.fixture
def fake_npm(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Instead of npm: what it was asked; it brings the archive."""
    asked: list[tuple[object, ...]] = []

    def run(*words: object, cwd: Path | None = None) -> str:
        asked.append(words)
        assert cwd is not None
        (cwd / "made.tgz").write_bytes(archive.read_bytes())
        return ""

    monkeypatch.setattr(npm, "run", run)
    monkeypatch.setattr(npm, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    return asked


def test_what_was_pinned_is_unpacked_once(fake_npm: list[tuple[object, ...]], archive: Path) -> None:
    """The files of the package, no script of it run, and the second call asks nobody."""
    pinned = npm.Pinned("made", "1.0.0", integrity_of(archive))
    for _ in range(2):
        assert (npm.package(pinned) / "file").read_text() == CONTENT
    assert len(fake_npm) == 1 and fake_npm[0][:3] == ("npm", "pack", "made@1.0.0")
    assert "--ignore-scripts" in fake_npm[0]


def test_another_archive_is_refused(fake_npm: list[tuple[object, ...]], archive: Path) -> None:
    """Not what was pinned: it is said, and no file of it is kept as the package."""
    pinned = npm.Pinned("made", "1.0.0", integrity_of(archive))
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(cache.Unavailable, match=r"made.tgz is not what was pinned"):
        npm.package(pinned)
    assert not (cache.CACHE / "npm-made" / "package").exists()


def test_without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without npm: Unavailable, with the reason."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(npm, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")
    with pytest.raises(cache.Unavailable, match="there is no npm"):
        npm.package(npm.PINNED["axe-core"])


@pytest.mark.referee
@pytest.mark.parametrize(("name", "file"), [("pyodide", "pyodide.asm.wasm"), ("axe-core", "axe.min.js")])
def test_the_pinned_packages(tool: Callable[[str], Path], name: str, file: str) -> None:
    """They come, with the files that are used."""
    assert (tool(name) / file).is_file()
