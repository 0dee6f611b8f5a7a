"""EFS2 stays, whatever a package says and a module does: cases by chance, some of them and ten thousand."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from modemflash.errors import Problem
from modemflash_host.families.quectel_edl.geometry import Blocks
from modemflash_sim.quectel_edl.packages import PackageMaker, erase, program
from modemflash_sim.quectel_edl.partition_tables import LAYOUT, Layout
from modemflash_sim.quectel_edl.profiles import PROFILES
from support.edl import bench, code_of, examined, revision_for

EFS2 = next((at, blocks) for name, at, blocks, _ in LAYOUT if name == "EFS2")


REFUSED = "refused"
PIECE = 1000


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("MODEMFLASH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def spoiled_lines(maker: PackageMaker, chance: random.Random) -> None:
    """Up to two commands more, one less."""
    for _ in range(chance.choice([0, 0, 1, 2])):
        block, length = chance.randrange(60), chance.randrange(1, 22)
        image = chance.choice(["..\\tz.mbn", "..\\boot.img", "..\\sysfs.ubi"])
        line = chance.choice([erase(block, length), program(block, length, image)])
        if chance.random() < 0.3:
            line = line.replace(f'"{block * 64}"', f'"{block * 64 + chance.randrange(64)}"')
        maker.lines.insert(chance.randrange(len(maker.lines) + 1), line)
    if maker.lines and chance.random() < 0.2:
        maker.lines.remove(chance.choice(maker.lines))


def other_layout(chance: random.Random) -> Layout:
    """The usual one; sometimes one partition is longer, and all behind it are elsewhere."""
    longer = chance.choice([*([""] * 12), *(name for name, *_ in LAYOUT)])
    rows, by = [], 0
    for name, at, blocks, image in LAYOUT:
        grown = chance.randrange(1, 3) if name == longer else 0
        rows.append((name, at + by, blocks + grown - (by if name == "system" else 0), image))
        by += grown
    return tuple(rows)


def run_seed(seed: int) -> str:
    """A package that chance has spoiled, on a module that chance troubles: how it ended."""
    chance = random.Random(seed)
    of = PROFILES["rm520n"]
    size = chance.choice([None, 1000, 40_000])
    maker = PackageMaker(revision_for("rm520n"), of.chip, of.page, other_layout(chance), of.wide, size)
    spoiled_lines(maker, chance)
    command = chance.randrange(1, 30)
    fault = chance.choice(
        [
            "",
            f"nak:command={command}",
            f"lost:command={command}",
            f"late:command={command}:{chance.randrange(90_000)}",
            f"power-at-byte:{chance.randrange(60_000)}",
            f"bad-block:{chance.randrange(60)}",
            f"bad-block:{chance.randrange(60)},power:command={command}",
            f"moved:{chance.randrange(1, 3)}",
            "geometry:2048",
            "malformed-logs",
        ]
    )
    made = bench(fault=fault, seed=seed)
    try:
        file = examined("rm520n", maker.contents())
    except Problem:
        return REFUSED
    code = ""
    for _ in range(2):
        code = code_of(made.run(file))
        if code == "updated":
            break
    assert made.is_untouched, f"seed {seed}, {fault}"
    return code


@pytest.mark.parametrize("seed", range(16))
def test_efs2_stays_whatever_a_package_says_and_a_module_does(seed: int) -> None:
    run_seed(seed)


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(0, 10_000, PIECE))
def test_efs2_stays_in_ten_thousand_cases(first: int, home: Path) -> None:
    ends: Counter[str] = Counter()
    for seed in range(first, first + PIECE):
        ends[run_seed(seed)] += 1
        shutil.rmtree(home, ignore_errors=True)  # copies of EFS2: some megabytes each
    assert ends[REFUSED] > PIECE / 8 and ends["updated"] > PIECE / 8, ends
    assert len(ends) > 5, ends


def test_blocks_of_efs2_are_those_that_the_simulator_watches() -> None:
    """Else the tests above would look elsewhere."""
    at, blocks = EFS2
    assert Blocks(at, at + blocks).meets(Blocks(8, 9))
