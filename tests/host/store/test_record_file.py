"""A record that must outlive a run: whole, or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_host.store.record_file import RecordFile


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
