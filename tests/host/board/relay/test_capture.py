"""What a capture keeps of the wire between PC and a board that relays."""

from __future__ import annotations

from pathlib import Path

from modemflash_host.capture.file import CaptureFile
from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.recorder import Recorder
from support.desk import Build


def test_frames_without_their_contents(desk: Build, tmp_path: Path) -> None:
    """Every byte of the file is seen to be asked for and sent, rates are told, and no firmware is kept."""
    path = tmp_path / "capture.jsonl"
    with desk(size=30_000) as table:
        table.recorder = Recorder(CaptureFile(path, {}, lambda trouble: None))
        assert table.command("relay").status == "updated"
        table.recorder.close()
        name = "CATM1-41065.dup"
        number = next(i for i, file in enumerate(table.files) if file.source.name == name)
        firmware = table.files[number].source
        start = bytearray(64)
        firmware.readinto(4096, start)
    records = read_capture(path).records
    asked = [each for each in records if each.get("relay_rx") == "get"]
    offered = {at for each in asked if each["file"] == number for at in _range(each)}
    assert offered >= set(range(firmware.size))
    assert len([each for each in records if each.get("relay_tx") == "pieces"]) == len(asked)
    assert {each["relay_baud"] for each in records if "relay_baud" in each} >= {115_200, 921_600}
    assert {"H", "E", "P"} <= {each.get("relay_rx") for each in records}
    assert {"ping", "have", "end"} <= {each.get("relay_tx") for each in records}
    assert not any("data" in each for each in records)
    assert start.hex() not in path.read_text() and sum(len(each.get("tx", "")) for each in records) < 1000


def _range(get: dict[str, int]) -> range:
    start = get["start"] + get["offset"]
    return range(start, start + get["count"])
