"""Who tells what: the one reporter of a run, and the sinks that show or record it.

Rules: everything that is shown or recorded is an event, a dict whose "event"
names it (docs/json.md lists them), so a screen, a log and a script can never
disagree; a sink that fails, by whatever error (a closed terminal, a defect of
ours), is left out and never disturbs an update; the third stop request ends
everything at the next tick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from modemflash.errors import Stopped
from modemflash_host.errors import StopNow
from modemflash_host.families.vocabulary import EventFields, Vocabulary

if TYPE_CHECKING:
    from modemflash_host.capture.recorder import Recorder
    from modemflash_host.families.contract import Framer

Event = EventFields
AT_ONCE = 3  # so many stop requests end a command where it stands
_FAILURES = (Exception, SystemExit)  # of a sink; some libraries end the process where a reader went away


class Sink:
    """Something that shows or records events; what it does not care for it leaves as it is here."""

    def use_vocabulary(self, vocabulary: Vocabulary) -> None:
        """From here on it is about a module of one family, with these words."""

    def report(self, event: Event, at_s: float) -> None:
        """One event, with the seconds since the run began."""

    def tick(self, at_s: float) -> None:
        """Time goes by; called several times a second while the engine waits."""

    def close(self) -> None:
        """The run is over, whatever happened; called once, nothing comes after it."""


class StopCount(Protocol):
    """Who counts the stop requests; see `modemflash_host.run.stop_requests.StopRequests`."""

    asking: bool

    @property
    def count(self) -> int: ...


class Reporter:
    """The reporter that the engine is handed.

    Args:
        sinks: what shows or records it.
        stop_requests: who counts them.
        recorder: the witness of the wire, where there is one; it is a sink, too.
        on_lost: told why, when a sink is left out.

    Attributes:
        vocabulary: the words of the family that it is about; common ones until that is known.
        at_s: seconds since the run began.
        may_have_written: a phase that writes has begun, or an update that did not finish was told of.
    """

    def __init__(
        self,
        sinks: list[Sink],
        stop_requests: StopCount,
        recorder: Recorder | None = None,
        on_lost: Callable[[BaseException], object] = lambda _: None,
    ) -> None:
        self._on_lost = on_lost
        self._sinks = [*sinks, *([recorder] if recorder is not None else [])]
        self.recorder = recorder
        self._stop_requests = stop_requests
        self._phase = ""
        self._silence_s = 0
        self._stop_requests_told = 0
        self._stop_requests_before_phase = 0
        self._written = self.may_have_written = False
        self._start_ms = 0
        self._start_s = 0.0
        self.at_s = 0.0
        self.vocabulary = Vocabulary()

    @property
    def phase(self) -> str:
        """The last phase that began."""
        return self._phase

    def use(self, vocabulary: Vocabulary, framer: Framer | None = None) -> None:
        """From here on it is about a module of one family: its words, and what is kept of its wire."""
        self.vocabulary = vocabulary
        self._each(lambda sink: sink.use_vocabulary(vocabulary))
        if self.recorder is not None and framer is not None:
            self.recorder.use(framer)

    def report(self, event: Event) -> None:
        """Pass an event on to every sink."""
        if event["event"] == "phase":
            self._phase = event["phase"]
            self._silence_s = event.get("silence_s") or 0
            self._written = self._written or self.vocabulary.writes(self._phase)
            self._stop_requests_before_phase = self._stop_requests.count
        if self._written or event["event"] == "unfinished":
            self.may_have_written = True
        self._each(lambda sink: sink.report(event, self.at_s))

    def say(self, event: str, /, **fields: Any) -> None:
        """Report an event by its name and fields."""
        self.report({"event": event, **fields})

    def note(self, text: str) -> None:
        """Say in words what is done on the way."""
        self.say("note", text=text)

    def follow(self, now_ms: int) -> None:
        """From now on `tick` brings the time of another clock, which shows `now_ms`."""
        self._start_ms = now_ms
        self._start_s = self.at_s

    def tick(self, now_ms: int) -> None:
        """Time goes by: `now_ms` is the engine's clock. It never goes back, whoever's clock it is.

        Raises:
            StopNow: the third stop request.
        """
        self.at_s = max(self.at_s, self._start_s + (now_ms - self._start_ms) / 1000)
        self._answer_stop_requests()
        self._each(lambda sink: sink.tick(self.at_s))
        if self._stop_requests.count >= AT_ONCE:
            raise StopNow

    def listen(self, sink: Sink) -> None:
        """One more sink."""
        self._sinks.append(sink)

    def end_recording(self, last: Event) -> None:
        """The recorder gets its last event, which nobody else is told yet."""
        recorder = self.recorder
        if recorder is not None and recorder in self._sinks:
            self._sinks.remove(recorder)
            with suppress(*_FAILURES):
                recorder.report(last, self.at_s)
            with suppress(*_FAILURES):
                recorder.close()

    def stop_wanted(self) -> int:
        """How often the user asked to stop."""
        return self._stop_requests.count

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person is asked, a stop request is the answer.

        Raises:
            Stopped: `stopped-before-write`.
        """
        self._stop_requests.asking = True
        try:
            yield
        except (KeyboardInterrupt, EOFError, OSError):  # the terminal went away
            raise Stopped("stopped-before-write") from None
        finally:
            self._stop_requests.asking = False

    def close(self) -> None:
        """The run is over."""
        for sink in self._sinks:
            with suppress(*_FAILURES):
                sink.close()

    def _each(self, tell: Callable[[Sink], object]) -> None:
        """Something for every sink; one that fails gets nothing more."""
        for sink in list(self._sinks):
            try:
                tell(sink)
            except _FAILURES as error:  # whatever it is, the module comes first
                self._lose(sink, error)

    def _lose(self, sink: Sink, error: BaseException) -> None:
        if sink in self._sinks:  # else it was lost while it was being told of a loss
            self._sinks.remove(sink)
            self._on_lost(error)

    def _answer_stop_requests(self) -> None:
        count = self._stop_requests.count
        if count > self._stop_requests_told:
            self._stop_requests_told = count
            in_phase = max(1, count - self._stop_requests_before_phase)
            self.say(
                "interrupt",
                phase=self._phase,
                stop_requests=in_phase,
                text=self.vocabulary.stop_answer(self._phase, in_phase, self._written, self._silence_s),
            )
