"""A real browser on the pages: no complaint, and everybody can read them, on a screen and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from modemflash_host.families.registry import words_of
from modemflash_host.report.bundle import make_page
from modemflash_host.report.history import history
from modemflash_host.report.page.history_page import history_page
from support.browser.window import Browser, browser
from support.recorded_runs import FAILED_UPDATE, Told, ended_well, record

pytestmark = [pytest.mark.referee, pytest.mark.slow]
WIDTHS = (360, 1280)
A4_POINTS = (595, 842)
A4_ROOM = 688  # pixels between the margins of the page: 210 mm less 2 × 14
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
LONG = "a-name-that-nobody-would-give-to-a-file-" * 4


@pytest.fixture(scope="module")
def window(tool: Callable[[str], Path]) -> Iterator[Browser]:
    with browser(tool("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A failure with all that may stand in its way and names that are too long, a good end, the list."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEMFLASH_HOME", str(folder / "home"))
        failed = make_page(record(_with_long_names()), words_of, folder / "failed.html")
        updated = make_page(record(ended_well()), words_of, folder / "updated.html")
        listed = folder / "history.html"
        listed.write_text(history_page(history()))
    return {"failed": failed, "updated": updated, "history": listed}


def _with_long_names() -> Told:
    story = list(FAILED_UPDATE)
    at_ms, plan = story[3]
    story[3] = (at_ms, {**plan, "files": [{**plan["files"][0], "name": LONG}], "way_back": [LONG]})
    at_ms, problem = story[-2]
    story[-2] = (at_ms, {**problem, "happened": f"The file {LONG} cannot be read"})
    return story


@pytest.mark.parametrize("name", ["failed", "updated", "history"])
def test_on_a_screen(window: Browser, pages: dict[str, Path], name: str) -> None:
    """No complaint, no scrolling sideways, and every text stands out, by day and by night."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            window.open(pages[name], width=width, scheme=scheme)
            assert window.complaints() == []
            assert window.overhang() <= 0, (width, scheme)
            contrasts = window.contrasts()
            assert len(contrasts) > 10
            assert not [each for each in contrasts if each[1] < LEAST_CONTRAST], (width, scheme)


@pytest.mark.parametrize("name", ["failed", "updated", "history"])
def test_for_a_screen_reader(window: Browser, pages: dict[str, Path], name: str) -> None:
    """A language, a title, one first heading and no level left out, pictures and tables with names."""
    window.open(pages[name])
    speech = window.speech()
    assert speech.language == "en" and speech.title
    levels = [level for level, _ in speech.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert not speech.unnamed
    assert speech.tables and all(caption and heads > 2 for caption, heads in speech.tables)
    assert speech.landmarks == ["header", "main", "footer"]


@pytest.mark.parametrize("name", ["failed", "updated", "history"])
def test_on_paper(window: Browser, pages: dict[str, Path], name: str) -> None:
    """Sheets of A4, and nothing goes over their edge."""
    window.open(pages[name])
    pdf = window.printed()
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert sheets and {(round(float(wide)), round(float(high))) for wide, high in sheets} == {A4_POINTS}
    assert window.print_overhang(A4_ROOM) <= 0


def test_it_would_see_what_is_wrong(window: Browser, tmp_path: Path) -> None:
    """The referee itself: a page with each of these faults has each of these complaints."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><body style='background:#fff'>"
        "<p style='color:#999;width:2000px'>pale and wide</p><h3>deep</h3><svg></svg>"
        "<script>console.error('no good')</script><img src='nowhere.png'>"
    )
    window.open(page, width=360)
    assert window.overhang() > 1000
    complaints = window.complaints()
    assert all(any(words in each for each in complaints) for words in ("no good", "nowhere.png"))
    assert any(text == "pale and wide" and ratio < LEAST_CONTRAST for text, ratio in window.contrasts())
    assert len(window.speech().unnamed) == 2
    assert window.print_overhang(A4_ROOM) > 1000
