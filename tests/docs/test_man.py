"""docs/man/modemflash.1 is what the program takes today, and the reader of such pages has no complaint."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.docs_man import page

FILE = Path(__file__).resolve().parents[2] / "docs/man/modemflash.1"


def test_it_is_up_to_date() -> None:
    """`python tests/tools/docs_man.py docs/man/modemflash.1` makes it anew."""
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.referee
def test_mandoc_has_no_complaint(tool: Callable[[str], Path]) -> None:
    """But for the date, which it has not: the same program gives the same page."""
    program = tool("mandoc") / "bin" / "mandoc"
    words = [str(program), "-T", "lint", "-W", "warning", str(FILE)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60)
    complaints = [line for line in said.stdout.splitlines() if "missing date" not in line]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("words", ["modemflash fleet update", "--allow-downgrade", "Exit status", "130"])
def test_it_can_be_read(words: str) -> None:
    """What a terminal shows of it, as far as it is text."""
    assert words.lower() in FILE.read_text(encoding="utf-8").replace("\\-", "-").lower()
