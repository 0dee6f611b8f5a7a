"""What the user points at becomes checked files, by an examination that the test brings."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from modemflash.errors import BadFile
from modemflash_host.files.candidates import Candidate, candidates
from modemflash_host.files.selection import Companion, say_unopened, select
from support.sinks import EventSink, reporter

HELPER = Companion("helper", "helper", None, ("helper.elf", "old.elf"))


@dataclass(frozen=True)
class Content:
    """A checked file of no family."""

    name: str
    kind: str
    sha256: str


def selected(sink: EventSink, *paths: Path, helper: Companion = HELPER) -> list[tuple[str, str]]:
    """Names and demanded kinds of what was selected; every file is let go at the end, and not before."""
    held: list[str] = []

    @contextmanager
    def examine(file: Candidate, kind: str) -> Iterator[Content]:
        content = Path(file.place).read_bytes()
        if content == b"bad":
            raise BadFile("file-checksum", file.name)
        held.append(file.name)
        yield Content(file.name, kind, hashlib.sha256(content).hexdigest())
        held.remove(file.name)

    with ExitStack() as opened:
        found = select(paths, candidates(paths), examine, reporter(sink), opened, [helper])
        assert {each.name for each in found} <= set(held)
    assert not held
    return [(each.name, each.kind) for each in found]


def laid_out(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def test_each_content_once(tmp_path: Path) -> None:
    """Two names of the same bytes are one file, the first that was named."""
    laid_out(tmp_path, b_dup=b"1", a_dup=b"1", c_dup=b"2")
    assert selected(EventSink(), tmp_path / "b.dup", tmp_path) == [("b.dup", ""), ("c.dup", "")]


def test_damaged_in_a_folder_is_passed_over_and_said(tmp_path: Path) -> None:
    """Nobody named it."""
    sink = EventSink()
    assert selected(sink, laid_out(tmp_path, a_dup=b"bad", b_dup=b"1")) == [("b.dup", "")]
    assert [each["code"] for each in sink.events if each["event"] == "warning"] == ["file-checksum"]


def test_damaged_and_named_is_an_error(tmp_path: Path) -> None:
    """The user meant this very file."""
    laid_out(tmp_path, a_dup=b"bad")
    with pytest.raises(BadFile):
        selected(EventSink(), tmp_path / "a.dup")


@pytest.mark.parametrize(
    ("beside", "taken"),
    [
        ({"Helper_elf": b"2"}, [("Helper.elf", "helper")]),
        ({"helper_elf": b"2", "old_elf": b"3"}, []),
        ({"other_elf": b"2"}, []),
    ],
)
def test_a_companion_beside_the_file_is_taken_only_when_it_is_one(
    tmp_path: Path, beside: dict[str, bytes], taken: list[tuple[str, str]]
) -> None:
    """Of several none is guessed; what was taken, or not, is said."""
    sink = EventSink()
    laid_out(tmp_path, a_dup=b"1", **beside)
    assert selected(sink, tmp_path / "a.dup") == [("a.dup", ""), *taken]
    assert len(sink.events) == ("other_elf" not in beside)


def test_a_companion_that_was_named_needs_no_neighbour(tmp_path: Path) -> None:
    """What the user says counts, whatever its name, and must be of its kind."""
    laid_out(tmp_path, a_dup=b"1", mine_bin=b"2", helper_elf=b"3")
    mine = Companion("helper", "helper", tmp_path / "mine.bin", HELPER.names)
    assert selected(EventSink(), tmp_path / "a.dup", helper=mine) == [("a.dup", ""), ("mine.bin", "helper")]


def test_no_neighbour_where_one_was_given_among_the_files(tmp_path: Path) -> None:
    """A file of such a suffix among those named may be it."""
    laid_out(tmp_path, a_dup=b"1", mine_elf=b"2", helper_elf=b"3")
    assert selected(EventSink(), tmp_path / "a.dup", tmp_path / "mine.elf") == [
        ("a.dup", ""),
        ("mine.elf", ""),
    ]


def test_an_archive_in_an_archive_is_told(tmp_path: Path) -> None:
    """What is beside it is taken, and the rest is not passed over in silence."""
    sink = EventSink()
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fw/CATM1-41065.zip", b"PK")
        archive.writestr("a.txt", b"1")
    say_unopened([path, tmp_path], [], reporter(sink))
    [note] = sink.events
    assert "unpack the archive in it: fw/CATM1-41065.zip" in note["text"]
