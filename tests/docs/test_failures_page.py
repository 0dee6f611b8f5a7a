"""docs/failures.md: every reported failure has its row, and every test named there exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    cells
    for line in (ROOT / "docs/failures.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [SQWRP]?\d+ \|", line) and (cells := [cell.strip() for cell in line.split("|")[1:-1]])
]


def test_every_report_request_and_requirement_has_one_row() -> None:
    wanted = ["000"] + [str(n) for n in range(1, 43)]
    for letter, count in (("S", 6), ("Q", 18), ("W", 20)):
        wanted += [f"{letter}{n}" for n in range(1, count + 1)]
    wanted += ["002", "003", "004"]
    wanted += [f"R{n}" for n in range(1, 16)]
    wanted += [f"P{n}" for n in range(1, 14)]
    assert [row[0] for row in ROWS] == wanted


def test_every_row_has_a_test_or_says_what_is_not_done() -> None:
    for number, _, done, tests in ROWS:
        assert done, number
        assert re.findall(r"`test_\w+`", tests) or "Not done: " in done, number


def test_every_test_that_is_named_exists() -> None:
    known: set[str] = set()
    for path in ROOT.glob("tests/**/*.py"):
        known |= set(re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for row in ROWS for name in re.findall(r"`(test_\w+)`", row[3])}
    assert named - known == set()
