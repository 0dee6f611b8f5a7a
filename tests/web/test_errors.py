"""What can be wrong before anything is written: each is told by its code, and the page can be used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemflash_sim.sequans import images
from support.browser.page import Page
from support.browser.tab import wait_for

pytestmark = pytest.mark.referee


def test_files_that_are_no_firmware(page: Page, tmp_path: Path) -> None:
    """Text, a cut image, nothing at all: said at once, with the file's own code."""
    (tmp_path / "text.dup").write_text("hello " * 1000)
    (tmp_path / "cut.dup").write_bytes(images.make_full_image(41065, size_bytes=60_000)[:50_000])
    (tmp_path / "empty.dup").touch()
    page.open()
    for name in ("text.dup", "cut.dup", "empty.dup"):
        page.tab.choose_files("#choose-files", tmp_path / name)
        wait_for(
            page.tab, "document.body.dataset.state == 'error' && document.getElementById('error').innerText"
        )
        code, words = page.error()
        assert code and name in str(words), (name, code, words)
        assert page.tab.run("return document.getElementById('connect').disabled")
