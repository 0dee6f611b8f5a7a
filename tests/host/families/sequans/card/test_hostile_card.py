"""A card that was made to do harm: nothing but its own files is touched, nothing waits, nothing is huge."""

from __future__ import annotations

import json
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from modemflash.board import manifest
from modemflash.errors import Problem
from modemflash_host.consents import Consent
from modemflash_host.families.sequans import card as cards
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import images

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and links")

LISTED = ("modemflash.json", "README.txt", "firmware/CATM1-41065.dup", "firmware/CATM1-41065.dup.crc",
          "engine/modemflash/__init__.py")  # fmt: skip
CONSENTS = [Consent("without-way-back")]
ENDS = {"card-foreign-files", "card-file-changed", "card-not-prepared", "card-manifest"}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "CATM1-41065.dup").write_bytes(images.make_full_image(41065, size_bytes=20_000))
    return folder


@pytest.fixture
def card(tmp_path: Path, sources: Path) -> Path:
    """A prepared card, updater and all."""
    folder = tmp_path / "CARD"
    folder.mkdir()
    cards.prepare([sources], folder, reporter(), consents=CONSENTS, with_engine=True)
    return folder


def reporter() -> Reporter:
    return Reporter([], StopRequests())


def ends(call: object, *arguments: object, **words: object) -> str:
    try:
        call(*arguments, **words)  # type: ignore[operator]
    except Problem as problem:
        return problem.code
    return ""


def both(sources: Path, card: Path) -> list[str]:
    """How `check` and `prepare` end."""
    checked = ends(cards.check, card, reporter())
    words = {"consents": CONSENTS, "with_engine": True}
    return [checked, ends(cards.prepare, [sources], card, reporter(), **words)]


@pytest.mark.parametrize(
    "path",
    ["{outside}", "../outside", "firmware/../../outside", "photo.jpg", "firmware", ".", "firmware/a/b"],
)
@pytest.mark.parametrize("where", ["files", "engine"])
def test_a_list_names_nothing_but_what_is_ours(
    tmp_path: Path, sources: Path, card: Path, where: str, path: str
) -> None:
    """A list that was sealed anew makes `prepare` remove no file of somebody else's, nor its `.crc`."""
    outside, photo = tmp_path / "outside", card / "photo.jpg"
    mine = [outside, photo, tmp_path / "outside.crc", card / "photo.jpg.crc"]
    for each in mine:
        each.write_text("mine")
    words = manifest.read((card / manifest.NAME).read_bytes())
    del words["crc32"]
    if where == "files":
        words["files"][0]["path"] = path.format(outside=outside)
    else:
        words["engine"][path.format(outside=outside)] = "0" * 64
    (card / manifest.NAME).write_bytes(manifest.seal(json.dumps(words).encode()))
    both(sources, card)
    assert [each.read_text() for each in mine] == ["mine"] * 4


@pytest.mark.parametrize("name", [*LISTED, "firmware", "engine", "engine/modemflash"])
def test_a_link_out_of_the_card_is_never_followed(
    tmp_path: Path, sources: Path, card: Path, name: str
) -> None:
    """Whatever on the card is a link: what it leads to stays as it is, and the card is not taken."""
    outside = tmp_path / "outside"
    (card / name).rename(outside)
    before = {path: path.read_bytes() for path in [outside, *outside.rglob("*")] if path.is_file()}
    (card / name).symlink_to(outside)
    checked, prepared = both(sources, card)
    assert checked in {*ENDS, ""} and prepared in ENDS
    after = {path: path.read_bytes() for path in [outside, *outside.rglob("*")] if path.is_file()}
    assert after == before


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", LISTED)
def test_nothing_that_waits_is_opened(sources: Path, card: Path, name: str) -> None:
    """A pipe in the place of a file has no other end; `results` meets one, too."""
    (card / name).unlink()
    os.mkfifo(card / name)
    checked, prepared = both(sources, card)
    assert checked in {*ENDS, ""} and prepared in ENDS
    (card / "results").mkdir()
    os.mkfifo(card / "results" / "x.jsonl")
    assert ends(cards.results, [card]) == "card-no-results"


@pytest.mark.parametrize("name", LISTED)
def test_sizes_are_looked_at_before_anything_is_read(sources: Path, card: Path, name: str) -> None:
    """Four gigabytes in the place of a small file take no memory, and no time."""
    os.truncate(card / name, 4 << 30)
    tracemalloc.start()
    checked = ends(cards.check, card, reporter())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert checked in ENDS or name == "README.txt"
    assert most < 16 << 20


def test_links_in_a_ring_are_words(sources: Path, card: Path) -> None:
    (card / "firmware").rename(card / "old")
    (card / "firmware").symlink_to(card / "firmware")
    assert set(both(sources, card)) <= {*ENDS, "card-gone"}


def test_of_a_boards_attempts_the_last_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many short lines takes no memory with their number."""
    monkeypatch.setattr(sys.modules[cards.results.__module__], "_MOST_BYTES", 12_000)
    for number in range(2):
        (tmp_path / f"{number}.jsonl").write_text("{}\n" * 4_000)
    cards.results([tmp_path])  # what is loaded once does not count
    tracemalloc.start()
    cards.results([tmp_path])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 500_000


def test_a_cell_is_as_long_as_a_board_writes_one(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps({"board": "b" * 1_000_000, "type": "GPy"}))
    (board,) = cards.results([tmp_path]).boards
    assert (board.board, board.last.type) == ("x", "GPy")


def test_more_files_than_boards_write_are_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[cards.results.__module__], "_MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.jsonl").write_text("{}\n")
    assert ends(cards.results, [tmp_path]) == "card-no-results"
