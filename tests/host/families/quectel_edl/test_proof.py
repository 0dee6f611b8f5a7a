"""Whatever a package says, a plan that is let through meets no protected block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemflash.errors import BadFile, Problem
from modemflash_host.families.quectel_edl import proof
from modemflash_host.families.quectel_edl.examine import ProvedPackage, examine_package
from modemflash_host.families.quectel_edl.file_rows import stays
from modemflash_host.families.quectel_edl.partition_tables import Partition
from modemflash_host.families.quectel_edl.proof import is_protected, prove
from modemflash_sim.quectel_edl.packages import (
    BLOCKS,
    FIREHOSE,
    LAYOUT,
    PER_BLOCK,
    PackageMaker,
    erase,
    program,
)
from support.package_in_memory import PackageInMemory

PROTECTED = {
    block
    for name, at, blocks, _ in LAYOUT
    if name in ("EFS2", "RAWDATA", "sec")
    for block in range(at, at + blocks)
}
BLOCK = st.integers(0, BLOCKS + 2)
LENGTH = st.integers(1, BLOCKS + 2)
IMAGES = st.sampled_from(
    ["..\\tz.mbn", "..\\boot.img", "..\\sysfs.ubi", "partition_complete_p4K_b256K.mbn", ""]
)
LINE = st.builds(erase, BLOCK, LENGTH) | st.builds(program, BLOCK, LENGTH, IMAGES)


def examined(maker: PackageMaker) -> ProvedPackage | None:
    source: Any = PackageInMemory(maker.contents())
    try:
        return examine_package(source, lambda done, total: None)
    except Problem:
        return None


def blocks_that_change(package: ProvedPackage) -> set[int]:
    """By the lines' own numbers, counted another way than the proof does."""
    found = set()
    for command in package.commands:
        last = int(command.attributes["start_sector"]) + command.sectors - 1
        found |= set(range(int(command.attributes["start_sector"]) // PER_BLOCK, last // PER_BLOCK + 1))
    return found


@settings(
    max_examples=80,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(LINE, max_size=3), st.sets(st.integers(0, 9), max_size=2), st.randoms(use_true_random=False))
def test_no_plan_that_is_let_through_meets_a_protected_block(
    more: list[str], without: set[int], order: Any
) -> None:
    maker = PackageMaker()
    maker.lines = [line for number, line in enumerate(maker.lines) if number not in without] + more
    order.shuffle(maker.lines)
    package = examined(maker)
    if package is not None:
        assert not blocks_that_change(package) & PROTECTED
        assert package.commands[-1].start == 0


@settings(max_examples=80, database=None, derandomize=True)
@given(st.sampled_from(sorted(PackageMaker().contents())), st.floats(0, 1), st.integers(1, 255))
def test_one_byte_changed_anywhere_is_seen(name: str, where: float, change: int) -> None:
    """In a file with a sum: refused. In the list of sums: refused, or no file's sum is another."""
    maker = PackageMaker()
    data = bytearray(maker.contents()[name])
    at = min(int(where * len(data)), len(data) - 1)
    data[at] ^= change
    maker.after_sums[name] = bytes(data)
    package = examined(maker)
    if name != "md5.txt":
        assert package is None
    elif package is not None:
        assert not blocks_that_change(package) & PROTECTED


def test_the_nearest_command_may_end_where_efs2_begins() -> None:
    """The border itself is allowed, one block further is not."""
    assert examined(PackageMaker()) is not None
    maker = PackageMaker()
    maker.lines.append(erase(7, 1))
    assert examined(maker) is not None
    maker.lines.append(erase(7, 2))
    assert examined(maker) is None


def test_a_patch_of_a_file_is_no_patch_of_the_module() -> None:
    patch = (
        b'<patches><patch SECTOR_SIZE_IN_BYTES="4096" byte_offset="0" filename="%s" start_sector="513" '
        b'size_in_bytes="4" value="0"/></patches>'
    )
    for filename, is_good in ((b"image.bin", True), (b"DISK", False), (b"disk", False)):
        maker = PackageMaker()
        maker.files[FIREHOSE + "patch_x.xml"] = patch % filename
        assert (examined(maker) is not None) == is_good


def test_a_line_of_the_proof_says_what_holds_of_the_numbered_steps() -> None:
    """Each number in it is that of a command in the order in which they are sent."""
    maker = PackageMaker()
    [at] = [at for name, at, *_ in LAYOUT if name == "usr_data"]
    maker.lines.append(erase(at, 4))
    package = examined(maker)
    assert package is not None
    facts = {line.title: line.fact for line in package.proof}
    kinds = [command.kind for command in package.commands]
    erases, programs = kinds.count("erase"), kinds.count("program")
    assert (erases, programs) == (6, 5)
    assert facts["Erased"].startswith("steps 1 to 6;") and facts["Erased"].endswith(
        "but for usr_data, which stays empty"
    )
    assert facts["Written"].startswith("steps 7 to 11;")
    assert facts["Safe to cut"].startswith("step 1 erases sector 0, step 11 writes it")
    nearest = int(facts["Untouched"].split("nearest is step ")[1].split(",")[0])
    assert package.commands[nearest - 1].start == 4 * PER_BLOCK  # MIBIB ends where EFS2 begins
    assert facts["Untouched"].endswith(", right beside it")
    assert "Patched" not in facts


@pytest.mark.parametrize(
    ("name", "image", "is_kept"),
    [
        ("EFS2", "efs.img", True),
        ("sec", "sec.dat", True),
        ("RAWDATA", "", True),
        ("a_name_that_nobody_knows", "", True),
        ("MIBIB", "", False),
        ("usr_data", "", False),
        ("boot", "boot.img", False),
    ],
)
def test_a_partition_is_protected_by_its_name_or_because_nothing_belongs_to_it(
    name: str, image: str, is_kept: bool
) -> None:
    """Each of both is enough: an image does not open one that holds calibration, nor does an unknown name."""
    assert is_protected(Partition(name, 1, 1, image)) is is_kept


def test_an_efs2_without_an_end_proves_nothing() -> None:
    package = examined(PackageMaker())
    assert package is not None
    layout = tuple(replace(part, blocks=None) if part.name == "EFS2" else part for part in package.layout)
    with pytest.raises(BadFile) as caught:
        prove(package.commands, layout, package.geometry, package.files.mibib)
    assert caught.value.code == "package-efs2-unknown"


def test_the_length_of_a_last_partition_that_stays_is_not_patched() -> None:
    """Where it is one that is written, it may become as long as the flash."""
    maker = PackageMaker()
    maker.lines = [line for line in maker.lines if 'start_sector="2560"' not in line]
    maker.files[FIREHOSE + "patch_x.xml"] = b"".join(
        (
            b"<patches>",
            *(
                b'<patch SECTOR_SIZE_IN_BYTES="4096" byte_offset="%d" filename="DISK" start_sector="%d" '
                b'size_in_bytes="4" value="%s"/>' % place
                for place in (
                    (16 + (len(LAYOUT) - 1) * 28 + 20, 257, b"NUM_DISK_BLOCKS-9."),
                    (12, 259, b"CRC32(0,8192)"),
                )
            ),
            b"</patches>",
        )
    )
    package = examined(maker)
    assert package is not None
    layout = (*package.layout[:-1], replace(package.layout[-1], name="misc"))
    with pytest.raises(BadFile) as caught:
        prove(package.commands, layout, package.geometry, package.files.mibib)
    assert caught.value.code == "package-writes-table"


def test_an_order_that_could_not_be_cut_is_refused_whoever_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is a part of the proof, and not only what it is given."""
    package = examined(PackageMaker())
    assert package is not None
    first, *between, last = package.commands
    for order in ((*between, first, last), (first, last, *between), (last, first, *between)):
        monkeypatch.setattr(proof, "in_safe_order", lambda _, order=order: order)
        with pytest.raises(BadFile):
            prove(package.commands, package.layout, package.geometry, package.files.mibib)


def test_what_is_written_besides_images_is_told() -> None:
    """Patches; and where no table is written, that none is."""
    maker = PackageMaker()
    maker.lines = [line for line in maker.lines if 'start_sector="256"' not in line]
    maker.files[FIREHOSE + "patch_x.xml"] = (
        b'<patches><patch SECTOR_SIZE_IN_BYTES="4096" byte_offset="0" filename="DISK" start_sector="2560" '
        b'size_in_bytes="4" value="0"/></patches>'
    )
    package = examined(maker)
    assert package is not None
    facts = {line.title: line.fact for line in package.proof}
    assert facts["Not moved"] == "no partition table is written"
    assert facts["Untouched"].endswith(", 2 blocks away")
    assert facts["Erased"] == "steps 1 to 4; each partition gets an image later"
    assert facts["Patched"].startswith("step 9;") and package.commands[8].kind == "patch"


def test_all_that_no_command_reaches_is_told_to_stay() -> None:
    """Protected or not: user data, too, while nothing empties it."""
    maker = PackageMaker()
    package = examined(maker)
    assert package is not None
    assert [each["partition"] for each in stays(package)] == ["EFS2", "RAWDATA", "sec", "usr_data"]
    [at] = [at for name, at, *_ in LAYOUT if name == "usr_data"]
    maker.lines.append(erase(at, 1))
    package = examined(maker)
    assert package is not None
    assert [each["partition"] for each in stays(package)] == ["EFS2", "RAWDATA", "sec"]
