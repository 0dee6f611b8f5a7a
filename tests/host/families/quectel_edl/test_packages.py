"""A package is good or refused, each fault with its own code, and nothing of it reaches a module."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from modemflash.errors import CATALOGUE, Problem
from modemflash_host.api import commands
from modemflash_host.cli import app
from modemflash_host.families import registry
from modemflash_host.families.plan import FirmwareFile
from modemflash_host.families.quectel_edl.file_rows import package_event
from modemflash_sim.quectel_edl.packages import (
    FIREHOSE,
    LAYOUT,
    LIST,
    PROGRAMMER,
    TABLE,
    PackageMaker,
    elf,
    erase,
    mibib,
    table_xml,
    user_table,
)
from support.package_in_memory import PackageInMemory, Spoil, code_after, code_of, examined


def moved(name: str) -> tuple[tuple[str, int, int, str], ...]:
    """The layout with one partition a block longer at the cost of the next."""
    rows = [list(row) for row in LAYOUT]
    at = next(number for number, row in enumerate(rows) if row[0] == name)
    rows[at][2] += 1  # type: ignore[operator]
    rows[at + 1][1] += 1  # type: ignore[operator]
    rows[at + 1][2] -= 1  # type: ignore[operator]
    return tuple(tuple(row) for row in rows)  # type: ignore[misc]


def _without_sum(maker: PackageMaker, name: str) -> None:
    line = rb"FILE:." + name.encode().replace(b"/", rb".") + rb":[^\r]*\r\n"
    maker.after_sums["md5.txt"] = re.sub(line, b"", maker.contents()["md5.txt"])


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
        lambda m: _without_sum(m, "update/tz.mbn"),
    ),
    "a file that is understood without a sum": (
        "package-not-in-list",
        lambda m: _without_sum(m, "contents.xml"),
    ),
    "sums in another form": (
        "package-checksums-broken",
        lambda m: m.after_sums.update({"md5.txt": b"0" * 32 + b"  update/tz.mbn\r\n"}),
    ),
    "a list of sums of nothing": (
        "package-no-checksums",
        lambda m: m.after_sums.update({"md5.txt": b"VERSION:1.0\r\nFILE:START\r\nFILE:END\r\n"}),
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
    "no MIBIB": ("package-no-tables", lambda m: m.files.pop(TABLE)),
    "no user table": ("package-no-tables", lambda m: m.files.pop("update/partition.mbn")),
    "a MIBIB with a wrong CRC": (
        "package-table-damaged",
        lambda m: m.files.update({TABLE: mibib().replace(b"boot", b"boat")}),
    ),
    "a second table behind the first": (
        "package-table-damaged",
        lambda m: m.files.update({TABLE: mibib() + mibib(moved("EFS2"))}),
    ),
    "a table in the next block, too": (
        "package-table-damaged",
        lambda m: m.files.update({TABLE: mibib().ljust(64 * 4096, b"\xff") + mibib(moved("EFS2"))}),
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
    "no partition for the table": (
        "package-writes-table",
        lambda m: m.files.update(_tables(_named("MIBIB", "ABC"))),
    ),
    "no EFS2 at all": (
        "package-efs2-unknown",
        lambda m: m.files.update(_tables(_named("EFS2", "ABC"))),
    ),
    "an image over the border": (
        "package-image-too-large",
        lambda m: m.files.update({"update/tz.mbn": b"x" * (4 * 64 * 4096 + 1)}),
    ),
    "an image with nothing to spare": (
        "package-image-too-large",
        lambda m: m.files.update({"update/sbl1.mbn": b"x" * (4 * 64 * 4096)}),
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


def _tables(layout: tuple[tuple[str, int, int, str], ...]) -> dict[str, bytes]:
    """The three tables of a package, which agree."""
    return {
        TABLE: mibib(layout),
        "update/partition.mbn": user_table(layout),
        "update/partition_nand.xml": table_xml(layout),
    }


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_code(fault: str) -> None:
    code, spoil = FAULTS[fault]
    assert code_after(spoil) == code
    assert CATALOGUE[code][2] == "untouched"


HARMLESS: dict[str, Spoil] = {
    "nothing": lambda m: None,
    "sums with a point in front of the names": lambda m: m.after_sums.update(
        {"md5.txt": m.contents()["md5.txt"].replace(b"FILE:\\", b"FILE:.\\")}
    ),
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
    assert code_after(HARMLESS[what]) == "good"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("BG95M3LAR02A03", "package-bg95"),
        ("BG77LAR02A04", "package-bg95"),
        ("BG96MAR02A07M1G", "package-bg96"),
        ("BG770A-GL", "package-other-chip"),
        ("Quectel_BG95-M3_R02A03", "package-bg95"),
        ("update BG96", "package-bg96"),
        ("Quectel-BG950A", "package-other-chip"),
        ("EC25EFAR06A01M4G", "package-names-differ"),
    ],
)
def test_packages_of_other_modules_are_named_and_refused(name: str, code: str) -> None:
    assert code_of(PackageMaker(), name) == code


def test_identify_says_what_stays_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = PackageMaker().write(tmp_path / "RM502QAEAAR11A04M4G")
    assert app.run(["identify", str(folder)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "EFS2: blocks 8 to 19" in words and "RAWDATA: blocks 20 to 21" in words
    assert "steps 1 to 10 miss EFS2" in words and "step 10 writes it" in words
    assert "1. erase SBL, blocks 0 to 3" in words and "10. write sbl1.mbn to SBL" in words
    assert app.run(["identify", str(folder), "--json"]) == 0
    event = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"file"' in line)
    assert [each["partition"] for each in event["stays"]] == ["EFS2", "RAWDATA", "sec", "usr_data"]


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
    (tmp_path / "left").mkdir()
    (folder / "update").rename(tmp_path / "left" / "update")
    shutil.rmtree(tmp_path / "left" / "update" / "firehose")
    folder = maker.write(tmp_path / "again")
    parts = ("update", "update/firehose", LIST, PROGRAMMER, "md5.txt", "contents.xml", "update/tz.mbn")
    for part in (tmp_path / "left", *(folder / name for name in parts)):
        [candidate] = commands.candidates([part])
        with pytest.raises(Problem) as caught:
            commands.identify(candidate, _Quiet())  # type: ignore[arg-type]
        assert caught.value.code == "package-part-only"


def test_every_single_file_of_a_package_is_told_to_be_a_part() -> None:
    """Whatever its ending: no other family takes it for one of its own."""
    files = PackageMaker().contents()
    names = {*files, "update/NON-HLOS.ubi", FIREHOSE + "prog_firehose_sdx65.elf", FIREHOSE + "patch_x.xml"}
    for name in names - {"update/boot.img", "update/sysfs.ubi"}:
        data = files.get(name, elf())
        assert registry.family_of_name(name.split("/")[-1], data[:64]).name == "quectel-edl", name
    assert registry.family_of_name("md5.txt", b"0123  CATM1-41065.dup").name == "sequans"
    assert registry.family_of_name("updater.elf", elf()[:64]).name == "sequans"


def test_a_file_without_a_sum_that_nothing_needs_is_told() -> None:
    maker = PackageMaker()
    assert examined(maker).whole.unlisted == ()
    maker.after_sums.update({f"update/{number}.txt": b"x" for number in range(6)})
    package = examined(maker)
    assert package.whole.unlisted == tuple(f"update/{number}.txt" for number in range(6))
    file = FirmwareFile("quectel-edl", cast("Any", PackageInMemory(maker.contents())), "", package, "")
    [doubt] = [each for each in package_event(file, package)["doubts"] if "not in md5.txt" in each]
    assert doubt.endswith("update/3.txt, 2 more")


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
