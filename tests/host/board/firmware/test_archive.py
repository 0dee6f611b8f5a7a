"""Firmware archives: read without trust, followed to the byte, and what they do to /flash is said."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
from pathlib import Path
from typing import Any

import pytest

from modemflash.errors import Problem
from modemflash_host.board.firmware import archive as firmware_archive
from modemflash_host.board.firmware import forecast
from modemflash_host.board.firmware.forecast import Write

PROGRAM = b"\xe9\x08\x02\x3f" + bytes(60_000) + b"v1.11-a159dee on 2021-10-28\0" + bytes(999)
PARTITIONS = {
    "bootloader": [0x1000, 0x7000],
    "partitions": [0x8000, 0x1000],
    "nvs": ["0x9000", "0x7000"],
    "factory": [0x10000, 0x1EF000],
    "otadata": [0x1FF000, 0x1000],
}
STEPS = [
    ["w", "bootloader", "bootloader.bin"],
    ["w", "partitions", "partitions_8MB.bin"],
    ["e", "nvs"],
    ["o", "otadata"],
    ["w", "factory", "fipy.bin"],
]


def table(offset: int = 0x10000) -> bytes:
    row = struct.pack("<2sBBII16sI", b"\xaa\x50", 0, 0, offset, 0x1EF000, b"factory", 0)
    return row.ljust(0xC00, b"\xff")


def script(steps: list[Any] | None = None) -> bytes:
    return json.dumps({"version": "2.1", "partitions": PARTITIONS, "script": steps or STEPS}).encode()


def files(**changed: bytes | None) -> dict[str, bytes]:
    made: dict[str, bytes | None] = {
        "bootloader.bin": b"\xe9" + bytes(20_000),
        "partitions_8MB.bin": table(),
        "fipy.bin": PROGRAM,
        "script_8MB": script(),
    }
    made.update({name.replace("__", "."): content for name, content in changed.items()})
    return {name: content for name, content in made.items() if content is not None}


def archive(folder: Path, content: dict[str, bytes], name: str = "FiPy-1.20.2.r6.tar.gz") -> Path:
    path = folder / name
    with tarfile.open(path, "w:gz") as packed:
        for inside, data in content.items():
            member = tarfile.TarInfo(inside)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


def plan(path: Path, board: str = "FiPy", core: tuple[int, ...] | None = (1, 11, 0)) -> forecast.FirmwarePlan:
    return forecast.make(firmware_archive.read(path), board, core)


def code_of(path: Path, board: str = "FiPy") -> str:
    with pytest.raises(Problem) as caught:
        plan(path, board)
    return str(caught.value.code)


def test_the_script_is_followed_to_the_byte(tmp_path: Path) -> None:
    found = plan(archive(tmp_path, files()))
    assert found.script == "script_8MB"
    assert found.writes == (
        Write("write", "bootloader", 0x1000, 20_001, "bootloader.bin"),
        Write("write", "partitions", 0x8000, 0xC00, "partitions_8MB.bin"),
        Write("erase", "nvs", 0x9000, 0x7000),
        Write("erase", "otadata", 0x1FF000, 0x1000),
        Write("write", "factory", 0x10000, len(PROGRAM), "fipy.bin"),
    )
    assert found.warnings == ()


def test_the_oldest_form_of_a_script_has_addresses(tmp_path: Path) -> None:
    steps = json.dumps([["e", "0x9000", 0x7000], ["w", 0x10000, "fipy.bin"]]).encode()
    found = plan(archive(tmp_path, files(script_8MB=None, script=steps)))
    assert found.script == "script"
    assert [(write.what, write.offset) for write in found.writes] == [("erase", 0x9000), ("write", 0x10000)]


@pytest.mark.parametrize(
    ("now", "inside", "words", "loses"),
    [
        ((1, 8, 6), b"v1.11-a159dee", "formats it as LittleFS", True),
        ((1, 9, 4), b"v1.11-a159dee", "formats it as LittleFS", True),
        ((1, 11, 0), b"v1.11-a159dee", "stays as it is (LittleFS", False),
        ((1, 8, 6), b"v1.9.4-94bb382", "stays as it is (FAT", False),
        ((1, 11, 0), b"v1.8.6-849-ba178ae", "formats it as FAT", True),
        (None, b"v1.11-a159dee", "cannot be told", True),
        ((1, 11, 0), b"no word of it", "cannot be told", True),
    ],
)
def test_what_becomes_of_the_users_files_is_said(
    now: tuple[int, ...] | None, inside: bytes, words: str, loses: bool, tmp_path: Path
) -> None:
    found = plan(archive(tmp_path, files(fipy__bin=b"\xe9" + bytes(9000) + inside)), core=now)
    assert words in found.to_files
    assert found.loses_files is loses


def test_a_script_that_erases_flash_is_said(tmp_path: Path) -> None:
    steps = [*STEPS, ["e", 0x400000, 0x400000]]
    assert plan(archive(tmp_path, files(script_8MB=script(steps)))).loses_files


def test_an_archive_for_another_board_is_refused_by_name_and_by_content(tmp_path: Path) -> None:
    assert code_of(archive(tmp_path, files()), "GPy") == "firmware-other-board"
    renamed = archive(tmp_path, files(), "firmware.tar.gz")
    assert code_of(renamed, "GPy") == "firmware-other-board"
    assert plan(renamed, "FiPy").writes


def test_the_gpys_script2_that_names_fipy_bin_is_warned_of_and_never_followed(tmp_path: Path) -> None:
    content = files(
        fipy__bin=None,
        gpy__bin=PROGRAM,
        script_8MB=script([*STEPS[:-1], ["w", "factory", "gpy.bin"]]),
        script2=script(STEPS),
    )
    path = archive(tmp_path, content, "GPy-1.20.2.r6.tar.gz")
    found = plan(path, "GPy")
    assert found.writes[-1].file == "gpy.bin"
    assert any("script2" in each and "fipy.bin" in each for each in found.warnings)
    with pytest.raises(Problem, match="firmware-archive-bad"):
        forecast.make(firmware_archive.read(path), "GPy", None, flash_mb=4)


def test_a_script_that_erases_the_boards_settings_is_warned_of(tmp_path: Path) -> None:
    steps = [*STEPS, ["e", 0x3FF000, 0x1000]]
    assert any(
        "settings" in each for each in plan(archive(tmp_path, files(script_8MB=script(steps)))).warnings
    )


def test_a_program_where_the_table_has_none_is_warned_of(tmp_path: Path) -> None:
    found = plan(archive(tmp_path, files(partitions_8MB__bin=table(0x20000))))
    assert any("partition table" in each for each in found.warnings)


@pytest.mark.parametrize(
    "change",
    [
        {"script_8MB": None},
        {"script_8MB": b"{"},
        {"script_8MB": b"[" * 50_000},
        {"script_8MB": b'"text"'},
        {"script_8MB": b"[]" + b" " * 70_000},
        {"script_8MB": script([["x", "factory", "fipy.bin"]])},
        {"script_8MB": script([["w", "nowhere", "fipy.bin"]])},
        {"script_8MB": script([["w", "factory", "absent.bin"]])},
        {"script_8MB": script([["w", "factory", True]])},
        {"script_8MB": script([["w", "factory", ["fipy.bin"]]])},
        {"script_8MB": script([["w", 0x10001, "fipy.bin"]])},
        {"script_8MB": script([["w", 0x7FF000, "fipy.bin"]])},
        {"script_8MB": script([["e", -4096, 4096]])},
        {"script_8MB": script([*STEPS, ["w", 0x14000, "bootloader.bin"]])},
        {"script_8MB": json.dumps({"script": STEPS, "partitions": {"factory": [1]}}).encode()},
        {"script_8MB": json.dumps({"script": STEPS, "partitions": {"factory": [0, -1]}}).encode()},
        {"fipy__bin": b"MZ" + bytes(100)},
        {"bootloader__bin": b"\xe9" + bytes(0x7000)},
        {"partitions_8MB__bin": bytes(0xC00)},
    ],
)
def test_a_script_that_cannot_be_followed_safely_refuses_the_archive(
    change: dict[str, bytes | None], tmp_path: Path
) -> None:
    assert code_of(archive(tmp_path, files(**change))) == "firmware-archive-bad"


def hostile(kind: str, folder: Path) -> Path:
    """An archive made to do harm."""
    path = folder / "FiPy-1.20.2.r6.tar.gz"
    content = files()
    if kind == "bomb":
        with gzip.open(path, "wb", compresslevel=9) as packed:
            for number in range(12):
                member = tarfile.TarInfo(f"{number}.bin")
                member.size = firmware_archive.MOST_FILE_BYTES
                packed.write(member.tobuf() + bytes(member.size))
        return path
    with tarfile.open(path, "w:gz") as packed:
        for inside, data in content.items():
            member = tarfile.TarInfo(inside)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
        odd = tarfile.TarInfo(
            {"parent": "../up.bin", "absolute": "/etc/x", "drive": "C:x", "twice": "fipy.bin"}.get(
                kind, "odd"
            )
        )
        if kind in ("link", "hard"):
            odd.type = tarfile.SYMTYPE if kind == "link" else tarfile.LNKTYPE
            odd.linkname = "/etc/passwd"
        elif kind == "device":
            odd.type = tarfile.CHRTYPE
        elif kind == "large":
            odd.size = firmware_archive.MOST_FILE_BYTES + 1
        packed.addfile(odd, io.BytesIO(bytes(odd.size)))
        for number in range(firmware_archive.MOST_MEMBERS if kind == "many" else 0):
            packed.addfile(tarfile.TarInfo(f"{number}"))
    return path


@pytest.mark.parametrize(
    "kind", ["bomb", "parent", "absolute", "drive", "twice", "link", "hard", "device", "large", "many"]
)
def test_hostile_archives_are_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="firmware-archive-bad"):
        firmware_archive.read(hostile(kind, tmp_path))


def test_an_archive_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path, files()).read_bytes()
    for length in range(0, len(whole) - 20, max(1, len(whole) // 25)):
        cut = tmp_path / "FiPy-1.20.2.r6.tar.gz"
        cut.write_bytes(whole[:length])
        with pytest.raises(Problem, match="firmware-archive-bad"):
            firmware_archive.read(cut)
