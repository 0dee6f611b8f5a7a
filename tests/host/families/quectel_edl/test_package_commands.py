"""What a package would have a module do is proved: each fault of a command or patch has its code."""

from __future__ import annotations

import pytest

from modemflash_host.errors import CATALOGUE
from modemflash_sim.quectel_edl.packages import BLOCKS, FIREHOSE, LAYOUT, PackageMaker, erase, program
from support.package_in_memory import Spoil, code_after, examined


def _without(maker: PackageMaker, word: str) -> None:
    maker.lines = [line for line in maker.lines if word not in line]


def _patch(
    sector: int, offset: int, more: str = "", sector_bytes: int = 4096, value: str = "NUM_DISK_BLOCKS-9."
) -> str:
    """A patch of four bytes of the module's flash."""
    return (
        f'<patch SECTOR_SIZE_IN_BYTES="{sector_bytes}" byte_offset="{offset}" filename="DISK" '
        f'start_sector="{sector}" size_in_bytes="4" value="{value}" {more}/>'
    )


def _patched(maker: PackageMaker, *patches: str) -> None:
    maker.files[FIREHOSE + "patch_disk.xml"] = f"<patches>{''.join(patches)}</patches>".encode()


def _replace(maker: PackageMaker, old: str, new: str) -> None:
    maker.lines = [line.replace(old, new) for line in maker.lines]


FAULTS: dict[str, tuple[str, Spoil]] = {
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
    "EFS2 patched in sectors of another size": (
        "package-geometry",
        lambda m: _patched(m, _patch(40 * 64, 0, sector_bytes=512)),
    ),
    "a patch of another chip of flash": (
        "package-unknown-command",
        lambda m: _patched(m, _patch(40 * 64, 0, 'physical_partition_number="1"')),
    ),
    "a patch that makes EFS2 longer in the table": (
        "package-writes-table",
        lambda m: _patched(m, _patch(*_length(2)), NEW_CRC),
    ),
    "a patch of where a partition is": (
        "package-writes-table",
        lambda m: _patched(m, _patch(_length(LAST)[0], _length(LAST)[1] - 4), NEW_CRC),
    ),
    "a patch of a copy of the table": (
        "package-writes-table",
        lambda m: _patched(m, _patch(_length(LAST)[0] + 64, _length(LAST)[1]), NEW_CRC),
    ),
    "a new length without a CRC": ("package-writes-table", lambda m: _patched(m, _patch(*_length(LAST)))),
    "a new CRC without a length": ("package-writes-table", lambda m: _patched(m, NEW_CRC)),
    "a CRC that is a number": (
        "package-writes-table",
        lambda m: _patched(m, _patch(*_length(LAST)), NEW_CRC.replace("CRC32(0,8192)", "0")),
    ),
    "an attribute that nobody knows": (
        "package-unknown-command",
        lambda m: m.lines.append(erase(36, 1, 'whole_device="1" ')),
    ),
    "what looks like the vendor's, without the vendor": (
        "package-unknown-command",
        lambda m: m.lines.append(erase(36, 1, 'a_rawdata_start_sector="1280" b_rawdata_num_sector="64" ')),
    ),
    "a RAWDATA of the vendor's that is EFS2": (
        "package-tables-differ",
        lambda m: m.lines.append(
            erase(36, 1, 'vendor="quectel" a_rawdata_start_sector="512" b_rawdata_num_sector="64" ')
        ),
    ),
    "a RAWDATA of the vendor's without a length": (
        "package-tables-differ",
        lambda m: m.lines.append(erase(36, 1, 'vendor="quectel" a_rawdata_start_sector="1280" ')),
    ),
    "a last sector in EFS2": (
        "package-touches-efs2",
        lambda m: m.lines.append(erase(4, 4, 'last_sector="575" ')),
    ),
    "RAWDATA erased": ("package-touches-protected", lambda m: m.lines.append(erase(20, 2))),
    "sec written": ("package-touches-protected", lambda m: m.lines.append(program(34, 1, "..\\tz.mbn"))),
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
    "a table that is not at the beginning of its partition": (
        "package-writes-table",
        lambda m: (
            m.lines.remove(program(4, 4, "partition_complete_p4K_b256K.mbn")),
            m.lines.append(program(5, 3, "partition_complete_p4K_b256K.mbn")),
        ),
    ),
    "a line that goes on into the next partition": (
        "package-crosses-partitions",
        lambda m: (
            _without(m, 'start_sector="2560"'),
            m.lines.extend([erase(36, 5), program(36, 5, "..\\tz.mbn")]),
        ),
    ),
    "another table than the checked one": (
        "package-writes-table",
        lambda m: _replace(m, "partition_complete_p4K_b256K.mbn", "..\\partition.mbn"),
    ),
}


LAST = len(LAYOUT) - 1
NEW_CRC = _patch(4 * 64 + 3, 12, value="CRC32(0,8192)")


def _length(row: int) -> tuple[int, int]:
    """Sector and byte in it of a row's length in the MIBIB."""
    [table] = [at for name, at, *_ in LAYOUT if name == "MIBIB"]
    return table * 64 + 1, 16 + row * 28 + 20


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_command_has_its_code(fault: str) -> None:
    code, spoil = FAULTS[fault]
    assert code_after(spoil) == code
    assert CATALOGUE[code][2] == "untouched"


HARMLESS: dict[str, Spoil] = {
    "a comment that would erase EFS2": lambda m: m.lines.append(f"<!-- {erase(8, 12)} -->"),
    "single quotes": lambda m: _replace(m, '"', "'"),
    "tags over several lines": lambda m: _replace(m, " ", "\n"),
    "a program without an image": lambda m: m.lines.append(program(34, 2, "")),
    "an erase twice": lambda m: m.lines.append(erase(26, 8)),
    "user data emptied": lambda m: m.lines.append(erase(36, 4)),
    "an addition of the vendor": lambda m: m.lines.append(erase(0, 4, 'vendor="quectel" c_project_name="X"')),
    "a RAWDATA of the vendor's where it is": lambda m: m.lines.append(
        erase(36, 1, 'vendor="quectel" a_rawdata_start_sector="1280" b_rawdata_num_sector="128" ')
    ),
    "a patch of the last length and of the CRC": lambda m: _patched(m, _patch(*_length(LAST)), NEW_CRC),
    "no table written": lambda m: _without(m, 'start_sector="256"'),
    "a label and a last sector": lambda m: m.lines.append(erase(36, 1, 'label="x" last_sector="2367" ')),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_no_fault_is_taken(what: str) -> None:
    assert code_after(HARMLESS[what]) == "good"


def test_the_order_can_be_interrupted_anywhere() -> None:
    """All erases first, sector 0 as the first; then the images, sector 0 as the last."""
    commands = examined(PackageMaker()).commands
    assert [command.kind for command in commands] == ["erase"] * 5 + ["program"] * 5
    assert (commands[0].start, commands[-1].start) == (0, 0)
    assert [command.start for command in commands].count(0) == 2
