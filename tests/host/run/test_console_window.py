"""A closed window on Windows is one stop request, and the process lives until the run is over."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from modemflash_host.run import console_window
from modemflash_host.run.console_window import window_watched
from modemflash_host.run.stop_requests import StopRequests

CTRL_C, CTRL_BREAK, CLOSE, LOG_OFF, SHUT_DOWN = 0, 1, 2, 5, 6


class Kernel:
    """`kernel32` as far as this is concerned: handlers that are called from a thread of its own."""

    def __init__(self) -> None:
        self.handlers: list[Any] = []

    def SetConsoleCtrlHandler(self, handler: Any, add: int) -> int:
        if add:
            self.handlers.append(handler)
        else:
            self.handlers.remove(handler)
        return 1

    def event(self, what: int) -> threading.Thread:
        thread = threading.Thread(target=self.handlers[-1], args=(what,))
        thread.start()
        return thread


@pytest.mark.parametrize("what", [CLOSE, LOG_OFF, SHUT_DOWN])
def test_it_is_told_and_the_handler_waits_for_the_end(what: int) -> None:
    kernel, told = Kernel(), threading.Event()
    with window_watched(told.set, kernel):
        thread = kernel.event(what)
        assert told.wait(10)
        assert thread.is_alive(), "the system would end the process now"
    thread.join(10)
    assert not thread.is_alive() and not kernel.handlers


def test_what_python_handles_itself_is_left_to_it() -> None:
    kernel, told = Kernel(), threading.Event()
    with window_watched(told.set, kernel):
        for what in (CTRL_C, CTRL_BREAK):
            assert kernel.handlers[-1](what) == 0
    assert not told.is_set()


def test_a_closed_window_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Like one Ctrl-C, however often the system says so; it never ends a command at once."""
    kernel = Kernel()
    monkeypatch.setattr(console_window, "sys", type("", (), {"platform": "win32"}))
    monkeypatch.setattr(console_window.ctypes, "windll", type("", (), {"kernel32": kernel}), raising=False)
    requests = StopRequests()
    with requests:
        threads = [kernel.event(CLOSE) for _ in range(4)]
        for _ in range(200):
            if requests.count:
                break
            threads[0].join(0.05)
        assert requests.count == 1
    for thread in threads:
        thread.join(10)
    assert requests.count == 1
