"""The page in each of its states, wide and narrow, by day and by night: everybody can read and use it.

Rules: no serious fault by axe-core, nothing to scroll sideways, no complaint on
the console; so at 320 pixels, which is a window of 1280 at 400 %, and with letters
of twice the size. The demo shows all states without hardware.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from support.browser.accessibility import serious_faults
from support.browser.chromium import Chromium
from support.browser.page import Page
from support.browser.site import site
from support.browser.tab import wait_for, wait_until

pytestmark = [pytest.mark.referee, pytest.mark.timeout(300)]
WINDOWS = ((320, "light"), (360, "dark"), (1280, "light"))
_COUNT_WAKE_LOCKS = """window.wakeLocks = 0;
const plain = WakeLock.prototype.request;
WakeLock.prototype.request = function (...how) { window.wakeLocks += 1; return plain.apply(this, how); };"""
LARGE_LETTERS = "document.documentElement.style.fontSize = words[0]"


@pytest.fixture
def look(window: Chromium, tool: Callable[[str], Path]) -> Callable[[str], None]:
    """`look(state)`: at what is shown, narrow and by night, and wide and by day."""
    axe_core = tool("axe-core")

    def check(state: str) -> None:
        for width, scheme in WINDOWS:
            window.resize(width, scheme=scheme)
            assert serious_faults(window, axe_core) == [], (state, width)
            assert window.overhang() <= 0, (state, width)
        window.resize(640)
        window.run(LARGE_LETTERS, "200%")
        assert window.overhang() <= 0, (state, "large letters")
        window.run(LARGE_LETTERS, "")
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
def test_releases_and_no_network(page_folder: Path, window: Chromium, page: Page, tmp_path: Path) -> None:
    """A newer one is told, disturbs no update, and is used at the next load; then its host goes."""
    folder = tmp_path / "page"
    shutil.copytree(page_folder, folder)
    build = json.loads((folder / "files.json").read_text())["build"]
    with site(folder) as origin:
        kept = Page(window, origin)
        kept.open("?offline")
        wait_for(window, "(await navigator.serviceWorker.ready).active.state == 'activated'", 30)
        kept.open("?offline")
        kept.tab.click("#start-demo")
        kept.agree()
        for name in ("files.json", "service_worker.js"):
            (folder / name).write_text((folder / name).read_text().replace(build, "newer"))
        window.run("(await navigator.serviceWorker.getRegistration()).update()")
        wait_for(window, "!document.getElementById('newer').hidden")
        assert build in kept.text("#version")
        old = window.driver.current_window_handle
        window.new_tab()
        kept.open("?offline")
        assert "newer" in kept.text("#version")
        window.driver.switch_to.window(old)
        assert kept.outcome() == "updated" and build in kept.text("#version")
        (folder / "page.css").write_text("torn")
        for name in ("files.json", "service_worker.js"):
            (folder / name).write_text((folder / name).read_text().replace("newer", "torn"))
        script = """const found = await navigator.serviceWorker.getRegistration();
        const worker = (await found.update()).installing;
        await new Promise((done) => { worker.onstatechange = done; });
        return worker.state;"""
        assert window.run(script) == "redundant", "a release that is not whole was taken"
        kept.open()
        assert window.complaints() == []
    kept.open()
    assert "newer" in kept.text("#version")
    window.forget(origin)


def test_the_colours_and_the_rest_that_somebody_wants(page: Page, window: Chromium) -> None:
    """In the system's own colours the bar and the step are still seen; who wants no motion has none."""
    page.open()
    window.run("for (const id of ['update', 'running']) document.getElementById(id).hidden = false")
    for colours in ("none", "active"):
        window.resize(640, forced_colors=colours, prefers_reduced_motion="reduce")
        bars, steps = set(), set()
        for share in (0.2, 0.8):
            window.run("document.getElementById('progress').value = words[0]", share)
            bars.add(window.picture("#progress", "#progress"))
        for is_now in (True, False):
            window.run("document.getElementById('firmware').classList.toggle('now', words[0])", is_now)
            steps.add(window.picture("#firmware-title", "#firmware-title"))
        assert (len(bars), len(steps)) == (2, 2), colours
    window.run("document.getElementById('progress').removeAttribute('value')")
    moving = "document.getAnimations().filter((each) => each.playState == 'running').length"
    assert window.run("return " + moving) == 0
    window.resize(640, prefers_reduced_motion="no-preference")
    wait_for(window, moving + " == 1")


def test_what_a_screen_reader_is_told(page: Page, window: Chromium) -> None:
    """Each phase, not each second; a stall once; what warns, when it comes; what is typed, with what for."""
    page.open()
    window.run("""
        window.told = [];
        const told = (records) => { for (const { target } of records) window.told.push(target.textContent); };
        for (const each of document.querySelectorAll('[role=status]'))
            new MutationObserver(told).observe(each, { childList: true, subtree: true });""")
    page.tab.click("#start-demo")
    page.wait_question()
    group = "document.getElementById('question')"
    assert (
        window.run(f"return {group}.role + {group}.getAttribute('aria-labelledby')") == "groupquestion-text"
    )
    word = "return document.getElementById('danger-word').getAttribute('aria-describedby')"
    assert window.run(word) == "question-text"
    page.tab.click("#agree")
    page.wait_share(0.1)
    wait_for(window, "/^[0-9]+ %/.test(document.title)")
    assert page.outcome() == "updated", page.error()
    told = window.run("return window.told.filter(Boolean)")
    assert isinstance(told, list)
    phases = window.run(
        "return [...document.querySelectorAll('#phases li span:first-of-type')].map((e) => e.innerText)"
    )
    assert isinstance(phases, list)
    for phase in phases:
        assert 1 <= sum(phase in each for each in told) <= 4, (phase, told)
    assert len(told) < 40
    assert str(window.run("return document.title")).startswith(page.text("#result-title"))


def test_the_computer_is_held_awake(page: Page, window: Chromium) -> None:
    """Also when its tab is shown again: a browser lets go of what a hidden tab had."""
    with window.before_pages(_COUNT_WAKE_LOCKS):
        page.open()
    page.tab.click("#start-demo")
    page.agree()
    wait_for(window, "wakeLocks == 1")
    with window.behind_another_tab():
        wait_for(window, "document.hidden")
    wait_for(window, "wakeLocks > 1")


def test_by_keys_alone(page: Page, window: Chromium) -> None:
    """Everything is reached by Tab in the order in which it stands; the focus goes where the work is."""
    page.open()
    reached = []
    while (window.press(Keys.TAB), window.focus())[1]:
        reached.append(window.focus())
    shown = page.tab.run("""return [...document.querySelectorAll('input, button')]
        .filter((each) => !each.disabled && each.checkVisibility()).map((each) => each.id);""")
    assert isinstance(shown, list)
    assert reached == [
        each for each in shown if each != "via-direct"
    ]  # of two radio buttons, arrows reach the other
    while window.focus() != "start-demo":
        window.press(Keys.TAB)
    window.press(Keys.ENTER)
    page.wait_question()
    assert window.focus() == "plan-title"
    window.press(Keys.TAB)
    assert window.focus() == "agree"
    window.press(Keys.ENTER)
    assert window.focus() == "update-title"
    page.wait_share(0.1)
    window.press(Keys.TAB)
    assert window.focus() == "stop"
    window.press(Keys.ENTER)
    wait_for(page.tab, "document.getElementById('update').innerText.includes('Press Stop once more')")
    window.press(Keys.SPACE)
    assert page.outcome() == "interrupted" and page.error()[0]
    assert window.focus() == "result-title"
    window.press(Keys.TAB, Keys.TAB)
    assert window.focus() == "again"
    window.press(Keys.ENTER)
    assert page.state() == "ready" and window.focus() == "choose-files"


def test_a_demo_that_is_declined(page: Page, look: Callable[[str], None]) -> None:
    """No is an answer: nothing is written, and it is said."""
    page.open()
    page.tab.click("#start-demo")
    page.wait_question()
    page.tab.click("#decline")
    assert page.outcome() == "refused"
    assert page.error()[0] == "not-confirmed"
    assert page.tab.run("return document.getElementById('connect').disabled"), (
        "its firmware is for no real modem"
    )
    look("refused")


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
