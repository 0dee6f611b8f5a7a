"""Takes docs/pages/web-*.webp: the page that updates a board, in a real browser, in its demo.

    python tests/tools/docs_web.py docs/pages

Rule: a picture shows one step; what differs from run to run (the release at the foot) is not in it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.browser.built_page import built_page
from support.browser.chromium import Chromium, chromium
from support.browser.page import Page
from support.browser.site import site
from support.browser.usb_ports import UsbPorts
from tools import fetch

_WIDE, _NARROW = 1280, 360


def take(tab: Chromium, target: Path, name: str, first: str, last: str, width: int, scheme: str) -> None:
    """A picture from one section to another, both included."""
    tab.resize(width, scheme=scheme)
    (target / f"web-{name}.webp").write_bytes(tab.picture(first, last))


def main(target: Path) -> None:
    """All of them."""
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as room, site(built_page()) as origin:
        for name in ("ports", "profile"):
            (Path(room) / name).mkdir()
        ports = UsbPorts(Path(room) / "ports")
        with chromium(fetch.get("chromium"), Path(room) / "profile", ports, origin, []) as tab:
            page = Page(tab, origin)
            page.open()
            take(tab, target, "ready", "header", "#board", _WIDE, "light")
            tab.click("#start-demo")
            page.wait_question()
            take(tab, target, "plan", "#plan", "#plan", _NARROW, "dark")
            tab.click("#agree")
            page.wait_share(0.5)
            take(tab, target, "update", "#update", "#update", _WIDE, "light")
            page.outcome()
            take(tab, target, "result", "#result", "#result", _NARROW, "dark")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
