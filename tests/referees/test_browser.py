"""A real browser on the pages: no complaint, and everybody can read them, on a screen and on paper."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from modemflash_host.families.registry import words_of
from modemflash_host.families.sequans.words import WORDS
from modemflash_host.fleet.page import page as fleet_page
from modemflash_host.report.bundle import make_page
from modemflash_host.report.history import history
from modemflash_host.report.page.history_page import history_page
from support.browser.window import Browser, browser
from support.recorded_runs import FAILED_UPDATE, Told, ended_well, record

pytestmark = [pytest.mark.referee, pytest.mark.slow]
WIDTHS = (360, 1280)
A4_POINTS = (595, 842)
LONGEST_WHOLE_WORD = 14
MARGIN_POINTS = 14 / 25.4 * 72
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
PACKAGE, VERSION = "RM502QAEAAR11A04M4G.zip", "RM502QAEAAR11A04M4G_01.001.01.001"
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
        listed.write_text(history_page(history() * 15))
    fleet = folder / "fleet.html"
    fleet.write_text(fleet_page({"seconds": 21.0, "boards": [_board("updated"), _board("failed")]}))
    return {"failed": failed, "updated": updated, "history": listed, "fleet": fleet}


def _board(status: str) -> dict[str, object]:
    versions = {"from_version": VERSION, "to_version": VERSION}
    ended = {"name": LONG[:30], "port": f"/dev/{LONG}", "status": status, "code": status, "seconds": 6.7}
    told = {
        "modem_state": "recoverable",
        "happened": "",
        "next": f"modemflash rescue -p '{LONG.replace('-', '_')}'",
    }
    return {**ended, **told, **versions, "began_s": 0.0, "phases": [[1.0, "find"], [2.0, "transfer"]]}


def _with_long_names() -> Told:
    story = list(FAILED_UPDATE)
    at_ms, plan = story[3]
    files = [{**plan["files"][0], **row} for row in ({"name": LONG}, {"name": PACKAGE, "version": VERSION})]
    story[3] = (at_ms, {**plan, "files": files, "way_back": [LONG], "to_version": VERSION})
    again = {"event": "retry", "what": WORDS.whole_update, "attempt": 2, "reason": "gnss-no-answer"}
    story.insert(-2, (at_ms, again))
    at_ms, problem = story[-2]
    story[-2] = (at_ms, {**problem, "happened": f"The file {LONG} cannot be read"})
    return story


@pytest.mark.parametrize("name", ["failed", "updated", "history", "fleet"])
def test_on_a_screen(window: Browser, pages: dict[str, Path], name: str) -> None:
    """No complaint, no scrolling sideways, and every text stands out, by day and by night."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            window.open(pages[name], width=width, scheme=scheme)
            assert window.complaints() == []
            assert window.overhang() <= 0, (width, scheme)
            assert window.torn_words(LONGEST_WHOLE_WORD) == [], (width, scheme)
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


@pytest.mark.parametrize(("name", "most"), [("failed", 4), ("updated", 4), ("history", 3)])
def test_on_paper(
    window: Browser, pages: dict[str, Path], tool: Callable[[str], Path], tmp_path: Path, name: str, most: int
) -> None:
    """Sheets of A4, none too many; nothing goes over their edge; no row and no figure is cut in two."""
    window.open(pages[name])
    parts, figures = window.texts("tbody tr, .wire li, .answer"), window.texts("figure")
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(window.printed())
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert sheets and {(round(float(wide)), round(float(high))) for wide, high in sheets} == {A4_POINTS}
    assert len(sheets) <= most
    words = read_paper(tool("poppler-utils"), paper, "-bbox")
    boxes = [
        [float(each) for each in box]
        for box in re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', words)
    ]
    assert len(boxes) > 50
    for left, top, right, bottom in boxes:
        assert min(left, top) >= MARGIN_POINTS - 1
        assert right <= A4_POINTS[0] - MARGIN_POINTS + 1 and bottom <= A4_POINTS[1] - MARGIN_POINTS + 1
    texts = [plain(text) for text in read_paper(tool("poppler-utils"), paper, "-raw").split("\f")]
    assert len(parts) > 10
    assert [part for part in parts if not any(plain(part) in text for text in texts)] == []
    for figure in figures:  # its labels have no order
        assert any(all(plain(line) in text for line in figure.splitlines()) for text in texts)


def read_paper(poppler: Path, paper: Path, way: str) -> str:
    done = subprocess.run([poppler / "bin" / "pdftotext", way, paper, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def plain(text: str) -> str:
    """Without what a line's end changes."""
    return re.sub(r"[\s-]+", "", text)


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
