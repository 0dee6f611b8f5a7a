"""Files and folders: sources, the journal's slots, the state folder."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.files.stable_file import open_stable
from modemflash_host.store.journal_files import SlotFiles, journal_key, newest_first
from modemflash_host.store.state_folder import state_folder


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "CATM1-41065.dup"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def test_a_source_gives_the_bytes_from_any_offset(firmware: Path) -> None:
    source = open_stable(firmware)
    assert (source.name, source.size) == (firmware.name, 256_000)
    buf = bytearray(4)
    assert source.readinto(254, buf) == 4
    assert buf == bytes([254, 255, 0, 1])
    assert source.readinto(255_998, buf) == 2
    assert source.readinto(256_000, buf) == 0
    source.close()


def test_a_packed_source_is_one_zlib_stream_with_the_modems_window(firmware: Path) -> None:
    """A window of 4096 bytes: a decoder that has no more unpacks it."""
    source = open_stable(firmware)
    packed = source.packed()
    data = bytearray(packed.size)
    assert packed.readinto(0, data) == packed.size
    assert zlib.decompressobj(12).decompress(bytes(data)) == firmware.read_bytes()
    assert data[0] >> 4 == 12 - 8
    assert source.packed() is packed
    source.close()


def test_what_is_sent_is_the_file_that_was_opened(firmware: Path) -> None:
    """Another file under the same name changes nothing."""
    source = open_stable(firmware)
    other = firmware.with_suffix(".new")
    other.write_bytes(b"other")
    other.replace(firmware)
    buf = bytearray(4)
    source.readinto(0, buf)
    assert buf == bytes([0, 1, 2, 3])
    source.close()


@pytest.mark.parametrize(("name", "code"), [("absent.dup", "no-such-file"), ("", "not-a-file")])
def test_a_file_that_cannot_be_opened_has_a_code(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        open_stable(tmp_path / name)
    assert caught.value.code == code


def test_slots_keep_what_was_saved_and_are_empty_at_first(tmp_path: Path) -> None:
    store = SlotFiles(tmp_path, "key")
    assert store.load(0) == store.load(1) == b""
    store.save(0, b"one")
    store.save(1, b"two, longer")
    store.save(1, b"two")
    again = SlotFiles(tmp_path, "key")
    assert (again.load(0), again.load(1)) == (b"one", b"two")


def test_a_slot_is_on_the_disk_before_save_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    SlotFiles(tmp_path, "key").save(0, b"x")
    assert synced


def test_two_modems_never_share_a_journal_and_one_keeps_its_own() -> None:
    keys = {
        journal_key(port)
        for port in ("/dev/ttyUSB0", "/dev/ttyUSB1", "COM5", "rfc2217://h:1", "rfc2217://h:2")
    }
    assert len(keys) == 5
    one = journal_key("sim://pycom-catm1?state=/tmp/a&fault=drop:0.1")
    assert one == journal_key("sim://pycom-catm1?state=/tmp/a")
    assert one != journal_key("sim://pycom-catm1?state=/tmp/b")


@pytest.mark.parametrize("then", [4_294_000_000, 0], ids=["2106", "1970"])
def test_the_last_record_is_the_last_whatever_the_clock_said(tmp_path: Path, then: int) -> None:
    """A record that was written with a wrong clock is neither the last one for ever nor always the first."""
    for number, key in enumerate(("first", "second", "third")):
        slots = SlotFiles(tmp_path, key)
        slots.save(number % 2, b"x")
        if number == 1:
            os.utime(tmp_path / "second.1", (then, then))
            SlotFiles(tmp_path, "second").save(0, b"y")
        assert newest_first(tmp_path, {"first", "second", "third"})[0] == key
    SlotFiles(tmp_path, "first").save(1, b"z")
    assert newest_first(tmp_path, {"first", "second", "third"}) == ["first", "third", "second"]


def test_the_state_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "here"))
    assert state_folder("journal") == tmp_path / "here" / "journal"
    assert state_folder("journal").is_dir()
