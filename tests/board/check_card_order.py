"""The job: found by manifest or by name, whole before anything begins, its hash always given back."""

import hashlib
import json
import os
from binascii import hexlify

import fakes

from modemflash.board import card_order, manifest
from modemflash.board.words import CardProblem
from modemflash.crc import Fletcher32, crc16, crc32
from modemflash.errors import BadFile, Problem, TransferProblem

DATA = bytes([i * 7 & 0xFF for i in range(5000)])
ROW = {
    "name": "CATM1-41065.dup", "path": "firmware/1.dup", "size": len(DATA), "kind": "full", "product": "",
    "build": 41065, "build_source": "content", "name_build": 41065, "from_build": None, "part": 0,
    "version": "5.1.1.0", "radio": "cat-m1", "uart": "", "reason": "", "verified": True, "as_published": None,
    "sha256": hexlify(hashlib.sha256(DATA).digest()).decode(), "fletcher32": 0, "sums": "",
}  # fmt: skip


def card():
    fakes.fresh_card()
    os.mount(fakes.machine.card, "/sd")


def prepared(**changes):
    """A prepared card with one file; the words of its manifest can be changed."""
    card()
    os.mkdir("/sd/firmware")
    fakes.put("/sd/firmware/1.dup", DATA)
    row = dict(ROW)
    whole = Fletcher32()
    whole.update(memoryview(DATA))
    row["fletcher32"] = whole.value()
    sums = b""
    for at in (0, 2016):
        crc = crc16(DATA, 0, at, at + manifest.GRID)
        sums += bytes([crc >> 8, crc & 255])
    fakes.put("/sd/firmware/1.dup.crc", sums)
    row["sums"] = "%08x" % crc32(sums)
    words = {
        "schema": 1, "files": [row], "consents": ["allow-downgrade"], "options": {}, "with_imei": False,
        "engine": {},
    }  # fmt: skip
    words.update(changes)
    fakes.put("/sd/" + manifest.NAME, manifest.seal(json.dumps(words).encode()))


def code(deed, *words):
    try:
        deed(*words)
    except Problem as problem:
        return problem.code
    return ""


def nothing(done, total):
    pass


def test_no_job():
    """A card with other files is none of our business."""
    card()
    fakes.put("/sd/photo.jpg", b"1")
    fakes.put("/sd/._x.dup", b"1")
    assert card_order.find("/sd", []) is None


def test_plain_files():
    """Plain files are taken by their names; another size is another job."""
    card()
    fakes.put("/sd/b.DUP", b"1234")
    fakes.put("/sd/updater.elf", b"12")
    found = card_order.find("/sd", [])
    assert [row["name"] for row in found.rows] == ["b.DUP", "updater.elf"]
    assert not found.prepared and not found.consents
    fakes.put("/sd/b.DUP", b"12345")
    assert card_order.find("/sd", []).id != found.id


def test_a_folder_and_a_file():
    """The folder `modemflash`, and one file by its name."""
    card()
    os.mkdir("/sd/modemflash")
    fakes.put("/sd/modemflash/a.dup", b"1234")
    assert card_order.find("/sd", []).rows[0]["path"] == "modemflash/a.dup"
    assert card_order.find("/sd/modemflash/a.dup", []).rows[0]["size"] == 4


def test_folders_and_the_updater_beside():
    """As an archive was unpacked; one file by its name takes the updater beside it along."""
    card()
    os.mkdir("/sd/photos")
    fakes.put("/sd/photos/1.jpg", b"1")
    os.mkdir("/sd/CATM1-41065")
    fakes.put("/sd/CATM1-41065/CATM1-41065.dup", b"1234")
    fakes.put("/sd/CATM1-41065/updater.elf", b"12")
    expected = [("CATM1-41065.dup", 4), ("updater.elf", 2)]
    for path in ("/sd", "/sd/CATM1-41065", "/sd/CATM1-41065/CATM1-41065.dup"):
        found = card_order.find(path, [])
        assert [(row["name"], row["size"]) for row in found.rows] == expected, path
        for row in found.rows:
            assert os.stat(found.folder + "/" + row["path"])[6] == row["size"]


def test_the_updater_may_lie_in_a_folder():
    """Firmware in the root is the one that is meant; of the folders only an updater is taken."""
    card()
    fakes.put("/sd/CATM1-41065.dup", b"1234")
    os.mkdir("/sd/old")
    fakes.put("/sd/old/CATM1-38638.dup", b"123")
    fakes.put("/sd/old/updater.elf", b"12")
    found = card_order.find("/sd", [])
    assert [row["path"] for row in found.rows] == ["CATM1-41065.dup", "old/updater.elf"]


def test_an_archive_is_said():
    """A card with the archive alone is a job that somebody meant; a user's own archive is none."""
    card()
    for name in ("CATM1-41065.zip", "nb1-41019.ZIP"):
        try:
            card_order.find("/sd", ["photos", name])
            assert False
        except CardProblem as problem:
            assert problem.code == "card-no-firmware"
            assert "unpack " + name in problem.happened
    assert card_order.find("/sd", ["photos.zip", "catm1"]) is None


def test_a_typing_error():
    """A wrong name is answered with those that are there."""
    card()
    try:
        card_order.find("/sd/a.dop", ["a.dup"])
    except CardProblem as problem:
        assert problem.code == "card-no-such-path"
        assert "a.dup" in problem.detail
    else:
        assert False


def test_a_prepared_card():
    """Manifest, hash, facts and ready checksums."""
    prepared()
    found = card_order.find("/sd", [])
    assert found.prepared and found.consents == {("allow-downgrade", "")}
    seen = []
    found.check(lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(DATA), len(DATA))
    image, source = found.files[0]
    assert (image.build, image.kind, image.understood, image.name) == (41065, "full", True, "CATM1-41065.dup")
    assert source.block_crc(0, 2016) == crc16(DATA, 0, 0, 2016)
    assert source.block_crc(2016, 2016) == crc16(DATA, 0, 2016, 4032)
    assert source.block_crc(0, 4032) == crc16(DATA, 0, 0, 4032)
    assert source.grid == 2016


def test_ready_checksums_only_on_their_grid():
    """After a residue or a step-down they are not valid."""
    prepared()
    found = card_order.find("/sd", [])
    found.check(nothing)
    source = found.files[0][1]
    for offset, n in ((1, 2016), (2016, 2015), (4032, 968), (0, 1008), (2000, 2032)):
        assert source.block_crc(offset, n) == -1


def test_damaged_sums_only_cost_time():
    """A side file that does not fit is left aside."""
    prepared()
    fakes.put("/sd/firmware/1.dup.crc", b"123456")
    found = card_order.find("/sd", [])
    found.check(nothing)
    source = found.files[0][1]
    assert source.block_crc(0, 2016) == -1 and not source.grid


def test_a_changed_byte():
    """One changed byte is found, by the chip's hash and, where that is busy, without it."""
    for busy in (False, True):
        prepared()
        fakes.put("/sd/firmware/1.dup", DATA[:100] + b"!" + DATA[101:])
        kept = hashlib.sha256
        try:
            if busy:
                card_order.hashlib = Busy()
            assert code(card_order.find("/sd", []).check, nothing) == "card-file-changed"
        finally:
            card_order.hashlib = hashlib
        assert kept


class Busy:
    def sha256(self):
        raise OSError("only one active hash operation is permitted at a time")


def test_a_busy_hash_falls_back():
    """Another program's hash is no reason to fail."""
    prepared()
    try:
        card_order.hashlib = Busy()
        found = card_order.find("/sd", [])
        found.check(nothing)
        assert found.files[0][0].build == 41065
    finally:
        card_order.hashlib = hashlib


class Counting:
    """A chip with one hash, which counts who has not given it back."""

    def __init__(self):
        self.live = 0

    def sha256(self):
        if self.live:
            raise OSError("only one active hash operation is permitted at a time")
        self.live += 1
        return self

    def update(self, data):
        pass

    def digest(self):
        self.live -= 1
        return b""


def test_the_hash_is_given_back():
    """Even when the card goes in the middle of it."""
    prepared()
    counting = Counting()

    def pull(done, total):
        raise CardProblem("card-gone")

    try:
        card_order.hashlib = counting
        assert code(card_order.find("/sd", []).check, pull) == "card-gone"
    finally:
        card_order.hashlib = hashlib
    assert counting.live == 0


def test_truncated():
    """A shorter file is told by its size, before a byte of it is read."""
    prepared()
    fakes.put("/sd/firmware/1.dup", DATA[:4000])
    assert code(card_order.find("/sd", []).check, nothing) == "file-truncated"


def test_manifest_damaged():
    """A manifest that was edited by hand gives no consent."""
    prepared()
    data = fakes.get("/sd/" + manifest.NAME)
    fakes.put("/sd/" + manifest.NAME, data.replace(b"allow-downgrade", b"write-boot-rom"))
    assert code(card_order.find, "/sd", []) == "card-manifest"
    fakes.put("/sd/" + manifest.NAME, b"")
    assert code(card_order.find, "/sd", []) == "card-manifest"


def test_manifest_newer():
    """A schema of the future is not guessed at."""
    prepared(schema=2)
    assert code(card_order.find, "/sd", []) == "card-manifest-newer"


def test_a_file_that_vanishes():
    """In a check it is a fault of the card; in a transfer it is waited for."""
    card()
    fakes.put("/sd/a.dup", DATA)
    source = card_order.CardFile("/sd/a.dup", "a.dup", len(DATA))
    buf = bytearray(100)
    assert source.readinto(50, buf) == 100
    source.close()
    fakes.unmount("/sd")
    assert code(source.readinto, 150, buf) == "card-gone"
    waits = []

    def back():
        waits.append(1)
        os.mount(fakes.machine.card, "/sd")
        return True

    source.comes_back = back
    assert source.readinto(150, buf) == 100
    assert bytes(buf) == DATA[150:250] and waits == [1]
    source.close()
    fakes.unmount("/sd")
    source.comes_back = lambda: False
    try:
        source.readinto(0, buf)
    except TransferProblem as problem:
        assert problem.code == "card-gone"
    else:
        assert False


def test_file_errors_are_file_errors():
    """What is no firmware is a BadFile, whose light is the file's."""
    card()
    fakes.put("/sd/a.dup", b"<html>" * 100)
    try:
        card_order.find("/sd", []).check(nothing)
    except BadFile as problem:
        assert problem.code == "file-html"
    else:
        assert False
