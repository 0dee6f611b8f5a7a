"""A folder or an archive whose files belong together: one source, and nothing leads out of it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.files.candidates import candidates
from modemflash_host.files.package import Package, package_in_archive, package_in_folder

FILES = {"a.bin": b"first", "b/c.bin": b"second", "b/d.bin": b"", "e": b"x" * 70_000}


def is_package(_name: str, names: Sequence[str]) -> bool:
    return "a.bin" in names


def folder(top: Path) -> Path:
    for name, data in {**FILES, ".hidden": b"h", "__MACOSX/a.bin": b"m"}.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def packed(path: Path, extra: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**FILES, "__MACOSX/a.bin": b"m", **({extra: b"x"} if extra else {})}.items():
            archive.writestr(name, data)
    return path


def whole(package: Package) -> bytes:
    buf = bytearray(package.size + 10)
    return bytes(buf[: package.readinto(0, buf)])


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_it_reads_as_its_files_one_after_the_other(kind: str, tmp_path: Path) -> None:
    if kind == "folder":
        package = package_in_folder(folder(tmp_path / "p"), is_package)
    else:
        package = package_in_archive(packed(tmp_path / "p.zip"), is_package)
    assert package is not None
    assert package.names == tuple(sorted(FILES))
    content = b"".join(FILES[name] for name in sorted(FILES))
    assert whole(package) == content
    buf = bytearray(6)
    assert (package.readinto(3, buf), bytes(buf)) == (6, content[3:9])
    file = package.open("b/c.bin")
    assert (file.size, file.name) == (6, "c.bin")
    file.close()
    package.close()


def test_what_nobody_claims_is_no_package(tmp_path: Path) -> None:
    """Then a folder is what it was: a place where firmware files may lie."""
    (tmp_path / "x.dup").write_bytes(b"x")
    [only] = candidates([tmp_path], is_package=is_package)
    assert (only.name, only.package) == ("x.dup", None)
    assert package_in_archive(packed(tmp_path / "p.zip"), lambda name, names: False) is None


def test_a_name_that_leads_out_of_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        package_in_archive(packed(tmp_path / "p.zip", "../../out"), is_package)
    assert caught.value.code == "archive-path-trick"


def test_a_file_that_became_another_is_seen(tmp_path: Path) -> None:
    package = package_in_folder(folder(tmp_path / "p"), is_package)
    assert package is not None
    (tmp_path / "p" / "a.bin").write_bytes(b"longer than before")
    with pytest.raises(Problem) as caught:
        package.open("a.bin")
    assert caught.value.code == "file-replaced"


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_what_was_read_once_must_come_again_whenever_it_is_opened(kind: str, tmp_path: Path) -> None:
    """It is checked when it is read first, and sent from a later opening."""
    if kind == "folder":
        package = package_in_folder(folder(tmp_path / "p"), is_package)
    else:
        package = package_in_archive(packed(tmp_path / "p.zip"), is_package)
    assert package is not None
    buf = bytearray(100)
    for _ in range(2):
        file = package.open("e")
        assert file.readinto(69_950, buf) == 50
        file.close()
    if kind == "folder":
        (tmp_path / "p" / "e").write_bytes(b"x" * 69_999 + b"y")
        file = package.open("e")
        with pytest.raises(Problem) as caught:
            file.readinto(69_950, buf)
        assert caught.value.code == "file-replaced"
        file.close()


def test_a_folder_that_hides_a_part_of_its_package_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody hears that files are missing which only may not be seen."""
    top = folder(tmp_path / "p")
    (top / "lost+found").mkdir()
    listed = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path.name in hidden:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    hidden = ["lost+found"]
    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert package_in_folder(top, is_package) is not None, "what a file system puts there hides nothing"
    hidden.append("b")
    with pytest.raises(Problem) as caught:
        package_in_folder(top, is_package)
    assert caught.value.code == "folder-not-readable" and str(top / "b") in caught.value.detail
