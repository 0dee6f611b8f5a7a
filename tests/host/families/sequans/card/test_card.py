"""`modemflash card`: what is laid out, what is refused, what is never overwritten, what boards wrote."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from modemflash.board import manifest
from modemflash.crc import crc16
from modemflash.errors import CATALOGUE, BadFile, Problem
from modemflash.examine import examine
from modemflash_host.board.install.package import deployed
from modemflash_host.cli.card import card as command
from modemflash_host.errors import ConsentMissing
from modemflash_host.families.sequans import card as cards
from modemflash_host.families.sequans.card.card_folder import CardFolder
from modemflash_host.families.sequans.card.card_manifest import CardManifest
from modemflash_host.families.sequans.card.layout import safe_name
from modemflash_host.families.sequans.card.readme import WIDTH, can_lines
from modemflash_host.families.sequans.card.results import INTERRUPTED
from modemflash_host.families.sequans.forecast import Forecast, forecasts
from modemflash_host.reporters import Reporter
from modemflash_host.run.stop_requests import StopRequests
from modemflash_sim.sequans import images
from support.memory_source import MemorySource

IMAGE = images.make_full_image(41065, size_bytes=20_000)
ELF = images.make_updater_elf(66_000)


def reporter() -> Reporter:
    return Reporter([], StopRequests())


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "firmware files"
    folder.mkdir()
    (folder / "CATM1-41065.dup").write_bytes(IMAGE)
    (folder / "updater.elf").write_bytes(ELF)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "CARD"
    path.mkdir()
    return path


def prepare(sources: Path, folder: Path, **words: object) -> cards.Prepared:
    return cards.prepare([sources], folder, reporter(), **words)  # type: ignore[arg-type]


def code(call: object, *arguments: object, **words: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **words)  # type: ignore[operator]
    assert caught.value.code in CATALOGUE
    return caught.value.code


def test_lays_out_and_checks(sources: Path, folder: Path) -> None:
    """Firmware, ready checksums, list and words for the field; `check` finds them whole."""
    prepared = prepare(sources, folder)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        "README.txt", "modemflash.json", "firmware/CATM1-41065.dup", "firmware/CATM1-41065.dup.crc",
        "firmware/updater.elf", "firmware/updater.elf.crc",
    }  # fmt: skip
    assert {way.origin for way in prepared.forecasts if way.works} >= {33988, 38638, 39529}
    assert all(way.target == 41065 for way in prepared.forecasts if way.works)
    checked = cards.check(folder, reporter())
    assert [image.build for image in checked.images] == [41065, None]
    assert not checked.with_engine


def test_ready_checksums(sources: Path, folder: Path) -> None:
    """One CRC-16 for each whole 2016 bytes; the end of a file has none."""
    prepare(sources, folder)
    sums = (folder / "firmware/CATM1-41065.dup.crc").read_bytes()
    assert len(sums) == 2 * (len(IMAGE) // 2016)
    assert sums[2:4] == crc16(IMAGE, 0, 2016, 4032).to_bytes(2, "big")


def test_with_engine(sources: Path, folder: Path) -> None:
    """The updater on the card is the deployed package, hash by hash."""
    assert prepare(sources, folder, with_engine=True).with_engine
    assert {name: (folder / "engine" / name).read_bytes() for name in deployed()} == deployed()
    (folder / "engine/modemflash/transfer.py").write_bytes(b"")
    assert code(cards.check, folder, reporter()) == "card-file-changed"


def test_the_readme_is_plain(sources: Path, folder: Path) -> None:
    """ASCII, CR LF, no long lines; light, builds and the hook are in it."""
    prepare(sources, folder)
    data = (folder / "README.txt").read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    lines = data.decode().splitlines()
    assert max(map(len, lines)) <= WIDTH
    text = " ".join(lines)
    for word in ("38638", "YELLOW", "10 seconds", "install_hook", "ftp://192.168.4.1", "board deploy"):
        assert word in text


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda folder: (folder / "firmware/updater.elf").unlink(), "card-file-missing"),
        (lambda folder: (folder / "firmware/updater.elf").write_bytes(ELF[:-1] + b"!"), "card-file-changed"),
        (lambda folder: (folder / "firmware/updater.elf.crc").write_bytes(b"12"), "card-file-changed"),
        (lambda folder: (folder / "modemflash.json").unlink(), "card-not-prepared"),
        (lambda folder: (folder / "modemflash.json").write_bytes(b"{}"), "card-manifest"),
    ],
)
def test_check_finds(sources: Path, folder: Path, spoil: object, expected: str) -> None:
    """Whatever is missing or changed is named."""
    prepare(sources, folder)
    spoil(folder)  # type: ignore[operator]
    assert code(cards.check, folder, reporter()) == expected


def test_a_consent_cannot_be_edited_in(sources: Path, folder: Path) -> None:
    """The list of files is sealed: a danger is accepted where the card is prepared, not with an editor."""
    prepare(sources, folder)
    path = folder / manifest.NAME
    path.write_bytes(path.read_bytes().replace(b'"consents": []', b'"consents": ["write-boot-rom"]'))
    assert code(cards.check, folder, reporter()) == "card-manifest"


def test_foreign_files_stay(sources: Path, folder: Path) -> None:
    """A README that somebody else wrote is not overwritten; other files are not touched."""
    (folder / "README.txt").write_text("mine")
    (folder / "photo.jpg").write_text("mine")
    assert code(prepare, sources, folder) == "card-foreign-files"
    assert (folder / "README.txt").read_text() == "mine"
    (folder / "README.txt").unlink()
    prepare(sources, folder)
    assert (folder / "photo.jpg").read_text() == "mine"


def test_prepared_again(sources: Path, folder: Path) -> None:
    """Files of the preparation before go, results stay, and boards take it for a new job."""
    prepare(sources, folder, with_engine=True)
    before = manifest.read((folder / manifest.NAME).read_bytes())["crc32"]
    (folder / "results").mkdir()
    (folder / "results/aabb.jsonl").write_text("{}\n")
    (sources / "CATM1-41065.dup").rename(sources / "other name 41065.dup")
    prepare(sources, folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert "firmware/CATM1-41065.dup" not in names
    assert "engine/modemflash/transfer.py" not in names
    assert {"firmware/other_name_41065.dup", "results/aabb.jsonl"} <= names
    assert manifest.read((folder / manifest.NAME).read_bytes())["crc32"] != before


def test_damaged_sources(sources: Path, folder: Path) -> None:
    """A damaged file is refused before anything is written."""
    (sources / "CATM1-41065.dup").write_bytes(IMAGE[:15_000])
    with pytest.raises(BadFile):
        prepare(sources, folder)
    assert not list(folder.iterdir())


def test_a_useless_card(sources: Path, folder: Path) -> None:
    """What no board could do is refused here, a missing consent with its flag."""
    (sources / "CATM1-41065.dup").unlink()
    assert code(prepare, sources, folder) == "no-image"
    (sources / "a.dup").write_bytes(images.make_difference(33988, 33080, size_bytes=20_000))
    with pytest.raises(ConsentMissing) as caught:
        prepare(sources, folder)
    assert caught.value.code == "card-needs-consent"
    assert caught.value.consents
    assert not list(folder.iterdir())


def test_the_fewest_consents_are_named(sources: Path, folder: Path) -> None:
    """Those that let one kind of board be updated, not those of every board that there is."""
    judged: list[Forecast] = []
    (sources / "updater.elf").unlink()
    with pytest.raises(ConsentMissing) as caught:
        prepare(sources, folder, on_forecasts=judged.extend)
    assert [consent.name for consent in caught.value.consents] == ["without-way-back"]
    assert {each.missing for each in judged} > {caught.value.consents}


def test_no_room(sources: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that is too small is told before anything is written."""
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 100_000))
    assert code(prepare, sources, folder) == "card-no-room"
    assert not list(folder.iterdir())


def test_a_card_that_does_not_take_or_keep_a_file(
    sources: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is read back; without its list it is no prepared card."""
    write = CardFolder.write

    def refused(card: CardFolder, path: str, chunks: Iterable[bytes]) -> None:
        raise OSError(errno.EIO, "Input/output error")

    def altered(card: CardFolder, path: str, chunks: Iterable[bytes]) -> None:
        write(card, path, (chunk[:-1] + b"?" for chunk in chunks))

    for way, expected in ((refused, "card-write-failed"), (altered, "card-copy-differs")):
        monkeypatch.setattr(CardFolder, "write", way)
        assert code(prepare, sources, folder) == expected
        assert code(cards.check, folder, reporter()) == "card-not-prepared"
        for left in [path for path in folder.rglob("*") if path.is_file()]:
            left.unlink()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (images.make_full_image(41065, size_bytes=20_000), "Left alone: a modem in its boot loader"),
        (images.make_full_image(59999, "GM02S", size_bytes=20_000), "a modem in its application"),
    ],
)
def test_a_modem_without_a_build_is_said_in_words(image: bytes, words: str) -> None:
    found = forecasts([examine(MemorySource(image, "a.dup"))], {}, [])
    assert words in " ".join(can_lines(found))


def test_not_a_folder(sources: Path, tmp_path: Path) -> None:
    """A typing error is no folder to be made."""
    assert code(prepare, sources, tmp_path / "nowhere") == "card-not-a-folder"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("CATM1-41065.dup", "CATM1-41065.dup"),
        ("upgdiff 33080→41065 (1).DUP", "upgdiff_33080_41065_1.dup"),
        ("con.dup", "_con.dup"),
        ("..dup", "file.dup"),
        ("x" * 100 + ".dup", "x" * 53 + ".dup"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    """Every name works on FAT and on every system."""
    assert safe_name(name) == safe


def test_safe_names_do_not_collide() -> None:
    """FAT knows no case."""
    assert safe_name("A.dup", ["a.dup", "a-2.dup"]) == "A-3.dup"


ROW = {"schema": 1, "board": "aabb", "type": "GPy", "attempt": 1}


def write(folder: Path, board: str, *rows: object) -> None:
    (folder / "results").mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps({**ROW, "board": board, **row}) for row in rows]  # type: ignore[dict-item]
    (folder / f"results/{board}.jsonl").write_text("\n".join(lines) + "\n")


def test_results_merge(folder: Path, tmp_path: Path) -> None:
    """One row a board over all cards; success anywhere counts, an attempt without an end is interrupted."""
    other = tmp_path / "OTHER"
    other.mkdir()
    write(folder, "aabb", {"result": "begun"}, {"result": "updated", "to_build": 41065, "seconds": 300})
    write(other, "aabb", {"result": "begun"}, {"result": "failed", "code": "modem-silent"})
    write(other, "ccdd", {"result": "begun"}, '{"torn', {"result": "begun", "attempt": 2})
    table = cards.results([folder, other])
    assert [
        (board.board, board.row["result"], board.row["attempts"], board.good) for board in table.boards
    ] == [
        ("aabb", "updated", 2, True),
        ("ccdd", INTERRUPTED, 2, False),
    ]
    assert table.torn_lines == 1
    assert table.as_csv().splitlines()[1].startswith("aabb,GPy,updated,,,,41065,2,300,")


def test_no_results(folder: Path) -> None:
    """A card that was in no board has none."""
    assert code(cards.results, [folder]) == "card-no-results"


def said(*arguments: object, exit_code: int = 0) -> str:
    """What `modemflash card …` prints."""
    done = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    assert done.exception is None, done.output
    assert done.return_value == exit_code, done.output
    return done.output


def test_command_line(sources: Path, folder: Path) -> None:
    """prepare, check, results: words for people, JSON Lines for scripts, exit codes."""
    text = said("prepare", sources, "--to", folder)
    for part in ("Updates to 41065", "YELLOW", "needs the hook once", "Eject"):
        assert part in text
    last = json.loads(said("check", folder, "--json").splitlines()[-1])
    assert (last["status"], last["code"]) == ("nothing-to-do", "card-good")
    assert (
        json.loads(said("results", folder, "--json", exit_code=5).splitlines()[-1])["code"]
        == "card-no-results"
    )
    write(folder, "aabb", {"result": "begun"}, {"result": "updated"})
    assert "aabb" in said("results", folder)
    assert said("results", folder, "--csv").startswith("board,type,result")
    rows = [json.loads(line) for line in said("results", folder, "--json").splitlines()]
    assert [row["event"] for row in rows] == ["card-result", "result"]


def test_results_fit_80_columns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is to say, each board's whole name stands there; and how many are done."""
    monkeypatch.setenv("COLUMNS", "80")
    boards = [f"240ac4{number:06x}" for number in range(12)]
    for board in boards[1:]:
        end = {"result": "updated", "code": "updated", "modem_state": "updated", "seconds": 1234}
        end |= {"from_build": 38638, "to_build": 41065, "imei": "1" * 15}
        write(folder, board, {"result": "begun"}, end)
    write(folder, boards[0], {"result": "begun"}, {"result": "failed", "code": "transfer-silent"})
    text = said("results", folder)
    assert all(board in text for board in boards)
    assert max(map(len, text.splitlines())) <= 80
    assert "11 of 12 updated" in text
    assert "failed" in text


def test_a_card_says_one_step_for_the_hook(folder: Path, sources: Path) -> None:
    """Whoever reads the card or the screen gets the one command, and no REPL where a PC is there."""
    text = said("prepare", sources, "--to", folder, "--hold-light")
    for words in (text, (folder / "README.txt").read_text("ascii")):
        words = " ".join(words.split())
        assert "modemflash board deploy --hook" in words
        assert "board's REPL" not in words
    assert "starts when the card is out" in " ".join((folder / "README.txt").read_text("ascii").split())
    assert CardManifest.decode((folder / manifest.NAME).read_bytes()).hold_light
