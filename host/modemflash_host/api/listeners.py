"""The sink that hands typed events to functions of whoever uses the API.

Rule: a function that fails hears nothing more, and the work goes on: a mistake in a
progress bar is no reason to leave a module half written. Its error is kept, and
raised when the work is done; `sys.exit()` and `KeyboardInterrupt` are a stop
request, too. Progress is told once a second, as in `--json`.
"""

from __future__ import annotations

from collections.abc import Callable

from modemflash_host.api.events import Event, typed
from modemflash_host.errors import StopNow
from modemflash_host.reporters import Event as PlainEvent
from modemflash_host.reporters import Sink
from modemflash_host.reporters.paced_progress import PacedProgress
from modemflash_host.run.stop_requests import StopRequests

Listener = Callable[[Event], object]


class Listeners(Sink):
    """See the module.

    Args:
        stop_requests: those of the work.
    """

    def __init__(self, stop_requests: StopRequests) -> None:
        self._stop_requests = stop_requests
        self._listeners: list[Listener] = []
        self._failure: BaseException | None = None
        self._progress = PacedProgress()

    def add(self, listener: Listener) -> None:
        """From here on it hears every event.

        Raises:
            TypeError: it is nothing that can be called.
        """
        if not callable(listener):
            raise TypeError(f"on_event is a function that takes an event, not {listener!r}")
        self._listeners.append(listener)

    def remove(self, listener: Listener) -> None:
        """It hears nothing more; nothing happens where it was left out already."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def report(self, event: PlainEvent, at_s: float) -> None:
        """One event."""
        if not self._progress.passes(event):
            return
        told = typed(event, at_s)
        for listener in list(self._listeners):
            try:
                listener(told)
            except StopNow:
                raise  # the third Ctrl-C, which came just now
            except BaseException as error:  # noqa: BLE001 (whatever it is, the module comes first)
                self._failure = self._failure or error
                self.remove(listener)
                if not isinstance(error, Exception):
                    self._stop_requests.count += 1

    def take_failure(self) -> BaseException | None:
        """The first error of a listener that was not asked for yet."""
        failure, self._failure = self._failure, None
        return failure
