"""A second family goes through every command with no change outside its own folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.runs import find_run
from modemflash_host.cli import app
from modemflash_host.families import registry
from modemflash_host.families.registry import words_of
from modemflash_host.report.bundle import make_report, report_text
from support.tiny_family.device import TinyDevice
from support.tiny_family.family import TinyFamily, make_file


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TinyDevice]:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    with TinyDevice() as device:
        monkeypatch.setattr(registry, "FAMILIES", [*registry.FAMILIES, TinyFamily(device.url)])
        yield device


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "two.tiny"
    path.write_bytes(make_file("2"))
    return str(path)


def test_identify(device: TinyDevice, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["identify", file]) == 0
    out = capsys.readouterr().out
    assert "two.tiny" in out and "tiny firmware" in out


def test_info(device: TinyDevice, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["info", "-p", device.url, "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["family"], result["from_version"], result["boot_mode"]) == ("tiny", "1", "awake")


def test_dry_run_then_update_then_nothing_to_do(
    device: TinyDevice, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["update", file, "-p", device.url, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "upgrade  1 → 2" in shown and "write the tiny device" in shown
    assert device.writes == 0
    assert app.run(["update", file, "-p", device.url, "-y"]) == 0
    assert "Updated: 1 → 2" in capsys.readouterr().out
    assert (device.version, device.writes) == ("2", 1)
    assert app.run(["update", file, "-p", device.url, "-y"]) == 0
    assert device.writes == 1


def test_without_a_yes_nothing_is_written(
    device: TinyDevice, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["update", file, "-p", device.url, "--json"]) == 5
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "consent-missing"
    assert device.writes == 0


def test_capture_and_report(device: TinyDevice, file: str, tmp_path: Path) -> None:
    """What was written is kept as size and checksum only, the answers as they came."""
    assert app.run(["update", file, "-p", device.url, "-y", "-q"]) == 0
    run = find_run()
    capture = read_capture(run.path)
    assert [record["tx_block"] for record in capture.records if "tx_block" in record] == [len(make_file("2"))]
    assert "tiny 1" in "".join(record.get("rx", "") for record in capture.records)
    assert "two.tiny" in report_text(run, capture)
    assert make_report(run, words_of, tmp_path / "report.zip").is_file()


def test_port_and_file_that_disagree(
    device: TinyDevice, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of one family and a port of another: refused, and nothing is sent."""
    from modemflash_sim.sequans import images

    other = tmp_path / "CATM1-41065.dup"
    other.write_bytes(images.make_full_image(41065, size_bytes=60_000))
    for words in (["update", str(other), "-p", device.url], ["update", file, "-p", "sim://pycom-catm1"]):
        assert app.run([*words, "-y", "--json"]) == 5
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "port-of-another-family"
    assert app.run(["update", str(other), file, "-p", device.url, "-y", "--json"]) == 5
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "files-of-several-families"
    assert device.writes == 0
