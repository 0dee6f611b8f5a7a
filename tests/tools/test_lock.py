"""tests/constraints.txt: everything that is asked for stands in it, in a version that is allowed."""

from __future__ import annotations

import itertools
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import lock

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "pyproject.toml"
LINES = (ROOT / "tests/constraints.txt").read_text(encoding="utf-8").splitlines()
LOCKED = dict(line.split("==") for line in LINES if not line.startswith("#"))


def test_everything_that_is_asked_for_is_locked_in_a_version_that_is_allowed() -> None:
    for need in lock.required(PROJECT):
        if need.marker is None:
            assert need.specifier.contains(LOCKED[canonicalize_name(need.name)]), need


def test_what_the_program_runs_is_installed_with_an_extra_only_where_it_is_large() -> None:
    """esptool is no dependency of every installation; the tests have it."""
    table = (PROJECT.read_text(encoding="utf-8")).split("dependencies = [")[1].split("]")[0]
    plain = {Requirement(line.split('"')[1]).name for line in table.splitlines() if '"' in line}
    assert "esptool" not in plain and "pyserial" in plain
    assert {"esptool", "cryptography"} <= lock.locked(PROJECT).keys()


def test_a_highest_version_has_its_reason_beside_it() -> None:
    lines = PROJECT.read_text(encoding="utf-8").split("[project.scripts]")[0].splitlines()
    for before, line in itertools.pairwise(lines):
        if "<" in line and "python_version" not in line:
            assert "#" in line or before.startswith("#"), line
