"""The module's own flash against the package: each difference in what must stay is a refusal of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modemflash.errors import Problem
from modemflash_host.families.quectel_edl.module_flash import ModuleFlash, compare
from modemflash_host.families.quectel_edl.partition_tables import Partition
from modemflash_sim.quectel_edl.packages import PackageMaker
from support.package_in_memory import examined

PACKAGE = examined(PackageMaker())
Rows = tuple[Partition, ...]


def changed(which: str, **fields: object) -> Rows:
    """The package's own rows, but for one."""
    return tuple(
        replace(part, **fields) if part.name == which else part  # type: ignore[arg-type]
        for part in PACKAGE.layout
    )


def without(name: str) -> Rows:
    return tuple(part for part in PACKAGE.layout if part.name != name)


EFS2_FIRST = (*PACKAGE.layout[:1], PACKAGE.layout[2], PACKAGE.layout[1], *PACKAGE.layout[3:])
DIFFERENT: dict[str, Rows] = {
    "EFS2 begins later": changed("EFS2", first_block=9),
    "EFS2 is longer": changed("EFS2", blocks=13),
    "RAWDATA is elsewhere": changed("RAWDATA", first_block=21),
    "what stands before EFS2 is longer": changed("SBL", blocks=5),
    "what stands before EFS2 is called otherwise": changed("SBL", name="SBL1"),
    "the same rows in another order": EFS2_FIRST,
    "behind calibration, but protected": changed("sec", first_block=35),
    "one more that the package does not know": (*PACKAGE.layout, Partition("oem_data", 60, 1)),
    "no EFS2": without("EFS2"),
    "no sec": without("sec"),
    "no row at all": (),
}
FITS: dict[str, Rows] = {
    "the same": PACKAGE.layout,
    "another spelling": changed("EFS2", name="efs2"),
    "a last row as long as the flash": changed("system", blocks=None),
    "a row less that an update may empty": without("usr_data"),
    "written anew, so it may move": changed("boot", first_block=27, blocks=7),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_table_that_is_not_the_package_s_is_refused(what: str) -> None:
    with pytest.raises(Problem) as caught:
        compare(ModuleFlash(60, DIFFERENT[what]), PACKAGE)
    assert caught.value.code == "edl-layout-differs"


@pytest.mark.parametrize("what", FITS)
def test_a_table_that_fits_is_taken(what: str) -> None:
    compare(ModuleFlash(60, FITS[what]), PACKAGE)


@pytest.mark.parametrize("blocks", [60, 0])
def test_a_flash_that_holds_the_package_is_taken(blocks: int) -> None:
    """0: its programmer does not say how many blocks it has."""
    compare(ModuleFlash(blocks, PACKAGE.layout), PACKAGE)


def test_a_flash_that_ends_before_the_package_is_another_flash() -> None:
    with pytest.raises(Problem) as caught:
        compare(ModuleFlash(59, PACKAGE.layout), PACKAGE)
    assert caught.value.code == "edl-geometry"


def test_an_open_end_in_one_table_alone_is_no_other_place() -> None:
    """In a partition that stays as well as in one that is written."""
    package = replace(PACKAGE, layout=changed("system", name="misc"))
    compare(ModuleFlash(60, changed("system", name="misc", blocks=None)), package)
