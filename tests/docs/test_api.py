"""docs/api.md: its programs run as they stand, its types hold, and every public name stands in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from modemflash_host import api
from tools import docs_api

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def ran(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program of the page, in a folder and with a state folder of its own."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODEMFLASH_")}
    environment |= {"MODEMFLASH_HOME": str(folder / "home"), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-W", "error", "program.py"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def test_the_first_program_updates_a_module(tmp_path: Path) -> None:
    """Fifteen lines at most, and no word of what stands behind them."""
    program = PROGRAMS[0]
    assert len(program.splitlines()) <= 15
    done = ran(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "38638"
    assert lines[1].startswith("<Plan: upgrade from 38638 to 41065")
    assert "transfer: 100 %" in lines
    assert lines[-1].startswith("Result(status='updated'")
    assert len(list((tmp_path / "home/runs").iterdir())) == 1


def test_the_first_program_says_what_is_wrong(tmp_path: Path) -> None:
    done = ran(PROGRAMS[0].replace("sim://pycom-catm1", "sim://pycom-catm1?fault=mute:99"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("modem-silent untouched ")


def test_the_second_program_goes_from_board_to_board(tmp_path: Path) -> None:
    """One is updated, one fails, and the end says which, and what to do."""
    done = ran(PROGRAMS[1], tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\nbench: updated 41065\n" in done.stdout
    assert f"transfer  [{'#' * 20}]" in done.stdout
    assert re.search(r"^roof: .* The module is untouched\. ", done.stdout, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_types_of_the_programs_hold(number: int, tmp_path: Path) -> None:
    """`mypy --strict` finds nothing: the package brings its types."""
    (tmp_path / "program.py").write_text(PROGRAMS[number], encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",
            "--cache-dir", str(ROOT / ".cache/mypy"), str(tmp_path / "program.py"),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_types_are_in_the_package() -> None:
    for package in ("device/modemflash", "host/modemflash_host"):
        assert (ROOT / package / "py.typed").is_file()


def test_every_public_name_stands_on_the_page() -> None:
    missing = [
        name
        for name in api.__all__
        if f"| `{name}` |" not in PAGE and f"### api.{name}\n" not in PAGE and f"### {name}\n" not in PAGE
    ]
    assert missing == ["events"]  # a module, with a chapter of its own
    assert "`api.events`" in PAGE


def test_every_class_of_errors_is_public() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(name for name in api.__all__ if docs_api.is_error(getattr(api, name)))


def test_the_reference_is_made_from_the_program() -> None:
    assert docs_api.page(PAGE) == PAGE
