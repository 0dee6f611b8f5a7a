"""The page in each of its states, wide and narrow, by day and by night: everybody can read and use it.

Rules: no serious fault by axe-core, nothing to scroll sideways, no complaint on
the console. The demo shows all states without hardware.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.browser.accessibility import serious_faults
from support.browser.chromium import Chromium
from support.browser.page import Page
from support.browser.site import site
from support.browser.tab import wait_for, wait_until

pytestmark = [pytest.mark.referee, pytest.mark.timeout(300)]
WINDOWS = ((360, "dark"), (1280, "light"))


@pytest.fixture
def look(window: Chromium, tool: Callable[[str], Path]) -> Callable[[str], None]:
    """`look(state)`: at what is shown, narrow and by night, and wide and by day."""
    axe_core = tool("axe-core")

    def check(state: str) -> None:
        for width, scheme in WINDOWS:
            window.resize(width, scheme=scheme)
            assert serious_faults(window, axe_core) == [], (state, width)
            assert window.overhang() <= 0, (state, width)
        assert window.complaints() == [], state

    return check


def test_a_whole_demo(page: Page, window: Chromium, look: Callable[[str], None], tmp_path: Path) -> None:
    """Ready, the plan, at work, the result, its report saved: by clicks alone, with no board plugged in."""
    page.open()
    look("ready")
    page.tab.click("#start-demo")
    page.wait_question()
    look("plan")
    page.tab.click("#agree")
    page.wait_share(0.1)
    look("updating")
    assert page.outcome() == "updated", page.error()
    look("result")
    window.save_files_in(tmp_path)
    page.tab.click("#save-report")
    wait_until(lambda: list(tmp_path.glob("modemflash-report-*.zip")), 10)
    [report] = tmp_path.glob("modemflash-report-*.zip")
    assert any(name.endswith(".html") for name in zipfile.ZipFile(report).namelist())


def test_files_good_and_bad(page: Page, look: Callable[[str], None], firmware: Path, tmp_path: Path) -> None:
    """What was chosen, in all its detail, and what is wrong with it; the page that only asks."""
    (tmp_path / "bad.dup").write_text("no firmware")
    page.open()
    page.choose_firmware(firmware)
    page.tab.run("for (const each of document.querySelectorAll('details')) each.open = true")
    look("files")
    page.tab.choose_files("#choose-files", tmp_path / "bad.dup")
    page.wait_state("error")
    look("error")
    page.open("?info")
    look("info")


@pytest.mark.slow
def test_without_a_network(page_folder: Path, window: Chromium, page: Page) -> None:
    """A page that was loaded once is there again when its host is not."""
    with site(page_folder) as origin:
        kept = Page(window, origin)
        kept.open("?offline")
        wait_for(window, "(await navigator.serviceWorker.ready).active.state == 'activated'", 30)
        kept.open()
    kept.open()
    window.forget(origin)


def test_a_demo_that_is_declined(page: Page, look: Callable[[str], None]) -> None:
    """No is an answer: nothing is written, and it is said."""
    page.open()
    page.tab.click("#start-demo")
    page.wait_question()
    page.tab.click("#decline")
    assert page.outcome() == "refused"
    assert page.error()[0] == "not-confirmed"
    look("refused")


def test_a_demo_that_is_stopped(page: Page) -> None:
    """Stop, while the firmware is sent: the first click is warned, the second ends it where that is safe."""
    page.open()
    page.tab.click("#start-demo")
    page.agree()
    page.wait_share(0.2)
    page.tab.click("#stop")
    wait_for(page.tab, "document.getElementById('update').innerText.includes('Press Stop once more')")
    page.tab.click("#stop")
    assert page.outcome() == "interrupted"
    assert page.error()[0], "no words"


def test_it_would_see_what_is_wrong(window: Chromium, tool: Callable[[str], Path], page: Page) -> None:
    """The referee itself: a page with each of these faults has each of these complaints."""
    page.open()
    window.resize(360)
    window.run("""
        const pale = document.createElement('p');
        pale.textContent = 'pale and wide';
        pale.style = 'color: #bbb; background: #fff; width: 2000px';
        const button = document.createElement('button');
        document.querySelector('main').append(pale, button);
        console.error('no good');""")
    faults = " ".join(serious_faults(window, tool("axe-core")))
    assert "color-contrast" in faults and "button-name" in faults
    assert window.overhang() > 1000
    assert any("no good" in each for each in window.complaints())
