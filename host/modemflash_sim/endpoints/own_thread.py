"""A device that is served in a thread of this process: how that begins, and how it ends.

Rules: whoever sleeps in `select` there waits for the stop signal, too; a
thread that breaks tells it to the one who opened it, when that one is done.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class StopSignal:
    """Wakes a thread that sleeps in `select`, so that it ends.

    Attributes:
        is_set: it shall end.
    """

    def __init__(self) -> None:
        self.is_set = False
        self._receiver, self._sender = socket.socketpair()

    def __enter__(self) -> StopSignal:
        return self

    def __exit__(self, *_: object) -> None:
        self._receiver.close()
        self._sender.close()

    def fileno(self) -> int:
        """What to wait on, for reading."""
        return self._receiver.fileno()

    def set(self) -> None:
        """May be called from any thread, and more than once."""
        self.is_set = True
        try:
            self._sender.send(b"\0")
        except OSError:
            pass  # nobody sleeps there any more


@contextmanager
def running(
    name: str,
    work: Callable[[], object],
    stop: Callable[[], object],
    close: Callable[[], object],
    on_end: Callable[[], object],
    patience_s: float,
) -> Iterator[None]:
    """Let `work` go on in a thread.

    Args:
        name: of the thread.
        work: what it does.
        stop: lets it return soon.
        close: called when it has returned, or is not waited for any more.
        on_end: called from the thread when it ends, by itself, too.
        patience_s: how long its end is waited for.

    Raises:
        BaseException: what `work` raised, where the block itself ended well.
    """
    broke: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (handed to the thread that opened this one)
            broke.append(error)
        finally:
            on_end()

    thread = threading.Thread(target=guarded, name=name)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(patience_s)
        close()
    if broke:
        raise broke[0]
