"""Wireshark reads every export: its fields are what our own reader says, and nothing is malformed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash_host.capture.export import DISSECTOR, export
from modemflash_host.capture.reading import read_capture
from modemflash_host.cli import app
from modemflash_sim.quectel_gnss import packages
from support.edl import maker_for, revision_for

CAPTURES = sorted((Path(__file__).parents[1] / "captures").glob("*[!s].jsonl"))
FIELDS = (
    "modemflash.kind",
    "modemflash.direction",
    "modemflash_at.line",
    "modemflash_stp.name",
    "modemflash_stp.crc_status",
    "modemflash.firmware.size",
    "modemflash_gnss.name",
    "modemflash_gnss.sequence",
    "modemflash_gnss.crc_status",
    "modemflash_nmea.name",
    "modemflash_sahara.name",
    "modemflash_sahara.size",
    "modemflash_firehose.name",
    "modemflash_firehose.value",
    "modemflash_diag.name",
    "_ws.col.protocol",
    "_ws.malformed",
    "frame.comment",
)

pytestmark = pytest.mark.referee


def columns_of(tshark: Path, file: Path, *more: str) -> list[dict[str, str]]:
    """What tshark says of each packet."""
    words = [tshark, "-X", f"lua_script:{DISSECTOR}", "-r", file, "-T", "fields", "-E", "separator=\t"]
    words += [word for name in FIELDS for word in ("-e", name)]
    done = subprocess.run([*map(str, words), *more], capture_output=True, text=True, timeout=60)
    assert "Lua" not in done.stderr, done.stderr
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_every_capture(tool: Callable[[str], Path], tmp_path: Path, capture: Path) -> None:
    """Packet by packet: direction, firmware sizes and AT lines are those of the capture."""
    file = tmp_path / "run.pcapng"
    with file.open("wb") as out:
        export(capture, out)
    rows = columns_of(tool("tshark"), file)
    assert not [row for row in rows if row["_ws.malformed"]]
    records = read_capture(capture).records
    sizes = [record["tx_block"] for record in records if "tx_block" in record]
    assert [int(row["modemflash.firmware.size"]) for row in rows if row["modemflash.firmware.size"]] == sizes
    sent = sum("tx" in record for record in records)
    assert sum(row["modemflash.kind"] == "0" and row["modemflash.direction"] == "2" for row in rows) == sent
    asked = {record["tx"].strip() for record in records if str(record.get("tx", "")).startswith("AT")}
    assert asked <= {row["modemflash_at.line"] for row in rows}


def test_requests_have_good_checksums(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """The dissector computes the header CRC by itself and agrees with every request of ours."""
    capture = next(path for path in CAPTURES if path.stem == "update-damaged-line")
    file = tmp_path / "run.pcapng"
    with file.open("wb") as out:
        export(capture, out)
    packets = columns_of(tool("tshark"), file)
    rows = [row for row in packets if row["modemflash_stp.name"]]
    ours = [row for row in rows if row["modemflash.direction"] == "2"]
    assert ours and {row["modemflash_stp.crc_status"] for row in ours} == {"good"}
    assert {"OPEN_SESSION", "BLOCK", "OPEN_SESSION done"} <= {row["modemflash_stp.name"] for row in rows}
    assert any("phase: transfer" in packet["frame.comment"] for packet in packets)


@pytest.fixture
def gnss_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An update of a GNSS module, by the ordinary command."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    file, capture = tmp_path / "LG290P03AANR02A01S.pkg", tmp_path / "gnss.jsonl"
    file.write_bytes(packages.make_package(size=20_000))
    port = "sim://lg290p?hand_s=25&assume=command-reset:no-window&fault=corrupt:data=1"
    assert app.run(["update", str(file), "-p", port, "-y", "-q", "--capture", str(capture)]) == 0
    return capture


def test_a_gnss_module(tool: Callable[[str], Path], tmp_path: Path, gnss_capture: Path) -> None:
    """Frames by their names, packets with their numbers, checksums computed again, sentences."""
    file = tmp_path / "run.pcapng"
    with file.open("wb") as out:
        export(gnss_capture, out)
    rows = columns_of(tool("tshark"), file)
    assert not [row for row in rows if row["_ws.malformed"]]
    records = read_capture(gnss_capture).records
    sizes = [record["tx_block"] for record in records if "tx_block" in record]
    assert [int(row["modemflash.firmware.size"]) for row in rows if row["modemflash.firmware.size"]] == sizes
    names = [row["modemflash_gnss.name"] for row in rows if row["modemflash_gnss.name"]]
    for name in ("SYNC 1", "RESPONSE 1", "SYNC 2", "RESPONSE 2", "ERASE", "ERASE good", "RESET", "DATA good"):
        assert name in names, name
    assert "QUERY good, version 1.0.1" in names
    assert f"INFO, image of {sum(sizes[2:])} bytes" in names
    numbers = [int(row["modemflash_gnss.sequence"]) for row in rows if row["modemflash_gnss.sequence"]]
    assert numbers == [0, 1, *range(len(sizes) - 2)]  # its second answer is damaged: all again
    statuses = {row["modemflash_gnss.crc_status"] for row in rows if row["modemflash_gnss.crc_status"]}
    assert statuses == {"good"}  # a damaged answer is talk in a capture, so nothing is computed of it
    assert {"GNRMC", "PQTMVERNO"} <= {row["modemflash_nmea.name"].split(",")[0] for row in rows}
    assert not [row for row in rows if row["_ws.col.protocol"] == "STP"]


def test_a_quectel_modem(
    tool: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sahara packets by their names, Firehose by its documents; reads of 32 and of 64 bits."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    for profile, read in (("rm520n", "READ_DATA"), ("rm551e", "READ_DATA64")):
        package = maker_for(profile).write(tmp_path / profile / revision_for(profile))
        capture, file = tmp_path / f"{profile}.jsonl", tmp_path / f"{profile}.pcapng"
        words = ["update", str(package), "-p", f"sim://{profile}", "-y", "-q", "--capture", str(capture)]
        assert app.run(words) == 0
        with file.open("wb") as out:
            export(capture, out)
        rows = columns_of(tool("tshark"), file)
        assert not [row for row in rows if row["_ws.malformed"]]
        names = {row["modemflash_sahara.name"] for row in rows}
        assert {"HELLO", "HELLO_RESP", read, "END_IMAGE", "DONE", "DONE_RESP"} <= names
        wanted = sum(int(row["modemflash_sahara.size"]) for row in rows if row["modemflash_sahara.size"])
        sizes = [record["tx_block"] for record in read_capture(capture).records if "tx_block" in record]
        assert 0 < wanted < sum(sizes)
        asked = [name for row in rows for name in row["modemflash_firehose.name"].split(",")]
        assert [asked.count(name) for name in ("configure", "erase", "program", "power")] == [1, 5, 5, 1]
        values = ",".join(row["modemflash_firehose.value"] for row in rows)
        assert "ACK" in values and "NAK" not in values


def test_requests_about_files(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """As `backup` captures them, by their names; what none of ours is stays a number."""
    commands = {0: "HELLO", 1: "QUERY", 2: "OPEN", 3: "CLOSE", 4: "READ", 9: "command 9", 11: "OPENDIR"}
    commands |= {12: "READDIR", 13: "CLOSEDIR", 15: "STAT"}
    capture, file = tmp_path / "copy.jsonl", tmp_path / "copy.pcapng"
    records = [
        {"at_ms": number, "phase": "", way: bytes([0x4B, at, number, 0, 1, 2]).decode("latin-1")}
        for number in commands
        for way, at in (("tx", 0x13), ("rx", 0x3E))
    ]
    header = CAPTURES[0].read_text().splitlines()[0]
    capture.write_text("\n".join([header, *map(json.dumps, records), ""]))
    with file.open("wb") as out:
        export(capture, out)
    rows = columns_of(tool("tshark"), file)
    assert not [row for row in rows if row["_ws.malformed"]]
    names = [row["modemflash_diag.name"] for row in rows]
    assert names == [name for name in commands.values() for _ in range(2)]


def test_a_cut_file_opens(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """A file that was cut in a block shows all packets before it."""
    file = tmp_path / "run.pcapng"
    with file.open("wb") as out:
        export(CAPTURES[0], out)
    whole = len(columns_of(tool("tshark"), file))
    file.write_bytes(file.read_bytes()[:-9])
    assert len(columns_of(tool("tshark"), file)) == whole - 1


def test_live(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """What comes through a pipe is decoded as from a file."""
    capture = CAPTURES[0]
    words = [str(tool("tshark")), "-X", f"lua_script:{DISSECTOR}", "-r", "-", "-T", "json"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None and program.stdout is not None
        export(capture, program.stdin)
        program.stdin.close()
        packets = json.loads(program.stdout.read())
    assert len(packets) > 3
