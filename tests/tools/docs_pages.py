"""Takes docs/pages/: pictures of runs as pages and of the site, by day and by night, by the tests' browser.

    python tests/tools/docs_pages.py docs/pages

Rule: the run is told, not carried out, with a date of its own: only a change of the page changes a picture.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from modemflash_host.capture.runs import run_at
from modemflash_host.families.registry import words_of
from modemflash_host.report.bundle import make_page
from support.browser.window import browser
from support.recorded_runs import FAILED_UPDATE, Told, ended_well, record
from tools import docs_site, fetch

_STARTED = "2026-01-15T09:12:04+0000"
_SHOWN = (("failed", FAILED_UPDATE, "light", 1010, 1940), ("updated", ended_well(), "dark", 1010, 1940))

_OF_SITE = (("wide", "light", 1280, 1300), ("narrow", "dark", 360, 1300))


def page_of(story: Told, folder: Path) -> Path:
    """The page of a run that began at `_STARTED`."""
    run = record(story)
    header, *lines = run.path.read_text().splitlines()
    facts = {**json.loads(header), "started": _STARTED}
    dated = run.path.with_name("000318-20260115-091204-4711.jsonl")
    run.path.unlink()
    dated.write_text("\n".join([json.dumps(facts), *lines, ""]))
    return make_page(run_at(dated), words_of, folder / "page.html")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, browser(fetch.get("chromium")) as window:
        os.environ["MODEMFLASH_HOME"] = home
        for name, story, scheme, width, height in _SHOWN:
            window.open(page_of(story, Path(home)), width=width, scheme=scheme)
            (target / f"report-{name}.webp").write_bytes(window.picture(height))
        site = docs_site.build(Path(home) / "site" / "html")
        for name, scheme, width, height in _OF_SITE:
            window.open(site / "index.html", width=width, scheme=scheme)
            (target / f"site-{name}.webp").write_bytes(window.picture(height))
