"""Begins in the worker: makes the page a home of the host package, and names the jobs to its JavaScript."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import js  # the worker's own
from pyodide.ffi import run_sync, to_js

import modemflash
from modemflash_host.computer.home import HOME, Opener
from modemflash_web.inside.board_package import read_package
from modemflash_web.inside.browser import Browser
from modemflash_web.inside.chosen import Chosen, take_chosen
from modemflash_web.inside.jobs import Jobs
from modemflash_web.inside.link import PagePort
from modemflash_web.inside.people import Agreed
from modemflash_web.inside.sleeping import held_awake
from modemflash_web.inside.store import FOLDER, PageStore
from modemflash_web.inside.words import take

browser: Browser = js.modemflashBrowser
RELEASE = modemflash.__version__
FILES, REPORTS, DEMO = Path("/files"), Path("/reports"), Path("/demo")


def _post(message: dict[str, object]) -> None:
    browser.post(json.dumps(message, default=str))


def _wait(promise: object) -> object:
    return run_sync(promise)


store = PageStore(browser, _wait, to_js)
jobs = Jobs(browser, _wait, _post)


def _open(name: str, baud: int, flow_control: bool, on_wait: Callable[[], None]) -> object:
    assert jobs.port is not None
    return jobs.port.open(baud, on_wait, flow_control=flow_control), _clock()


def _clock() -> object:
    from modemflash_host.computer.clock import MonotonicClock

    return MonotonicClock()


def begin() -> None:
    """What differs from a PC."""
    take(js.modemflashWords)
    os.environ["MODEMFLASH_HOME"] = str(FOLDER)
    HOME.sleep = lambda seconds: run_sync(browser.sleep(seconds * 1000))
    HOME.flush = store.flush
    HOME.sleep_inhibited = lambda on_trouble: held_awake(browser, _wait, on_trouble)
    HOME.board_package = read_package()
    HOME.openers["web"] = Opener(_open)  # type: ignore[arg-type]


def check(chosen: str) -> None:
    """The files that somebody chose, as JSON [[path, size], …]; [] for those that are in `FILES` already."""
    files = [Chosen(PurePosixPath(path.replace("..", "_")), size) for path, size in json.loads(chosen)]

    def found() -> list[Path]:
        take_chosen(files, FILES, browser, _wait)
        os.chdir(FILES)  # so that they are called as somebody knows them
        return sorted(Path(path.name) for path in FILES.iterdir())

    jobs.check(found)


def connect(device: object, keeps_rate: bool) -> None:
    """Take a port that somebody granted."""
    if jobs.port is None or jobs.port.device is not device:
        jobs.port = PagePort(device, _wait, to_js)  # type: ignore[arg-type]
    jobs.port.keeps_rate = keeps_rate


def update(via: str, agreed: str) -> None:
    """An update.

    Args:
        via: see `Jobs.update`.
        agreed: see `Agreed.of_json`.
    """
    try:
        jobs.update(via, Agreed.of_json(agreed))
    finally:
        _release()


def rescue(for_s: int) -> None:
    """A rescue."""
    try:
        jobs.rescue(for_s)
    finally:
        _release()


def ask(times: int, via: str) -> None:
    """Only ask; the answers go to the page."""
    from modemflash_web.inside.port_check import port_check

    assert jobs.port is not None
    try:
        port_check(jobs, jobs.port, _wait, _post, times, via)
    finally:
        _release()


def demo() -> None:
    """The demonstration."""
    jobs.demo(DEMO)


def report() -> None:
    """The zip of the last run, for the page to save."""
    name, content = jobs.report(REPORTS)
    browser.saveAs(name, to_js(content))


def _release() -> None:
    if jobs.port is not None:
        jobs.port.release()
