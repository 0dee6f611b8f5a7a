"""The page as it is built for a host, made once for each state of its sources."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from modemflash_web.build import build
from tools import fetch
from tools.cache import CACHE, ROOT, made_once

_SOURCES = ("device/modemflash", "host/modemflash_host", "host/modemflash_sim", "host/modemflash_web")
_KINDS = {".py", ".js", ".mjs", ".html", ".css", ".svg"}


def built_page() -> Path:
    """The folder with its files.

    Raises:
        Unavailable: this machine has no npm or no node.
    """
    key = hashlib.sha256()
    for path in sorted(each for top in _SOURCES for each in (ROOT / top).rglob("*") if each.suffix in _KINDS):
        key.update(b"%s\0%s\0" % (path.relative_to(ROOT).as_posix().encode(), path.read_bytes()))
    # One for each tree: several may share the cache, and none must take away the page of another.
    name = "web-page-" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return made_once(CACHE / name, key.hexdigest(), _make) / "page"


def _make(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEMFLASH_HOME", str(fetch.WEB_HOME))  # where it looks for its interpreter
        build(folder / "page")
