"""Files on a board, on every release: whole or not at all, and never a control byte on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modemflash_host.board.console.files import BoardFiles
from modemflash_host.board.console.repl import CHUNK_BYTES, Repl
from modemflash_host.errors import BoardProblem
from modemflash_host.links.open import open_console
from support.consoles import Simulated, simulated

EVERY_BYTE = bytes(range(256)) * 5 + b"odd"


@pytest.fixture(scope="module", params=["gpy-1.18.2", "gpy-1.20.0", "fipy-1.20.2"])
def board(
    request: pytest.FixtureRequest, tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Simulated]:
    with simulated(tool, tmp_path_factory.mktemp("board"), request.param) as served:
        yield served


@pytest.fixture
def files(board: Simulated) -> Iterator[BoardFiles]:
    link, clock = open_console(board.url)
    with closing(link):
        repl = Repl(link, clock)
        assert repl.enter()
        yield BoardFiles(repl)
        repl.leave()


def test_a_file_of_every_byte_goes_there_and_back(board: Simulated, files: BoardFiles) -> None:
    board.console.heard.clear()
    files.put("/flash/all.bin", EVERY_BYTE)
    assert files.get("/flash/all.bin") == EVERY_BYTE
    assert files.size("/flash/all.bin") == len(EVERY_BYTE)
    assert b"\x06" not in board.console.heard
    files.remove("/flash/all.bin")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_files_around_the_size_of_a_chunk_are_whole(files: BoardFiles, size: int) -> None:
    files.put("/flash/edge", EVERY_BYTE[:size])
    assert files.get("/flash/edge") == EVERY_BYTE[:size]
    files.remove("/flash/edge")


def test_a_file_is_replaced_where_a_rename_replaces_nothing(files: BoardFiles) -> None:
    files.put("/flash/twice", b"old")
    files.put("/flash/twice", b"new and longer")
    assert files.get("/flash/twice") == b"new and longer"
    assert "twice.part" not in files.listing("/flash")
    files.remove("/flash/twice")


def test_folders_are_made_walked_and_removed_without_ilistdir(files: BoardFiles) -> None:
    before = files.walk("/flash")
    files.make_folder("/flash/lib/one/two")
    files.put("/flash/lib/one/two/leaf.py", b"x = 1\n")
    grown = files.walk("/flash")
    assert {path: size for path, size in grown.items() if path not in before} == {
        "/flash/lib/one": -1,
        "/flash/lib/one/two": -1,
        "/flash/lib/one/two/leaf.py": 6,
    }
    for path in ("/flash/lib/one/two/leaf.py", "/flash/lib/one/two", "/flash/lib/one"):
        files.remove(path)
    assert files.walk("/flash") == before


def test_holds_tells_every_difference(files: BoardFiles) -> None:
    files.put("/flash/held", b"content")
    assert files.holds("/flash/held", b"content")
    assert not files.holds("/flash/held", b"contenT")
    assert not files.holds("/flash/held", b"longer content")
    assert not files.holds("/flash/absent", b"")
    files.remove("/flash/held")


def test_a_busy_hash_is_no_reason_to_fail(files: BoardFiles) -> None:
    """A user's program may have left the one hash of the board alive."""
    files._repl.run("import hashlib\n_left = hashlib.sha256(b'x')")
    assert files._repl.value("_hash('/flash/boot.py')") == "None"
    files.put("/flash/held", b"content")
    assert files.holds("/flash/held", b"content")
    assert not files.holds("/flash/held", b"contenT")
    files._repl.run("_left.digest()")
    files.remove("/flash/held")


def test_what_is_not_there_is_said(files: BoardFiles) -> None:
    assert files.size("/flash/none") is None
    files.remove("/flash/none")
    with pytest.raises(BoardProblem, match="board-refused"):
        files.get("/flash/none")
