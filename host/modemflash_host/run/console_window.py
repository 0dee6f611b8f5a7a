"""A console window on Windows that is closed, and a user who logs off: no signal of Python tells of either.

Rule: the system ends the process as soon as its handler returns, and a few
seconds later in any case; so the handler waits until the run has come to its
safe point, and tells of the request first.
Source: Microsoft, "HandlerRoutine callback function".
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_ENDS = (2, 5, 6)  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
_PATIENCE_S = 20.0  # longer than the system's own


@contextmanager
def window_watched(on_close: Callable[[], object], kernel: Any = None) -> Iterator[None]:
    """While entered, a closed window is told of; on other systems nothing, they have a signal for that.

    Args:
        on_close: called from a thread of the system's.
        kernel: `kernel32`; None for this system's own.
    """
    if kernel is None and sys.platform == "win32":
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (other systems have none)
    if kernel is None:
        yield
        return
    over = threading.Event()

    def handle(what: int) -> bool:
        if what not in _ENDS:
            return False  # Ctrl-C and Ctrl-Break are Python's
        on_close()
        over.wait(_PATIENCE_S)
        return True

    kind = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
    handler = kind(ctypes.c_int, ctypes.c_uint32)(handle)
    kernel.SetConsoleCtrlHandler(handler, 1)
    try:
        yield
    finally:
        over.set()
        kernel.SetConsoleCtrlHandler(handler, 0)
