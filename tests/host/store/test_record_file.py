"""A record that must outlive a run: whole, or not there."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from modemflash_host.store import firmware_places, record_file
from modemflash_host.store.record_file import RecordFile
from modemflash_host.store.state_folder import kept_file


def test_what_was_saved_is_loaded_and_removed(tmp_path: Path) -> None:
    record = RecordFile(tmp_path / "a.gnss")
    assert record.load() == {}
    record.save({"file": "x", "stage": "erase"})
    record.save({"file": "y"})
    assert RecordFile(tmp_path / "a.gnss").load() == {"file": "y"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.gnss"]
    record.remove()
    record.remove()
    assert record.load() == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"file": 5}'])
def test_what_cannot_be_read_is_no_record(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.gnss").write_bytes(content)
    assert RecordFile(tmp_path / "a.gnss").load() == {}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_what_a_full_disk_does_not_take_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record before stays, and no half of the new one beside it: of each file that is made so."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    record = RecordFile(tmp_path / "a.gnss")
    record.save({"file": "x"})
    firmware_places.remember(["a.dup"], ["a.dup"])
    before = sorted(tmp_path.iterdir())

    def full(path: Path) -> BinaryIO:
        kept_file(path).close()
        return Path("/dev/full").open("wb", buffering=0)

    monkeypatch.setattr(record_file, "kept_file", full)
    monkeypatch.setattr(firmware_places, "kept_file", full)
    with pytest.raises(OSError, match="No space"):
        record.save({"file": "y"})
    firmware_places.remember(["b.dup"], ["b.dup"])
    assert record.load() == {"file": "x"} and sorted(tmp_path.iterdir()) == before
