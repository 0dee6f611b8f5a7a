"""What the page is made from: the interpreter that is meant, and no folder of somebody else's."""

from __future__ import annotations

import ast
import io
import tarfile
from pathlib import Path

import pytest

from modemflash_host.computer.programs import Unavailable
from modemflash_web import build, interpreter
from modemflash_web.contents import files_of_packages, is_of_library
from modemflash_web.inside.board_package import encoded, read_package


def test_another_archive_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "pyodide.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("package/pyodide.mjs"), io.BytesIO())
    with pytest.raises(Unavailable, match="hash"):
        interpreter.unpack(archive, tmp_path / "made")
    assert not archive.exists()
    assert not (tmp_path / "made").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build.build(tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_of_an_earlier_page_only_its_own_files_go(tmp_path: Path) -> None:
    """Its list names them; a name with a folder in it is none of ours."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / build.LIST).write_text('{"files": [{"name": "old.js"}, {"name": "../letters.txt"}]}')
    assert build._earlier(folder) == [build.LIST, "old.js"]


def test_a_page_of_another_release_is_out_of_date(tmp_path: Path) -> None:
    assert not build.is_of_this_release(tmp_path)
    (tmp_path / build.LIST).write_text('{"sources": "another"}')
    assert not build.is_of_this_release(tmp_path)
    (tmp_path / build.LIST).write_text(f'{{"sources": "{build.sources_key()}"}}')
    assert build.is_of_this_release(tmp_path)


def test_what_goes_along_needs_nothing_that_stays_here() -> None:
    """No module of the page imports, when it is imported itself, one of ours that was left out."""
    files = dict(files_of_packages())
    ours = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in files}
    missing = []
    for name, path in files.items():
        if path.suffix != ".py" or name.startswith("rich/"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("modemflash"):
                if node.module not in ours:
                    missing.append(f"{name}: {node.module}")
    assert missing == []


@pytest.mark.parametrize(
    ("name", "is_needed"),
    [
        ("json/decoder.py", True),
        ("encodings/utf_8.py", True),
        ("encodings/big5.py", False),
        ("pdb.py", False),
    ],
)
def test_of_the_library_no_more_than_is_needed(name: str, is_needed: bool) -> None:
    assert is_of_library(name) is is_needed


def test_what_is_carried_for_a_board_comes_out_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = {"modemflash/a.py": b"\x00\xff", "modemflash/b.py": b""}
    monkeypatch.setattr("pkgutil.get_data", lambda *_: encoded(files))
    assert read_package() == files
    monkeypatch.setattr("pkgutil.get_data", lambda *_: None)
    assert read_package() is None


@pytest.mark.referee
def test_each_file_is_of_a_kind_that_every_host_knows(page_folder: Path) -> None:
    """No host has to be told anything about it."""
    kinds = {path.suffix for path in page_folder.iterdir()}
    assert kinds == {".html", ".css", ".js", ".json", ".svg", ".bin"}
    assert not [path for path in page_folder.glob("*.js") if b".mjs" in path.read_bytes()]
