"""The pictures in docs/screens are what the program shows today."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tools.docs_screens import screens

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return screens()


def lines_of(svg: str) -> list[str]:
    """The text of a picture, a line a row, whatever draws it."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for each in ElementTree.fromstring(svg).iter():
        if each.tag.endswith("}text"):
            text = "".join(each.itertext()).replace("\xa0", " ")
            rows.setdefault(float(each.get("y", 0)), []).append((float(each.get("x", 0)), text))
    return ["".join(text for _, text in sorted(row)).rstrip() for _, row in sorted(rows.items())]


def test_they_are_up_to_date(drawn: dict[str, str]) -> None:
    """docs/screens is made anew when a reporter or the simulated run changes."""
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(drawn)
    for name, svg in drawn.items():
        assert lines_of((FOLDER / f"{name}.svg").read_text(encoding="utf-8")) == lines_of(svg), name


def test_nothing_is_loaded_and_nobody_is_named(drawn: dict[str, str]) -> None:
    """No font, style or image from anywhere; no folder of the computer that drew them."""
    for svg in drawn.values():
        assert set(re.findall(r"[a-z]+://[^\s\"'<;)]*w3\.org[^\s\"']*", svg)) == {
            "http://www.w3.org/2000/svg"
        }
        assert not re.search(r"https|@import|@font-face|url\((?!#)", svg)
        assert str(Path.home()) not in svg
        assert "modemflash-screens-" not in svg


def test_each_shows_what_it_is_for(drawn: dict[str, str]) -> None:
    """identify, the plan, a running update, an error with its report, the last runs."""
    text = {name: "\n".join(lines_of(svg)) for name, svg in drawn.items()}
    assert "every byte lies under a checksum" in text["identify"]
    assert "38638 → 41065" in text["plan"]
    assert re.search(r"send the firmware ━+─+ 62%", text["update"])
    assert text["error"].splitlines()[-1].endswith(".zip") or ".zip" in text["error"].splitlines()[-2]
    assert "already-runs-it" in text["history"]


def test_narrow_terminals_lose_nothing() -> None:
    """At 40 columns every block still fits, and nothing is cut."""
    for name, svg in screens(40).items():
        assert max(map(len, lines_of(svg))) <= 40, name
        assert "…" not in "".join(lines_of(svg))
