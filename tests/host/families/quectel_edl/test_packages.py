"""A package is good or refused, each fault with its own code, and nothing of it reaches a module."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemflash.errors import CATALOGUE, Problem
from modemflash_host.api import commands
from modemflash_host.cli import app
from modemflash_host.families.quectel_edl.examine import ProvedPackage, examine_package
from modemflash_sim.quectel_edl.packages import (
    BLOCKS,
    FIREHOSE,
    LAYOUT,
    LIST,
    PROGRAMMER,
    TABLE,
    PackageMaker,
    elf,
    erase,
    mibib,
    program,
    table_xml,
    user_table,
)
from support.package_in_memory import PackageInMemory

Spoil = Callable[[PackageMaker], object]


def examined(maker: PackageMaker, name: str = "RM502QAEAAR11A04M4G") -> ProvedPackage:
    source: Any = PackageInMemory(maker.contents(), name)
    return examine_package(source, lambda done, total: None)


def code_of(maker: PackageMaker, name: str = "RM502QAEAAR11A04M4G") -> str:
    try:
        examined(maker, name)
    except Problem as problem:
        return problem.code
    return "good"


def moved(name: str) -> tuple[tuple[str, int, int, str], ...]:
    """The layout with one partition a block longer at the cost of the next."""
    rows = [list(row) for row in LAYOUT]
    at = next(number for number, row in enumerate(rows) if row[0] == name)
    rows[at][2] += 1  # type: ignore[operator]
    rows[at + 1][1] += 1  # type: ignore[operator]
    rows[at + 1][2] -= 1  # type: ignore[operator]
    return tuple(tuple(row) for row in rows)  # type: ignore[misc]


def _without(maker: PackageMaker, word: str) -> None:
    maker.lines = [line for line in maker.lines if word not in line]


def _replace(maker: PackageMaker, old: str, new: str) -> None:
    maker.lines = [line.replace(old, new) for line in maker.lines]


FAULTS: dict[str, tuple[str, Spoil]] = {
    "no list of sums": ("package-no-checksums", lambda m: m.after_sums.update({"md5.txt": None})),
    "an empty list of sums": ("package-no-checksums", lambda m: m.after_sums.update({"md5.txt": b""})),
    "a list of sums that was cut": (
        "package-checksums-broken",
        lambda m: m.after_sums.update({"md5.txt": m.contents()["md5.txt"][:-12]}),
    ),
    "a sum of 31 digits": (
        "package-checksums-broken",
        lambda m: m.after_sums.update(
            {"md5.txt": m.contents()["md5.txt"].replace(b"\r\nFILE:END", b"x\r\nFILE:END")}
        ),
    ),
    "one bit of an image": (
        "package-file-differs",
        lambda m: m.after_sums.update({"update/tz.mbn": b"x" * 9000}),
    ),
    "a file that is listed and absent": (
        "package-file-missing",
        lambda m: m.after_sums.update({"update/tz.mbn": None}),
    ),
    "a file that is used and neither listed nor there": (
        "package-file-missing",
        lambda m: m.files.pop("update/tz.mbn"),
    ),
    "an empty image": ("package-file-empty", lambda m: m.files.update({"update/tz.mbn": b""})),
    "a file that is sent without a sum": (
        "package-not-in-list",
        lambda m: m.after_sums.update(
            {"md5.txt": re.sub(rb"FILE:.update.tz[^\r]*\r\n", b"", m.contents()["md5.txt"])}
        ),
    ),
    "a factory list beside": (
        "package-factory",
        lambda m: m.files.update({FIREHOSE + "rawprogram_nand_p4K_b256K_factory.xml": b"<data/>"}),
    ),
    "an image of EFS2": ("package-factory", lambda m: m.files.update({"update/cefs.mbn": b"x"})),
    "a list for fuses": (
        "package-fuses",
        lambda m: m.files.update({FIREHOSE + "rawprogram_nand_efuse.xml": b"<data/>"}),
    ),
    "a folder for fuses": ("package-fuses", lambda m: m.files.update({"update/fuse/x.bin": b"x"})),
    "two lists": (
        "package-command-list",
        lambda m: m.files.update({FIREHOSE + "rawprogram_nand_p2K_b128K_update.xml": b"<data/>"}),
    ),
    "two programmers": ("package-programmer", lambda m: m.files.update({FIREHOSE + "prog_x.elf": elf()})),
    "no programmer": ("package-programmer", lambda m: m.files.pop(PROGRAMMER)),
    "a programmer that was cut": (
        "package-programmer-damaged",
        lambda m: m.files.update({PROGRAMMER: elf()[:2000]}),
    ),
    "a programmer that is none": (
        "package-programmer-damaged",
        lambda m: m.files.update({PROGRAMMER: b"x" * 99}),
    ),
    "a document type": (
        "package-xml-unsafe",
        lambda m: m.files.update(
            {LIST: b'<!DOCTYPE d [<!ENTITY a "aa">]><data><erase start_sector="&a;"/></data>'}
        ),
    ),
    "a document type in the tables": (
        "package-xml-unsafe",
        lambda m: m.files.update(
            {"update/partition_nand.xml": b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d/>"}
        ),
    ),
    "no XML": ("package-xml-broken", lambda m: m.files.update({LIST: b"erase all"})),
    "a megabyte of XML": (
        "package-xml-broken",
        lambda m: m.files.update({LIST: b"<data>" + b" " * (1 << 20) + b"</data>"}),
    ),
    "an unknown command": ("package-unknown-command", lambda m: m.lines.append('<power value="reset"/>')),
    "an expression": (
        "package-not-numbers",
        lambda m: m.lines.append(erase(36, 1).replace('"2304"', '"NUM_DISK_SECTORS-33."')),
    ),
    "an octal place": (
        "package-not-numbers",
        lambda m: m.lines.append(erase(36, 1).replace('"2304"', '"02304"')),
    ),
    "a place in two spellings": (
        "package-unknown-command",
        lambda m: m.lines.append(erase(36, 1, 'START_SECTOR="512" ')),
    ),
    "another chip of flash": (
        "package-unknown-command",
        lambda m: m.lines.append(erase(36, 1).replace('number="0"', 'number="1"')),
    ),
    "an image that grows": (
        "package-unknown-command",
        lambda m: m.lines.append(program(36, 1, "..\\tz.mbn", 'sparse="true"')),
    ),
    "a negative place": ("package-not-numbers", lambda m: m.lines.append(erase(-1, 1))),
    "a name outside": (
        "package-path-outside",
        lambda m: m.lines.append(program(36, 1, "..\\..\\..\\passwd")),
    ),
    "a name outside of update": (
        "package-path-outside",
        lambda m: m.lines.append(program(36, 1, "../../md5.txt")),
    ),
    "no MIBIB": ("package-no-tables", lambda m: m.files.pop(TABLE)),
    "no user table": ("package-no-tables", lambda m: m.files.pop("update/partition.mbn")),
    "a MIBIB with a wrong CRC": (
        "package-table-damaged",
        lambda m: m.files.update({TABLE: mibib().replace(b"boot", b"boat")}),
    ),
    "a MIBIB that moves EFS2": (
        "package-tables-differ",
        lambda m: m.files.update({TABLE: mibib(moved("EFS2"))}),
    ),
    "a user table that moves EFS2": (
        "package-tables-differ",
        lambda m: m.files.update({"update/partition.mbn": user_table(moved("EFS2"))}),
    ),
    "an XML table that moves EFS2": (
        "package-tables-differ",
        lambda m: m.files.update({"update/partition_nand.xml": table_xml(moved("EFS2"))}),
    ),
    "sectors of another size": ("package-geometry", lambda m: _replace(m, "4096", "2048")),
    "sectors of two sizes": (
        "package-geometry",
        lambda m: m.lines.append(erase(36, 1).replace("4096", "2048")),
    ),
    "EFS2 erased": ("package-touches-efs2", lambda m: m.lines.append(erase(8, 12))),
    "the last block of EFS2 erased": ("package-touches-efs2", lambda m: m.lines.append(erase(19, 1))),
    "EFS2 reached from in front": ("package-touches-efs2", lambda m: m.lines.append(erase(4, 5))),
    "EFS2 written": ("package-touches-efs2", lambda m: m.lines.append(program(8, 12, "..\\tz.mbn"))),
    "EFS2 written by a patch": (
        "package-touches-efs2",
        lambda m: m.files.update(
            {
                FIREHOSE + "patch_disk.xml": b'<patches><patch SECTOR_SIZE_IN_BYTES="4096" byte_offset="0" '
                b'filename="DISK" start_sector="513" size_in_bytes="4" value="0"/></patches>'
            }
        ),
    ),
    "RAWDATA erased": ("package-touches-protected", lambda m: m.lines.append(erase(20, 2))),
    "sec written": ("package-touches-protected", lambda m: m.lines.append(program(34, 1, "..\\tz.mbn"))),
    "no EFS2 at all": (
        "package-efs2-unknown",
        lambda m: m.files.update(
            {
                TABLE: mibib(_named("EFS2", "ABC")),
                "update/partition.mbn": user_table(_named("EFS2", "ABC")),
                "update/partition_nand.xml": table_xml(_named("EFS2", "ABC")),
            }
        ),
    ),
    "an erase without a length": (
        "package-whole-disk",
        lambda m: m.lines.append(
            '<erase SECTOR_SIZE_IN_BYTES="512" label="erase whole disk" start_sector="0"/>'
        ),
    ),
    "an erase of all": ("package-whole-disk", lambda m: m.lines.append(erase(0, BLOCKS))),
    "a start within a block": (
        "package-not-on-blocks",
        lambda m: m.lines.append(erase(40, 1).replace('start_sector="2560"', 'start_sector="2561"')),
    ),
    "a length within a block": (
        "package-not-on-blocks",
        lambda m: m.lines.append(erase(40, 1).replace('"64" physical', '"65" physical')),
    ),
    "beyond the end": ("package-behind-the-end", lambda m: m.lines.append(erase(BLOCKS - 1, 2))),
    "an image over the border": (
        "package-image-too-large",
        lambda m: m.files.update({"update/tz.mbn": b"x" * (4 * 64 * 4096 + 1)}),
    ),
    "an image with nothing to spare": (
        "package-image-too-large",
        lambda m: m.files.update({"update/sbl1.mbn": b"x" * (4 * 64 * 4096)}),
    ),
    "two images at one place": (
        "package-programs-overlap",
        lambda m: m.lines.append(program(22, 4, "..\\boot.img")),
    ),
    "an image onto what is not erased": (
        "package-not-erased-before",
        lambda m: m.lines.remove(erase(26, 8)),
    ),
    "something erased for good": (
        "package-not-written-again",
        lambda m: m.lines.remove(program(26, 8, "..\\boot.img")),
    ),
    "no boot loader": ("package-boot-loader", lambda m: _without(m, 'start_sector="0"')),
    "no command at all": ("package-boot-loader", lambda m: m.lines.clear()),
    "another table than the checked one": (
        "package-writes-table",
        lambda m: _replace(m, "partition_complete_p4K_b256K.mbn", "..\\partition.mbn"),
    ),
    "another chip": (
        "package-names-differ",
        lambda m: m.files.update({"contents.xml": b"<contents><chipid>SDX24</chipid></contents>"}),
    ),
    "names that differ in case": (
        "package-names-twice",
        lambda m: m.files.update({"update/TZ.mbn": m.files["update/tz.mbn"]}),
    ),
    "two packages": (
        "package-several",
        lambda m: m.files.update({"other/" + PROGRAMMER: elf()}),
    ),
}


def _named(old: str, new: str) -> tuple[tuple[str, int, int, str], ...]:
    return tuple((new if name == old else name, at, blocks, image) for name, at, blocks, image in LAYOUT)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_code(fault: str) -> None:
    code, spoil = FAULTS[fault]
    maker = PackageMaker()
    spoil(maker)
    assert code_of(maker) == code
    assert CATALOGUE[code][2] == "untouched"


HARMLESS: dict[str, Spoil] = {
    "nothing": lambda m: None,
    "a comment that would erase EFS2": lambda m: m.lines.append(f"<!-- {erase(8, 12)} -->"),
    "single quotes": lambda m: _replace(m, '"', "'"),
    "tags over several lines": lambda m: _replace(m, " ", "\n"),
    "a program without an image": lambda m: m.lines.append(program(34, 2, "")),
    "an erase twice": lambda m: m.lines.append(erase(26, 8)),
    "user data emptied": lambda m: m.lines.append(erase(36, 4)),
    "an addition of the vendor": lambda m: m.lines.append(erase(0, 4, 'vendor="quectel" c_project_name="X"')),
    "no contents.xml": lambda m: m.files.pop("contents.xml"),
    "a file outside of update that is listed and absent": lambda m: m.after_sums.update(
        {
            "md5.txt": m.contents()["md5.txt"].replace(
                b"FILE:START", b"FILE:START\r\nFILE:\\up\\x.zip:" + b"0" * 32
            )
        }
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_no_fault_is_taken(what: str) -> None:
    maker = PackageMaker()
    HARMLESS[what](maker)
    assert code_of(maker) == "good"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("BG95M3LAR02A03", "package-bg95"),
        ("BG77LAR02A04", "package-bg95"),
        ("BG96MAR02A07M1G", "package-bg96"),
        ("BG770A-GL", "package-other-chip"),
        ("EC25EFAR06A01M4G", "package-names-differ"),
    ],
)
def test_packages_of_other_modules_are_named_and_refused(name: str, code: str) -> None:
    assert code_of(PackageMaker(), name) == code


def test_the_order_can_be_interrupted_anywhere() -> None:
    """All erases first, sector 0 as the first; then the images, sector 0 as the last."""
    commands = examined(PackageMaker()).commands
    assert [command.kind for command in commands] == ["erase"] * 5 + ["program"] * 5
    assert (commands[0].start, commands[-1].start) == (0, 0)
    assert [command.start for command in commands].count(0) == 2


def test_identify_says_what_stays_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = PackageMaker().write(tmp_path / "RM502QAEAAR11A04M4G")
    assert app.run(["identify", str(folder)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "EFS2: blocks 8 to 19" in words and "RAWDATA: blocks 20 to 21" in words
    assert "steps 1 to 10 miss EFS2" in words and "step 10 writes it" in words
    assert "1. erase SBL, blocks 0 to 3" in words and "10. write sbl1.mbn to SBL" in words
    assert app.run(["identify", str(folder), "--json"]) == 0
    event = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"file"' in line)
    assert [each["partition"] for each in event["stays"]] == ["EFS2", "RAWDATA", "sec"]


def test_a_folder_and_an_archive_are_the_same_package(tmp_path: Path) -> None:
    """In an archive with a folder around it, too; and a part of a package is told to be one."""
    maker = PackageMaker()
    folder = maker.write(tmp_path / "RM502Q")
    sums = set()
    for path in (folder, maker.pack(tmp_path / "a.zip"), maker.pack(tmp_path / "b.ZIP", "RM502Q/")):
        [candidate] = commands.candidates([path])
        assert candidate.package is not None
        with commands.identify(candidate, _Quiet()) as file:  # type: ignore[arg-type]
            sums.add((file.family, file.sha256))
    assert len(sums) == 1
    for part in (folder / "update", folder / "update" / "firehose", folder / LIST):
        [candidate] = commands.candidates([part])
        with pytest.raises(Problem) as caught:
            commands.identify(candidate, _Quiet())  # type: ignore[arg-type]
        assert caught.value.code == "package-part-only"


def test_a_package_is_proved_before_any_port_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    folder = PackageMaker().write(tmp_path / "RM502Q")
    for words in (
        ["-p", "/no/such/port"],
        ["-p", "/no/such/port", "--dry-run"],
        ["-p", "/no/such/port", "-y"],
    ):
        assert app.run(["update", str(folder), *words, "--json"]) == 5
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (result["code"], result["modem_state"]) == ("module-usb-missing", "untouched")
    bad = PackageMaker()
    bad.lines.append(erase(8, 12))
    assert app.run(["update", str(bad.write(tmp_path / "bad")), "-p", "/no/such/port", "--json"]) == 5
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "package-touches-efs2"


class _Quiet:
    """A reporter that nobody listens to."""

    def __getattr__(self, name: str) -> Callable[..., bool]:
        return lambda *_, **__: False
