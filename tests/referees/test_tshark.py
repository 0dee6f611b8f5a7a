"""Wireshark reads every export: its fields are what our own reader says, and nothing is malformed."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modemflash import frames
from modemflash.crc import crc16
from modemflash.interface import ECHO, EVENT, HEARTBEAT, LOSSY_EVENT
from modemflash_host.capture.export import DISSECTOR, export
from modemflash_host.capture.file import Record
from modemflash_host.capture.reading import read_capture
from modemflash_host.capture.runs import begin_run
from modemflash_host.cli import app
from modemflash_host.families.quectel_gnss.frames import frame
from modemflash_host.families.sequans.framer import StpFramer
from modemflash_host.families.sequans.words import WORDS
from modemflash_sim.quectel_gnss import packages
from support.edl import maker_for, revision_for
from tools import docs_wireshark

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
    "frame.interface_name",
    "_ws.col.def_src",
    "_ws.col.def_dst",
    "_ws.lua.error",
    "_ws.col.info",
    "modemflash_relay.name",
    "modemflash_relay.size",
)

PAGE = Path(__file__).parents[2] / "docs" / "wireshark.md"

pytestmark = pytest.mark.referee


def columns_of(tshark: Path, file: Path, *more: str) -> list[dict[str, str]]:
    """What tshark says of each packet."""
    words = [tshark, "-X", f"lua_script:{DISSECTOR}", "-r", file, "-T", "fields", "-E", "separator=\t"]
    words += [word for name in FIELDS for word in ("-e", name)]
    done = subprocess.run([*map(str, words), *more], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 2) and "Lua" not in done.stderr, done.stderr  # 2: a file that was cut
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
    records: list[Record] = [
        {"at_ms": number, "phase": "", way: bytes([0x4B, at, number, 0, 1, 2]).decode("latin-1")}
        for number in commands
        for way, at in (("tx", 0x13), ("rx", 0x3E))
    ]
    rows = columns_of(tool("tshark"), _exported(records, tmp_path / "copy.pcapng"))
    assert not [row for row in rows if row["_ws.malformed"]]
    names = [row["modemflash_diag.name"] for row in rows]
    assert names == [name for name in commands.values() for _ in range(2)]


def test_a_cut_file_opens(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """A file that was cut anywhere behind its head shows all packets that are whole, and no other."""
    out = io.BytesIO()
    export(CAPTURES[0], out)
    data, ends = out.getvalue(), []
    while (ends[-1] if ends else 0) < len(data):
        at = ends[-1] if ends else 0
        ends.append(at + int.from_bytes(data[at + 4 : at + 8], "little"))
    heads = 3  # a section and two interfaces
    file = tmp_path / "cut.pcapng"
    for size in (ends[heads - 1], ends[heads] - 9, ends[heads] + 1, ends[9] + 20, ends[-1] - 4, ends[-1]):
        file.write_bytes(data[:size])
        whole = sum(end <= size for end in ends) - heads
        assert len(columns_of(tool("tshark"), file)) == whole, size


def _exported(records: list[Record], file: Path) -> Path:
    """A capture of these records, as a file for Wireshark."""
    capture = file.with_suffix(".jsonl")
    header = CAPTURES[0].read_text().splitlines()[0]
    capture.write_text("\n".join([header, *map(json.dumps, records), ""]))
    with file.open("wb") as out:
        export(capture, out)
    return file


def test_a_wrong_checksum_is_seen(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """One bit is enough, in a header, in a payload, and in a frame of a GNSS module."""
    header, payload = bytearray(frames.HEADER), bytes(range(8))
    frames.put_payload_crc(header, crc16(payload, 0, 0, len(payload)))
    frames.write_header(frames.BLOCK_COMMAND, header, len(payload), 1, 2)
    request, query = bytes(header) + payload, frame(0x71, bytes(4))
    sent = [request, _turned(request, 8), _turned(request, 20), query, _turned(query, 6)]
    records = [{"at_ms": n, "phase": "", "tx": data.decode("latin-1")} for n, data in enumerate(sent)]
    rows = columns_of(tool("tshark"), _exported(records, tmp_path / "bits.pcapng"))
    assert [row["modemflash_stp.crc_status"] or row["modemflash_gnss.crc_status"] for row in rows] == [
        "good",
        "header CRC wrong",
        "payload CRC wrong",
        "good",
        "wrong",
    ]


def _turned(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_nothing_upsets_the_dissector(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """Whatever begins like a unit of a protocol and does not go on like one is shown, without an error."""
    chance = random.Random(13)
    begins = [
        b"fast",
        b"tsaf",
        b"\xaa\1\4",
        b"\xaa\1\0\0\7",
        b"\x4b\x13\0\0",
        b"\x51\x4c\x13\x09",
        b"$GNRMC,",
    ]
    begins += [b"\1\0\0\0\x30\0\0\0", b"\3\0\0\0\x14\0\0\0", b"\x12\0\0\0\x20\0\0\0", b"\4\0\0\0\x10\0\0\0"]
    begins += [
        b'<data><program start_sector="99999999999" num_partition_sectors="-1"/>',
        b'<data><program start_sector="18446744073709551616" num_partition_sectors="4294967296"/>',
        b"<?xml <<>>",
        b"\0",
        b"",
    ]
    records: list[Record] = []
    for number in range(600):
        data = chance.choice(begins) + chance.randbytes(chance.choice((0, 1, 5, 8, 12, 24, 40)))
        key = chance.choice(("tx", "rx"))
        records.append({"at_ms": number, "phase": "", key: data.decode("latin-1")})
    records.append({"at_ms": 601, "phase": "", "relay_rx": "\x1b[31m\0", "start": -1})
    rows = columns_of(tool("tshark"), _exported(records, tmp_path / "odd.pcapng"))
    assert len(rows) == len(records)
    assert not [row for row in rows if row["_ws.malformed"] or row["_ws.lua.error"]]


def test_relay_and_modem_are_two_interfaces(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """By their names, each with its own direction; who relays is told from the modem in the columns, too."""
    records: list[Record] = [
        {"at_ms": 0, "phase": "find", "relay_tx": "ping", "values": [0, 1]},
        {"at_ms": 1, "phase": "find", "relay_rx": "H", "size": 9},
        {"at_ms": 2, "phase": "find", "tx": "AT\r"},
        {"at_ms": 3, "phase": "find", "rx": "\r\nOK\r\n"},
        {"at_ms": 4, "phase": "find", "relay_baud": 921600},
    ]
    rows = columns_of(tool("tshark"), _exported(records, tmp_path / "relay.pcapng"))
    assert [
        (row["frame.interface_name"], row["_ws.col.def_src"], row["_ws.col.def_dst"]) for row in rows
    ] == [
        ("relay", "PC", "relay"),
        ("relay", "relay", "PC"),
        ("modem", "PC", "modem"),
        ("modem", "modem", "PC"),
        ("relay", "PC", "relay"),
    ]
    assert [row["_ws.col.protocol"] for row in rows[:4]] == ["relay", "relay", "AT", "AT"]


def test_the_page_has_the_columns_of_today() -> None:
    """docs/wireshark.md shows what Wireshark shows, made anew when it changes; the command is in its tool."""
    written = PAGE.read_text(encoding="utf-8")
    assert docs_wireshark.page(written) == written


def test_every_filter_of_the_page_is_one(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """Wireshark takes it; a name that no field has would be refused."""
    table = PAGE.read_text(encoding="utf-8").partition("| filter |")[2].partition("\n\n")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines()[2:]]
    filters = [each for cell in cells for each in re.findall(r"`([^`]+)`", cell)]
    assert len(filters) > 8
    assert (
        len(
            columns_of(
                tool("tshark"),
                _exported([{"at_ms": 0, "tx": "AT\r"}], tmp_path / "a.pcapng"),
                "-Y",
                " || ".join(filters),
            )
        )
        == 0
    )


def test_relay_frames_by_their_names(tool: Callable[[str], Path], tmp_path: Path) -> None:
    """Every kind that a board sends has a word of its own; what is asked for and answered has its sizes."""
    sent = [EVENT, LOSSY_EVENT, HEARTBEAT, ECHO]
    asked = {"relay_rx": "get", "id": 7, "file": 3, "start": 8176, "offset": 240, "count": 960}
    records: list[Record] = [{"relay_rx": kind.decode(), "size": 9} for kind in sent]
    records += [asked, {"relay_tx": "pieces", "size": 976, "crc32": "00c0ffee"}]
    records += [{"relay_tx": "baud", "values": [1, 2]}, {"relay_rx": "?", "size": 10**12}]
    for at_ms, each in enumerate(records):
        each.update(at_ms=at_ms, phase="")
    rows = columns_of(tool("tshark"), _exported(records, tmp_path / "frames.pcapng"))
    assert [row["modemflash_relay.name"] for row in rows] == [
        *("event", "event that may be lost", "heartbeat", "echo"),
        *("get", "pieces", "baud", "no frame"),
    ]
    assert [row["modemflash_relay.size"] for row in rows] == ["9"] * 4 + ["960", "976", "", ""]
    said = [row["_ws.col.info"] for row in rows]
    assert said[4:7] == [
        "get 960 bytes of file 3 from 8416",
        "pieces, 976 bytes, CRC-32 0x00c0ffee",
        "baud 1, 2",
    ]
    assert not [row for row in rows if row["_ws.malformed"] or row["_ws.lua.error"]]


def test_live(tool: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`… --pcapng - | wireshark -i -`: a packet is seen while the run goes on, and all ends with it."""
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path))
    recorder, _ = begin_run(["api.update"], "COM5", pytest.fail)
    recorder.use_vocabulary(WORDS)
    recorder.use(StpFramer())
    recorder.sent(b"AT\r")
    script = "import sys; from modemflash_host.cli.app import run; sys.exit(run(sys.argv[1:]))"
    words = [sys.executable, "-c", script, "capture", "export", "--pcapng", "-"]
    reads = [str(tool("tshark")), "-l", "-X", f"lua_script:{DISSECTOR}", "-i", "-"]
    with (
        subprocess.Popen(words, stdout=subprocess.PIPE) as exporter,
        subprocess.Popen(reads, stdin=exporter.stdout, stdout=subprocess.PIPE, text=True) as program,
    ):
        assert exporter.stdout is not None and program.stdout is not None
        exporter.stdout.close()
        first = program.stdout.readline()
        recorder.heard(b"\r\nOK\r\n")
        recorder.report({"event": "result", "status": "updated", "code": "updated"}, 1.0)
        recorder.close()
        rest = program.stdout.read()
        assert exporter.wait(30) == 0
    assert "PC → modem" in first and " AT" in first
    assert "modem → PC" in rest and "OK" in rest
