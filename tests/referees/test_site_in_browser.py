"""A real browser on the site: no complaint, no page wider than its window, and text that stands out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.browser.window import Browser, browser
from support.once_a_run import once_a_run
from tools import docs_site

pytestmark = pytest.mark.referee
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


@pytest.fixture(scope="module")
def window(tool: Callable[[str], Path]) -> Iterator[Browser]:
    with browser(tool("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    tool("sphinx")
    return once_a_run(tmp_path_factory, "site", lambda folder: docs_site.build(folder / "html")) / "html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_start_page(window: Browser, site: Path, width: int, scheme: str) -> None:
    window.open(site / "index.html", width=width, scheme=scheme)
    assert window.complaints() == []
    assert window.overhang() <= 0
    contrasts = window.contrasts()
    assert len(contrasts) > 40
    assert not [each for each in contrasts if each[1] < LEAST_CONTRAST]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("rescue", "Commands > rescue"),
        ("port-lost", "Errors and exit codes"),
        ("iter_update", "The Python API"),
    ],
)
def test_the_search_needs_no_server(window: Browser, site: Path, words: str, title: str) -> None:
    """In a folder it finds the page, too, and fetches nothing that a browser refuses there."""
    window.open(site / "index.html")
    assert title in window.found(site, words)
    assert window.complaints() == []


def test_every_page_fits_a_telephone(window: Browser, site: Path) -> None:
    """Code and tables scroll in themselves; the page does not."""
    wide = {}
    for page in sorted(site.glob("*.html")):
        window.open(page, width=360)
        assert window.complaints() == [], page.name
        if window.overhang() > 0:
            wide[page.name] = window.overhang()
    assert not wide
