"""The browsers of the tests, from Debian: each with all that it needs, in a folder of its own.

Rule: a browser starts itself anew for each page, by the name of its own process.
So it cannot be started through a loader as other programs are: loader and
libraries are written into copies of its programs; all else are links.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from . import debian
from .cache import CACHE, made_once, run


def chromium() -> Path:
    """A folder with a browser, its driver, and a font: `bin/chromium`, `bin/chromedriver`."""
    browser, driver = _package("chromium"), _package("chromium-driver")

    def make(folder: Path) -> None:
        libraries = _loader(browser).parent
        [sound] = libraries.glob("pulseaudio/libpulsecommon-*.so")  # its only user looks in /usr for it
        sources = browser / "root/usr/lib/chromium"
        programs = (
            sources / "chromium",
            sources / "chrome_crashpad_handler",
            driver / "root/usr/bin/chromedriver",
        )
        for program in programs:
            _copy_bound(program, folder, browser, sound.parent)
        run(_patchelf(), "--add-needed", sound.name, folder / "chromium")
        _link_the_rest(sources, folder)
        _write_wrappers(folder, "chromium", "chromedriver")

    return made_once(CACHE / "chromium", str(browser), make)


def firefox() -> Path:
    """A folder with a browser and a font: `bin/firefox-esr`. Debian has no driver for it."""
    browser = _package("firefox-esr")

    def make(folder: Path) -> None:
        sources = browser / "root/usr/lib/firefox-esr"
        for program in sources.iterdir():
            if program.is_file() and not program.is_symlink() and program.suffix != ".so":
                if program.read_bytes()[:4] == b"\x7fELF":
                    _copy_bound(program, folder, browser, sources)
        _link_the_rest(sources, folder)
        _write_wrappers(folder, "firefox-esr")

    return made_once(CACHE / "firefox-esr", str(browser), make)


def _package(name: str) -> Path:
    return debian.package(name, debian.machine_architecture())


def _patchelf() -> Path:
    return _package("patchelf") / "bin" / "patchelf"


def _loader(package: Path) -> Path:
    [loader] = (package / "root").glob("usr/lib/*/ld-linux*.so.*")
    return loader


def _copy_bound(program: Path, folder: Path, package: Path, *more_libraries: Path) -> None:
    """A copy of a program that is loaded by, and with, what came with its package."""
    target, loader = folder / program.name, _loader(package)
    shutil.copy2(program, target)
    libraries = ":".join(map(str, (loader.parent, *more_libraries)))
    run(_patchelf(), "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, target)


def _link_the_rest(sources: Path, folder: Path) -> None:
    for beside in sources.iterdir():
        if not (folder / beside.name).exists():
            (folder / beside.name).symlink_to(beside)


def _write_wrappers(folder: Path, *names: str) -> None:
    fonts = _package("fonts-dejavu-core") / "root/usr/share/fonts"
    settings = folder / "fonts.conf"
    settings.write_text(
        "<fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>" % (fonts, folder / "font-cache")
    )
    (folder / "bin").mkdir()
    for name in names:
        wrapper = folder / "bin" / name
        wrapper.write_text('#!/bin/sh\nFONTCONFIG_FILE="%s" exec "%s" "$@"\n' % (settings, folder / name))
        wrapper.chmod(0o755)
