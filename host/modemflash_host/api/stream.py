"""Work as an iterator of its events: it is done in a thread of its own, and the consumer owns the loop.

Rules: the work never waits for the consumer; who leaves the loop early asks the work to
stop, and waits until it has; the thread is no daemon, so a program that ends waits, too.
A module is never left in the middle of a write because a loop was left.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator

from modemflash_host.api.events import Event
from modemflash_host.api.listeners import Listeners

_LOOK_S = 0.2  # on Windows a signal ends no longer wait


def iterated(
    work: Callable[[], object], listeners: Listeners, stop: Callable[[], object]
) -> Generator[Event, None, None]:
    """The events of some work; it begins with the first one that is asked for.

    Args:
        work: what is to be done; what it raises is raised here, behind the last event.
        listeners: who tells of its events.
        stop: asks it to come to its end.
    """
    waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (it is raised again, where somebody sees it)
            raised.append(error)
        finally:
            waiting.put(None)

    listeners.add(waiting.put)
    thread = threading.Thread(target=run, name="modemflash")
    thread.start()
    is_over = False
    try:
        while (event := _next(waiting)) is not None:
            yield event
        is_over = True
    finally:
        if not is_over:
            stop()
        _join(thread, stop)
        listeners.remove(waiting.put)
    if raised:
        raise raised[0]


def _next(waiting: queue.SimpleQueue[Event | None]) -> Event | None:
    while True:
        try:
            return waiting.get(timeout=_LOOK_S)
        except queue.Empty:
            continue


def _join(thread: threading.Thread, stop: Callable[[], object]) -> None:
    """Wait for the end; Ctrl-C meanwhile asks once more, and is raised by whoever counts the signals."""
    while thread.is_alive():
        try:
            thread.join(_LOOK_S)
        except KeyboardInterrupt:
            stop()
