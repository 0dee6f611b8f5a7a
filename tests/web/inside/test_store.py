"""What the page keeps: in the browser's storage when the call returns, or told as an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modemflash_host.computer.home import HOME
from modemflash_host.store.journal_files import SlotFiles
from modemflash_web.inside.sleeping import held_awake
from modemflash_web.inside.store import PageStore
from support.page_browser import StandInBrowser, wait


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[StandInBrowser]:
    """The home is a page, with its state folder here."""
    before = HOME.flush
    standin: Any = StandInBrowser()
    HOME.flush = PageStore(standin, wait, lambda data: data, tmp_path).flush
    yield standin
    HOME.flush = before


def test_a_journal_is_kept_when_its_call_returns(browser: StandInBrowser, tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    SlotFiles(tmp_path / "journal", "board").save(1, b"record")
    assert browser.kept == {"state/journal/board.1": b"record"}


def test_a_browser_that_keeps_nothing_is_an_error(browser: StandInBrowser, tmp_path: Path) -> None:
    """An update that cannot keep its journal ends before its first write."""
    browser.why = "QuotaExceededError"
    with pytest.raises(OSError, match="does not keep it"):
        SlotFiles(tmp_path, "board").save(0, b"record")


def test_the_screen_is_held_awake_and_let_go() -> None:
    standin: Any = StandInBrowser()
    told: list[str] = []
    with held_awake(standin, wait, told.append):
        assert standin.awake == [True]
    assert (standin.awake, told) == ([True, False], [])


def test_a_browser_that_does_not_hold_it_is_told_of() -> None:
    standin: Any = StandInBrowser(can_hold=False)
    told: list[str] = []
    with held_awake(standin, wait, told.append):
        pass
    assert "keep it awake yourself" in told[0]
