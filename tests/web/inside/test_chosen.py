"""Files that somebody chose: what no firmware can be is never read, and each is refused by its name."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from modemflash.errors import Refusal
from modemflash_host.files.candidates import MOST_FILES
from modemflash_web.inside.chosen import MOST_BYTES, Chosen, take_chosen
from support.page_browser import Promised, wait

FOLDER = Path("/files")


class Files:
    """A browser with files, some of which it may not read."""

    def __init__(self, *chosen: tuple[str, int], unreadable: str = "") -> None:
        self.chosen = [Chosen(PurePosixPath(path), size) for path, size in chosen]
        self.unreadable = unreadable
        self.copied: list[str] = []

    def copy(self, index: int, path: str) -> Promised:
        if str(self.chosen[index].path) == self.unreadable:
            return Promised("NotReadableError")
        self.copied.append(path)
        return Promised("")

    def take(self) -> list[str]:
        as_browser: Any = self
        take_chosen(self.chosen, FOLDER, as_browser, wait)
        return self.copied


def refused(files: Files) -> tuple[str, str]:
    """Code and detail."""
    with pytest.raises(Refusal) as caught:
        files.take()
    return caught.value.code, caught.value.detail


def test_files_stand_where_they_stood() -> None:
    files = Files(("a.dup", 5), ("folder/deep/b.dup", 5))
    assert files.take() == ["/files/a.dup", "/files/folder/deep/b.dup"]


def test_a_file_that_is_far_too_large_is_refused_unread() -> None:
    files = Files(("film.dup", MOST_BYTES + 1), ("a.dup", 5))
    assert refused(files) == ("file-too-large", f"film.dup, {MOST_BYTES + 1} bytes")
    assert files.copied == []


def test_in_a_folder_it_is_passed_over() -> None:
    assert Files(("downloads/film.mkv", 3 << 30), ("downloads/a.dup", 5)).take() == ["/files/downloads/a.dup"]


@pytest.mark.parametrize(
    "chosen",
    [
        [(f"downloads/{number}.txt", 1) for number in range(MOST_FILES + 1)],
        [(f"downloads/{number}.bin", MOST_BYTES) for number in range(3)],
    ],
    ids=["many", "large"],
)
def test_a_folder_with_too_much_is_refused_unread(chosen: list[tuple[str, int]]) -> None:
    files = Files(*chosen)
    code, detail = refused(files)
    assert code == "too-many-files" and "in downloads" in detail and files.copied == []


@pytest.mark.parametrize("path", ["a.dup", "letter.txt", "folder/a.dup", "folder/a.zip"])
def test_what_cannot_be_read_is_named(path: str) -> None:
    assert refused(Files((path, 5), unreadable=path)) == ("file-not-readable", f"{path}: NotReadableError")


def test_what_only_lies_beside_firmware_need_not_be_readable() -> None:
    files = Files(("folder/private.key", 5), ("folder/a.dup", 5), unreadable="folder/private.key")
    assert files.take() == ["/files/folder/a.dup"]


def test_nothing_is_chosen_when_a_kept_update_is_taken_up() -> None:
    assert Files().take() == []
